"""Read myanimelist.csv.gz: titles in MyAnimeList's own words, and its figures of a known month."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from recsys.catalogue_build import clean, popularity
from recsys.catalogue_build.facts import Facts, listed, names, read_rows

NAME = "MyAnimeList"
#: Members that are estimated from the popularity rank.
RANK = "MyAnimeList rank"
FILE = "myanimelist.csv.gz"


#: One of the sources cuts "1 hr 52 min" to "1".
_HOURS = frozenset("0123")
_SHORT_TYPES = frozenset({"TV", "Music"})


def read(path: Path) -> Iterator[Facts]:
    """The facts of each title, and members estimated from its popularity rank where they are unknown.

    Raises `DataError` if the file cannot be read or lacks a column.
    """
    rows = list(read_rows(path))
    known = ((_rank(row), clean.members(row["members"])) for row in rows)
    estimate = popularity.fit((rank, members) for rank, members in known if rank and members)
    for row in rows:
        anime_id, rank = clean.anime_id(row["anime_id"]), _rank(row)
        if anime_id is not None:
            facts = _facts(anime_id, row)
            yield facts
            if rank and not facts.members:
                yield Facts(anime_id=anime_id, by=RANK, seen=facts.seen, members=estimate(rank))


def _rank(row: Mapping[str, str]) -> int | None:
    return clean.integer(row.get("popularity_rank"), 1, clean.MAX_MEMBERS)


def _facts(anime_id: int, row: Mapping[str, str]) -> Facts:
    begin = clean.date(row["aired_from"])
    year, season = clean.premiere(row["year"], row["season"], begin)
    kind = clean.kind_of_release(row["type"])
    hours = row["duration"].strip() in _HOURS and kind not in _SHORT_TYPES
    genres, rating = listed(row["genres"]), clean.age_rating(row["age_rating"])
    return Facts(
        anime_id=anime_id,
        by=NAME,
        seen=clean.month(row["seen"]),
        title=clean.text(row["title"]),
        title_english=clean.latin(row["title_english"]),
        title_japanese=clean.text(row["title_japanese"]),
        synonyms=names(row["synonyms"]),
        type=kind,
        source=clean.text(row["source"]),
        episodes=clean.episodes(row["episodes"]),
        duration_min=None if hours else clean.minutes(row["duration"]),
        year=year,
        season=season,
        status=clean.status(row["status"]),
        aired_from=begin,
        aired_to=clean.date(row["aired_to"]),
        genres=genres,
        themes=listed(row["themes"]),
        demographics=listed(row["demographics"]),
        studios=listed(row["studios"]),
        age_rating=rating,
        adult=clean.is_adult(genres, rating),
        mean_score=clean.mean_score(row["score"]),
        scored_by=clean.members(row["scored_by"]),
        members=clean.members(row["members"]),
        image_url=clean.cover(row["image_url"]),
    )
