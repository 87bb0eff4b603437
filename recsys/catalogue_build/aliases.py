"""Names that fans use and the open sources lack, from aliases.csv."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from recsys.catalogue_build.facts import Facts, own_rows
from recsys.errors import DataError

NAME = "aliases.csv"
_SEEN = "2026-11"


@dataclass(frozen=True)
class Alias:
    """A row of aliases.csv. `title` is the catalogue's name at the time of writing, `english` the official English
    name; `year` corrects a source."""

    anime_id: int
    title: str
    english: str
    aliases: tuple[str, ...]
    year: int | None


def read() -> dict[int, Alias]:
    """Anime id -> its row of aliases.csv."""
    aliases = (
        Alias(
            int(row["anime_id"]),
            row["title"],
            row["english"],
            tuple(alias for alias in row["aliases"].split("|") if alias),
            int(row["year"]) if row["year"] else None,
        )
        for row in own_rows(NAME)
    )
    return {alias.anime_id: alias for alias in aliases}


def facts(aliases: Mapping[int, Alias]) -> Iterator[Facts]:
    """The names and corrected years. An English name is also the title where no source knows a romaji name."""
    for anime_id, alias in aliases.items():
        yield Facts(
            anime_id=anime_id,
            by=NAME,
            seen=_SEEN,
            title=alias.english,
            title_english=alias.english,
            synonyms=alias.aliases,
            year=alias.year,
        )


def check(aliases: Mapping[int, Alias], names: Mapping[int, Iterable[str]]) -> None:
    """Raise `DataError` if no source has a row's title among the `names` of that id."""
    for anime_id, alias in aliases.items():
        known = {name.casefold() for name in names.get(anime_id, ())}
        if known and alias.title.casefold() not in known:
            raise DataError(f"aliases.csv names {anime_id} {alias.title!r}, but the sources {sorted(known)[0]!r}.")
