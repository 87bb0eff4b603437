"""Read collections.csv.gz (ODbL 1.0): which titles anime-lists joins into one collection.

The first title of a collection gives it its name.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from recsys.catalogue_build import clean
from recsys.catalogue_build.facts import Facts, read_rows

NAME = "anime-lists"
FILE = "collections.csv.gz"
LICENCE = "ODbL-1.0"
_SEEN = "2026-08"


def read(path: Path) -> dict[str, list[int]]:
    """Name of a collection -> its titles, in the file's order.

    Raises `DataError` if the file cannot be read or lacks a column.
    """
    found: dict[str, list[int]] = {}
    for row in read_rows(path):
        name, anime_id = clean.text(row["collection"]), clean.anime_id(row["anime_id"])
        if name and anime_id is not None:
            found.setdefault(name, []).append(anime_id)
    return found


def names(collections: Mapping[str, Sequence[int]]) -> Iterator[Facts]:
    """The names of the titles that their collection is named after. A title's own number is no name."""
    for name, ids in collections.items():
        if name != str(ids[0]):
            yield Facts(anime_id=ids[0], by=NAME, seen=_SEEN, title=name)
