"""Write `catalogue_origins.parquet`: the source and month of every value in the catalogue."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from recsys.catalogue_build.merge import RULES

FILE = "catalogue_origins.parquet"
FIELDS = (*RULES, "season")


def write(origins: Mapping[int, Mapping[str, str]], path: Path) -> int:
    """A row for each title, ascending by id, and a column for each field: "AniList 2022-09", or null where the field
    is unknown. Gives the number of rows."""
    ids = sorted(origins)
    columns = {
        field: pa.array([origins[i].get(field) for i in ids], pa.string()).dictionary_encode() for field in FIELDS
    }
    pq.write_table(pa.table({"anime_id": pa.array(ids, pa.int32()), **columns}), path, compression="zstd")
    return len(ids)
