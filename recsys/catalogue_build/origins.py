"""Read and write `catalogue_origins.parquet`: the source and date of every value in the catalogue."""

import functools
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from recsys.catalogue_build import franchise_collections
from recsys.catalogue_build.merge import RULES
from recsys.data import catalogue, manifest
from recsys.errors import ArtifactError, first_line
from recsys.types import Title

FILE = "catalogue_origins.parquet"
FIELDS = (*RULES, "season")


def add_catalogue(batch: manifest.Batch, titles: Iterable[Title], origins: Mapping[int, Mapping[str, str]]) -> int:
    """Write the catalogue, its franchises and the origins as artifacts of a batch; gives the number of titles."""
    derived = {i for i, fields in origins.items() if fields["title"].startswith(franchise_collections.NAME)}
    rows = catalogue.add_to(batch, titles, derived, licence=franchise_collections.LICENCE)
    batch.describe(catalogue.FILE, licence="see sources")
    write(origins, batch.path(FILE))
    batch.describe(FILE, rows=rows, licence="see sources")
    return rows


def write(origins: Mapping[int, Mapping[str, str]], path: Path) -> int:
    """A row for each title, ascending by id, and a column for each field: "AniList 2022-09", or null where the field
    is unknown. Gives the number of rows."""
    ids = sorted(origins)
    columns = {
        field: pa.array([origins[i].get(field) for i in ids], pa.string()).dictionary_encode() for field in FIELDS
    }
    pq.write_table(pa.table({"anime_id": pa.array(ids, pa.int32()), **columns}), path, compression="zstd")
    return len(ids)


def read(path: Path) -> dict[int, dict[str, str]]:
    """Anime id -> the origin of each known field, as `write` got them. Raises `ArtifactError` for any other file."""
    try:
        columns = pq.ParquetFile(path).read(columns=["anime_id", *FIELDS], use_threads=False).to_pydict()
        ids = [int(anime_id) for anime_id in columns["anime_id"]]
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise ArtifactError(
            f"{path} has no origins ({first_line(error)}); write it with scripts.build_catalogue."
        ) from None
    found: dict[int, dict[str, str]] = {anime_id: {} for anime_id in ids}
    for field in FIELDS:
        for anime_id, origin in zip(ids, columns[field], strict=True):
            if origin is not None:
                found[anime_id][field] = origin
    return found


@functools.lru_cache(maxsize=1_000)  # the same few hundred, again and again
def parse(origin: str) -> tuple[str, str]:
    """Source and date of an origin: ("AniList", "2022-09"), the date "" where unknown."""
    match = re.fullmatch(r"(.+) (\d{4}-\d\d(?:-\d\d)?)", origin)
    return (match[1], match[2]) if match else (origin, "")
