"""One source's facts about one title, and the files that hold them."""

import csv
import datetime as dt
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from recsys.catalogue_build import clean
from recsys.errors import DataError

MAX_BYTES = 200_000_000
#: Words that no name begins with in small letters.
_GOES_ON = re.compile(r"(?:the|an|and|but|or|so|by|in|of|who|that|with|sometimes) |and\.\.\.$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the source `by` said of a title in the month `seen` ("2026-08"). Unknown is None or empty.

    The fields are those of `recsys.Title`, in the source's values but in MyAnimeList's words.
    """

    anime_id: int
    by: str
    seen: str
    title: str | None = None
    title_english: str | None = None
    title_japanese: str | None = None
    synonyms: tuple[str, ...] = ()
    type: str | None = None
    source: str | None = None
    episodes: int | None = None
    duration_min: float | None = None
    year: int | None = None
    season: str | None = None
    status: str | None = None
    aired_from: dt.date | None = None
    aired_to: dt.date | None = None
    genres: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    demographics: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    studios: tuple[str, ...] = ()
    age_rating: str | None = None
    adult: bool = False
    mean_score: float | None = None
    scored_by: int = 0
    members: int = 0
    anilist_id: int | None = None
    kitsu_id: int | None = None
    image_url: str | None = None
    streaming: tuple[tuple[str, str], ...] = ()


class Row(dict[str, str]):
    """A row of the CSV file `file`; a column that the file does not have raises `DataError`."""

    def __init__(self, file: str, cells: Mapping[str, str]) -> None:
        super().__init__(cells)
        self._file = file

    def __missing__(self, column: str) -> str:
        raise DataError(f"{self._file} has no column {column}; see docs/catalogue.md.")


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a CSV file, compressed with gzip or not.

    Raises `DataError` if it cannot be read, has no header, or is larger than `MAX_BYTES`.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"Cannot read {path}: {error}.") from None
    if len(content) > MAX_BYTES:
        raise DataError(f"{path} is larger than {MAX_BYTES:,} bytes.")
    return parse_rows(content, str(path))


def parse_rows(content: bytes, name: str) -> Iterator[Row]:
    """The rows of a CSV file's content. Raises `DataError` naming the file if it is anything else."""
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig", errors="replace"), newline=""), restval="")
    try:
        if not reader.fieldnames:
            raise DataError(f"{name} has no columns; see docs/catalogue.md.")
        yield from (Row(name, cells) for cells in reader)
    except csv.Error as error:
        raise DataError(f"{name} is not a CSV file: {error}.") from None


def own_rows(name: str) -> list[dict[str, str]]:
    """The rows of a CSV file of this package."""
    text = resources.files("recsys.catalogue_build").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def names(value: str) -> tuple[str, ...]:
    """The names of a JSON list, some of which were split at their commas: "Moon", "Laika", "and the Princess".

    A part that no name begins with is joined to the one before it.
    """
    found: list[str] = []
    for part in listed(value):
        if found and (_GOES_ON.match(part) or found[-1].count("(") > found[-1].count(")")):
            found[-1] += f", {part}"
        else:
            found.append(part)
    return tuple(dict.fromkeys(found))


def listed(value: str) -> tuple[str, ...]:
    """The texts of a JSON list, without repetitions; empty if it is anything else."""
    try:
        found = json.loads(value or "[]")
    except (ValueError, RecursionError):
        return ()
    texts = (clean.text(text) for text in found) if isinstance(found, list) else ()
    return tuple(dict.fromkeys(text for text in texts if text))
