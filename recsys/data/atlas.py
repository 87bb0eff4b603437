"""Read and write `atlas.parquet`: each rated title's place on the map of titles."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from recsys.errors import ArtifactError

FILE = "atlas.parquet"
SCHEMA = pa.schema([pa.field(name, kind, nullable=False) for name, kind in
                    (("anime_id", pa.int32()), ("x", pa.float32()), ("y", pa.float32()))])  # fmt: skip
#: Layouts of maps are tens of units wide; the mean of much larger coordinates would not be finite.
_FARTHEST = 1e6


@dataclass(frozen=True)
class Places:
    """`anime_ids` (n,) int64, ascending; `x` and `y` (n,) float32 are coordinates of which only distances matter."""

    anime_ids: NDArray[np.int64]
    x: NDArray[np.float32]
    y: NDArray[np.float32]


def write(places: Places, path: Path) -> int:
    """Write the places as Parquet; gives the number of titles."""
    columns = [places.anime_ids.astype(np.int32), places.x, places.y]
    pq.write_table(pa.table(columns, schema=SCHEMA), path, compression="zstd")
    return len(places.anime_ids)


def load(path: Path) -> Places:
    """Read the places. Raises `ArtifactError` naming the file if it is anything else."""
    again = "Write it again with python -m scripts.train atlas."
    try:
        table = pq.ParquetFile(path, memory_map=False).read()
    except (OSError, pa.ArrowException, ValueError) as error:
        raise ArtifactError(f"{path} is damaged or not a Parquet file ({error}). {again}") from None
    if not table.schema.equals(SCHEMA) or any(column.null_count for column in table.columns):
        raise ArtifactError(f"{path} is not a map of titles: its columns are not {', '.join(SCHEMA.names)}. {again}")
    ids, x, y = (table[name].to_numpy() for name in SCHEMA.names)
    if not len(ids) or (np.diff(ids) <= 0).any() or ids[0] < 1:
        raise ArtifactError(f"{path} is not a map of titles: anime_id does not ascend from 1 upwards. {again}")
    for name, values in (("x", x), ("y", y)):
        if not (np.abs(values) <= _FARTHEST).all():
            raise ArtifactError(f"{path} is not a map of titles: {name} is not a number up to {_FARTHEST:g}. {again}")
    return Places(ids.astype(np.int64), x, y)
