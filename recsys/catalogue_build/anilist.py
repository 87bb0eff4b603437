"""Read anilist.csv.gz: titles in AniList's words, of which only the newest rows have names and figures."""

from collections.abc import Iterator
from pathlib import Path

from recsys.catalogue_build import clean, wording
from recsys.catalogue_build.facts import Facts, listed, read_rows

NAME = "AniList"
FILE = "anilist.csv.gz"


def read(path: Path) -> Iterator[Facts]:
    """The mean score, of 100, becomes one of 10.

    Raises `DataError` if the file cannot be read or lacks a column.
    """
    for row in read_rows(path):
        anime_id = clean.anime_id(row["anime_id"])
        if anime_id is None:
            continue
        words = wording.split_genres(wording.anilist_genre(word) for word in listed(row["genres"]))
        score = clean.number(row["mean_score"], 1, 100)
        begin = clean.date(row["start_date"])
        year, season = clean.premiere(row["season_year"], row["season"], begin)
        yield Facts(
            anime_id=anime_id,
            by=NAME,
            seen=clean.month(row["seen"]),
            title=clean.text(row["title"]),
            title_english=clean.latin(row["title_english"]),
            title_japanese=clean.text(row["title_japanese"]),
            synonyms=listed(row["synonyms"]),
            type=clean.kind_of_release(wording.anilist_format(row["format"])),
            source=clean.text(wording.anilist_source(row["source"])),
            episodes=clean.episodes(row["episodes"]),
            duration_min=clean.minutes(row["duration"]),
            year=year,
            season=season,
            status=wording.anilist_status(row["status"]),
            aired_from=begin,
            aired_to=clean.date(row["end_date"]),
            genres=words.genres,
            themes=words.themes,
            demographics=words.demographics,
            tags=listed(row["tags"]),
            studios=listed(row["studios"]),
            adult=row["is_adult"] == "True" or clean.is_adult(words.genres, None),
            mean_score=clean.mean_score(score / 10) if score else None,
            anilist_id=clean.anime_id(row["anilist_id"]),
            image_url=clean.cover(row["cover_image"]),
        )
