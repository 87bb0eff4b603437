"""Read myanimelist.csv.gz: titles in MyAnimeList's own words, and its figures of a known month."""

from collections.abc import Iterator
from pathlib import Path

from recsys.catalogue_build import clean
from recsys.catalogue_build.facts import Facts, listed, read_rows

NAME = "MyAnimeList"
FILE = "myanimelist.csv.gz"
_COLUMNS = (
    "anime_id",
    "title",
    "title_english",
    "title_japanese",
    "synonyms",
    "type",
    "source",
    "episodes",
    "duration",
    "status",
    "aired_from",
    "aired_to",
    "season",
    "year",
    "genres",
    "themes",
    "demographics",
    "studios",
    "age_rating",
    "score",
    "scored_by",
    "members",
    "image_url",
    "seen",
)


def read(path: Path) -> Iterator[Facts]:
    """Raises `DataError` if the file cannot be read or lacks a column."""
    for row in read_rows(path, _COLUMNS):
        anime_id = clean.anime_id(row["anime_id"])
        if anime_id is None:
            continue
        begin = clean.date(row["aired_from"])
        year, season = clean.year_and_season(begin) if begin else (None, None)
        genres, rating = listed(row["genres"]), clean.age_rating(row["age_rating"])
        yield Facts(
            anime_id=anime_id,
            by=NAME,
            seen=clean.month(row["seen"]),
            title=clean.text(row["title"]),
            title_english=clean.text(row["title_english"]),
            title_japanese=clean.text(row["title_japanese"]),
            synonyms=listed(row["synonyms"]),
            type=clean.kind_of_release(row["type"]),
            source=clean.text(row["source"]),
            episodes=clean.episodes(row["episodes"]),
            duration_min=clean.minutes(row["duration"]),
            year=clean.year(row["year"]) or year,
            season=clean.season(row["season"]) or season,
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
