"""Recommends for all fans of a Parquet file, one at a time, in bounded memory."""

import itertools
import os
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from recsys.data import sql
from recsys.errors import DataError, first_line
from recsys.serving.engine import Engine
from recsys.types import Filters, Pick, Profile

#: Rows of the input and of the output that are held in memory.
_FLUSH_ROWS = 100_000
#: Memory of DuckDB for checking and sorting lists; beyond it, it uses the disk.
_MEMORY_LIMIT = "2GB"
_TYPED = "fan, anime_id::BIGINT AS anime_id, {score}::DOUBLE AS score FROM read_parquet(?)"
_ROWS = f"SELECT {_TYPED.format(score='score')}"
#: A fan's rows for one title become one row.
_UNIQUE, _IN_ORDER = f"SELECT {_TYPED.format(score='max(score)')}", " GROUP BY ALL ORDER BY fan, anime_id"


@dataclass(frozen=True)
class Choices:
    """What to recommend; the fields are the arguments of `Engine.recommend`."""

    model: str | None = None
    n: int = 10
    filters: Filters = field(default_factory=Filters)
    discovery: float = 0.0
    by_score: bool = False

    def picks(self, engine: Engine, fan: Profile) -> list[Pick]:
        """The fan's titles, without reasons."""
        chosen = {"discovery": self.discovery, "by_score": self.by_score, "reasons": 0}
        return engine.recommend(fan, self.model, self.n, self.filters, **chosen)


class ListsFile:
    """Reads fans' lists from a Parquet file with the columns fan, anime_id, score (null: seen, not scored).

    Attributes: `path`; `fan_type`, the type of the column fan.
    """

    def __init__(self, path: Path) -> None:
        """Raises `DataError` if the file cannot be read, lacks a column, or holds rows that cannot be used."""
        self.path = path
        self.fan_type = column_types(path, ("fan", "anime_id", "score"))["fan"]
        null_fans, bad = query(
            "SELECT count(*) FILTER (fan IS NULL OR anime_id IS NULL), "
            "count(*) FILTER (score IS NOT NULL AND NOT coalesce(score BETWEEN 1 AND 10, false)) FROM read_parquet(?)",
            path,
        ).fetchall()[0]
        if null_fans:
            raise DataError(f"{path}: {null_fans:,} rows have no fan or no anime_id; remove them.")
        if bad:
            raise DataError(f"{path}: {bad:,} scores are outside 1-10; use null for a title that is not scored.")

    def __len__(self) -> int:
        return query("SELECT count(DISTINCT fan) FROM read_parquet(?)", self.path).fetchall()[0][0]

    def profiles(self) -> Iterator[tuple[Any, Profile]]:
        """Every fan and list, in the order of the column fan. Lists in another order are sorted on disk first."""
        if self.is_sorted():
            yield from profiles(self.path)
            return
        with tempfile.TemporaryDirectory(prefix="anime-alchemy-lists-") as folder:
            self.write_sorted(sorted_lists := Path(folder) / "lists.parquet")
            yield from profiles(sorted_lists)

    def is_sorted(self) -> bool:
        """Whether the rows are in the order of the fans and then of the titles, each title once on a list."""
        rows = "FROM (" + _ROWS + ") SELECT *, lag(fan) OVER () AS fan_before, lag(anime_id) OVER () AS title_before"
        wrong = "fan_before > fan OR (fan_before = fan AND title_before >= anime_id)"
        return query("FROM (" + rows + ") WHERE " + wrong + " LIMIT 1", self.path).fetchone() is None

    def write_sorted(self, path: Path, where: str = "") -> None:
        """Write the lists to `path` in the order that `profiles` needs; with the SQL of a `where`, some of them."""
        write_query(_UNIQUE + where + _IN_ORDER, self.path, path)

    def blocks(self, n_fans: int) -> list[tuple[Any, Any, int]]:
        """The first fan, the last fan and the number of fans of each block of `n_fans`, in order."""
        return query(
            "SELECT min(fan), max(fan), count(*) "
            "FROM (SELECT fan, (row_number() OVER (ORDER BY fan) - 1) // $2 AS block "
            "FROM (SELECT DISTINCT fan FROM read_parquet($1))) "
            "GROUP BY block ORDER BY block",
            self.path,
            n_fans,
        ).fetchall()


def profiles(path: Path, between: tuple[Any, Any] | None = None) -> Iterator[tuple[Any, Profile]]:
    """Fans and lists of a checked and sorted file; only those from the first to the last of `between`, if given.

    A list's titles come in order of id: sums of floats, and so the last digits of predictions, depend on it.
    """
    for fan, ids, scores in rows_by_fan(path, between):
        scored = ~np.isnan(scores)
        known = dict(zip(ids[scored].tolist(), scores[scored].tolist(), strict=True))
        yield fan, Profile(known, set(ids[~scored].tolist()))


def rows_by_fan(
    path: Path, between: tuple[Any, Any] | None = None
) -> Iterator[tuple[Any, NDArray[np.int64], NDArray[np.float64]]]:
    """The rows of a sorted file by fan: anime ids and scores (NaN: none), each (n,)."""
    some = " WHERE fan BETWEEN ? AND ? ORDER BY fan, anime_id" if between else ""
    rows = _connect().sql(_ROWS + some, params=[sql.pattern(path), *(between or ())])
    return _lists(rows.to_arrow_reader(_FLUSH_ROWS))


def _lists(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[Any, NDArray[np.int64], NDArray[np.float64]]]:
    """The lists in batches of rows sorted by fan, each whole."""
    rest: list[pa.RecordBatch] = []
    for batch in batches:
        table = pa.Table.from_batches([*rest, batch]).combine_chunks()
        fans = table["fan"]
        starts = np.flatnonzero(pc.call_function("not_equal", [fans[1:], fans[:-1]]).to_numpy()) + 1
        yield from _between(table, [0, *starts.tolist()])
        rest = table.slice(starts[-1] if len(starts) else 0).to_batches()
    if rest:
        table = pa.Table.from_batches(rest)
        yield from _between(table, [0, table.num_rows])


def _between(table: pa.Table, bounds: list[int]) -> Iterator[tuple[Any, NDArray[np.int64], NDArray[np.float64]]]:
    """The lists between successive `bounds`."""
    ids, scores = table["anime_id"].to_numpy(), table["score"].to_numpy()
    for start, end in itertools.pairwise(bounds):
        yield table["fan"][start].as_py(), ids[start:end], scores[start:end]


def query(statement: str, path: Path, *parameters: Any) -> duckdb.DuckDBPyConnection:
    """Run a statement whose first parameter is a file, in limited memory. Raises `DataError`, naming the file, if it
    cannot be read."""
    try:
        return _connect().execute(statement, [sql.pattern(path), *parameters])
    except duckdb.Error as error:
        raise DataError(f"Cannot read {path}: {first_line(error)}") from None


def write_query(statement: str, path: Path, out: Path) -> None:
    """Write the rows of a statement as Parquet; see `query`."""
    with atomic(out) as temporary:
        query("COPY (" + statement + f") TO {sql.text(str(temporary))} (FORMAT parquet, COMPRESSION zstd)", path)


def _connect() -> duckdb.DuckDBPyConnection:
    spilled = Path(tempfile.gettempdir()) / f"anime-alchemy-{uuid.uuid4().hex}"  # DuckDB makes and removes it
    return duckdb.connect(config={"memory_limit": _MEMORY_LIMIT, "temp_directory": str(spilled)})


def column_types(path: Path, names: tuple[str, ...]) -> dict[str, pa.DataType]:
    """Types of the columns `names` of a Parquet file. Raises `DataError` if it cannot be read or lacks one."""
    try:
        schema = pq.read_schema(path)
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"Cannot read {path} as Parquet: {error}") from None
    missing = [name for name in names if name not in schema.names]
    if missing:
        raise DataError(f"{path} has no column {missing[0]}; it needs {', '.join(names)}.")
    for name in names[1:]:
        if not (pa.types.is_integer(t := schema.field(name).type) or pa.types.is_floating(t) or pa.types.is_null(t)):
            raise DataError(f"{path}: column {name} is {t}; it must be a number.")
    return {name: schema.field(name).type for name in names}


def recommend(engine: Engine, fans: Iterable[tuple[Any, Profile]], choices: Choices) -> Iterator[tuple]:
    """Rows of `schema(…, ranked=True)`: each fan's titles, best first."""
    for fan, profile in fans:
        for rank, pick in enumerate(choices.picks(engine, profile), 1):
            yield fan, rank, pick.anime_id, pick.predicted, pick.low, pick.high


def output_schema(fan_type: pa.DataType, *, ranked: bool) -> pa.Schema:
    """Columns of the output: fan, rank (if `ranked`), anime_id, predicted, low, high."""
    middle = [("rank", pa.int32())] if ranked else []
    scores = [(name, pa.float64()) for name in ("predicted", "low", "high")]
    return pa.schema([("fan", fan_type), *middle, ("anime_id", pa.int64()), *scores])


def write(rows: Iterable[tuple], schema: pa.Schema, out: Path) -> int:
    """Write rows as Parquet; give their number. An interrupted run keeps the old file."""
    rows, count = iter(rows), 0
    with atomic(out) as temporary, pq.ParquetWriter(temporary, schema) as writer:
        while some := list(itertools.islice(rows, _FLUSH_ROWS)):
            columns = zip(schema, zip(*some, strict=True), strict=True)
            arrays = [pa.array(column, type=field.type) for field, column in columns]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            count += len(some)
    return count


def concatenate(files: Iterable[Path], schema: pa.Schema, out: Path) -> int:
    """Write the rows of Parquet files one after the other to `out`; give their number."""
    count = 0
    with atomic(out) as temporary, pq.ParquetWriter(temporary, schema) as writer:
        for path in files:
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(_FLUSH_ROWS):
                    writer.write_batch(batch)
                    count += batch.num_rows
    return count


@contextmanager
def atomic(out: Path) -> Iterator[Path]:
    """Give the name of a temporary file, which is renamed to `out` when the block ends, removed when it raises."""
    out.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{out.name}-", dir=out.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        os.replace(temporary, out)
    finally:
        temporary.unlink(missing_ok=True)
