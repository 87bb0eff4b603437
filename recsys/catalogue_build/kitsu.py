"""Read kitsu_covers.csv.gz: addresses of posters at Kitsu."""

from collections.abc import Iterator
from pathlib import Path

from recsys.catalogue_build import clean
from recsys.catalogue_build.facts import Facts, read_rows

NAME = "Kitsu"
FILE = "kitsu_covers.csv.gz"
_SEEN = "2026-08"


def read(path: Path) -> Iterator[Facts]:
    """Raises `DataError` if the file cannot be read or lacks a column."""
    for row in read_rows(path, ("anime_id", "image_url")):
        anime_id = clean.anime_id(row["anime_id"])
        if anime_id is not None:
            yield Facts(anime_id=anime_id, by=NAME, seen=_SEEN, image_url=clean.cover(row["image_url"]))
