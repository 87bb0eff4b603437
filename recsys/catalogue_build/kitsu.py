"""Read kitsu_covers.csv.gz: addresses of posters at Kitsu, which hold Kitsu's own id of the title."""

import re
from collections.abc import Iterator
from pathlib import Path

from recsys.catalogue_build import clean
from recsys.catalogue_build.facts import Facts, read_rows

NAME = "Kitsu"
FILE = "kitsu_covers.csv.gz"
_SEEN = "2026-08"
#: .../anime/poster_images/11/large.jpg, or .../anime/11/poster_image/large-....jpeg
_ID = re.compile(r"/anime/(?:poster_images/)?(\d{1,9})/")


def read(path: Path) -> Iterator[Facts]:
    """Raises `DataError` if the file cannot be read or lacks a column."""
    for row in read_rows(path):
        anime_id = clean.anime_id(row["anime_id"])
        if anime_id is not None:
            known = _ID.search(row["image_url"])
            yield Facts(
                anime_id=anime_id, by=NAME, seen=_SEEN, image_url=clean.cover(row["image_url"]),
                kitsu_id=clean.anime_id(known[1]) if known else None,
            )  # fmt: skip
