"""Names that fans use and the open sources lack, from aliases.csv."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib import resources

from recsys.errors import DataError
from recsys.types import Title


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
    text = resources.files("recsys.catalogue_build").joinpath("aliases.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    aliases = (
        Alias(
            int(row["anime_id"]),
            row["title"],
            row["english"],
            tuple(alias for alias in row["aliases"].split("|") if alias),
            int(row["year"]) if row["year"] else None,
        )
        for row in rows
    )
    return {alias.anime_id: alias for alias in aliases}


def add(titles: Iterable[Title], aliases: Mapping[int, Alias], romaji: frozenset[int]) -> list[Title]:
    """The titles with these names added. A title outside `romaji` has no MyAnimeList name: its `title` becomes the
    English name.

    Raises `DataError` if the catalogue has another title under an id.
    """
    return [_named(title, aliases[title.anime_id], romaji) if title.anime_id in aliases else title for title in titles]


def _named(title: Title, alias: Alias, romaji: frozenset[int]) -> Title:
    known = title.anime_id in romaji
    if known and title.title != alias.title:
        raise DataError(f"aliases.csv names {title.anime_id} {alias.title!r}, but the catalogue {title.title!r}.")
    name = title.title if known else alias.english
    others = dict.fromkeys((*alias.aliases, *title.synonyms, title.title_english, title.title))
    synonyms = tuple(n for n in others if n and n.casefold() not in (name.casefold(), alias.english.casefold()))
    year = alias.year or title.year
    season = title.season if year == title.year else None
    return replace(title, title=name, title_english=alias.english, synonyms=synonyms, year=year, season=season)
