"""Read anime_cleaned.csv.gz: MyAnimeList's words of 2020, as the Kaggle set azathoth42/myanimelist spells columns."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from recsys.catalogue_build import clean, wording
from recsys.catalogue_build.facts import Facts, read_rows

NAME = "Kaggle"
FILE = "anime_cleaned.csv.gz"
#: When the set's titles were collected.
_SEEN = "2020-12"
_PREMIERED = re.compile(r"(Winter|Spring|Summer|Fall) (\d{4})")


def read(path: Path) -> Iterator[Facts]:
    """The set's status is left out: it says of every title that it has ended.

    Raises `DataError` if the file cannot be read or lacks a column.
    """
    for row in read_rows(path):
        anime_id = clean.anime_id(row["anime_id"])
        if anime_id is None:
            continue
        begin, _, end = row["aired_string"].partition(" to ")
        aired_from = _date(begin)
        premiered = _PREMIERED.fullmatch(row["premiered"])
        year, season = clean.year_and_season(aired_from)
        if premiered:
            season, year = premiered[1], clean.year(premiered[2])
        genres, rating = clean.texts(row["genre"]), clean.age_rating(row["rating"])
        words = wording.split_genres(genres)
        yield Facts(
            anime_id=anime_id,
            by=NAME,
            seen=_SEEN,
            title=clean.text(row["title"]),
            title_english=clean.latin(row["title_english"]),
            title_japanese=clean.text(row["title_japanese"]),
            synonyms=clean.texts(row["title_synonyms"]),
            type=clean.kind_of_release(row["type"]),
            source=wording.source(clean.text(row["source"])),
            episodes=clean.episodes(row["episodes"]),
            duration_min=clean.minutes(row["duration_min"]),
            year=year or clean.year(row["aired_from_year"]),
            season=season,
            aired_from=aired_from,
            aired_to=_date(end),
            genres=words.genres,
            themes=words.themes,
            demographics=words.demographics,
            studios=clean.texts(row["studio"]),
            age_rating=rating,
            adult=clean.is_adult(genres, rating),
            mean_score=clean.mean_score(row["score"]),
            members=clean.members(row["members"]),
        )


def _date(value: str) -> date | None:
    """A full date such as "Apr 3, 1998"."""
    try:
        return clean.date(datetime.strptime(value.strip(), "%b %d, %Y").replace(tzinfo=UTC).date().isoformat())
    except ValueError:
        return None
