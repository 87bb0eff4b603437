"""Predicts the scores of pairs of fans and titles in a Parquet file, fan by fan, in bounded memory."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from recsys.data import sql
from recsys.errors import DataError
from recsys.serving import batch
from recsys.serving.batch import ListsFile, query
from recsys.serving.engine import Engine
from recsys.types import Profile

LISTS, PAIRS = "lists.parquet", "pairs.parquet"


class PairsFile:
    """Reads a Parquet file with the columns fan and anime_id. Rows without a fan are left out."""

    def __init__(self, path: Path, lists: ListsFile) -> None:
        """`lists` are those of the fans. Raises `DataError` if the file cannot be read, lacks a column, has a row
        without a title, or names fans in another type than `lists`."""
        self.path, self.lists = path, lists
        fan_type = batch.column_types(path, ("fan", "anime_id"))["fan"]
        if fan_type != lists.fan_type:
            raise DataError(f"{path}: column fan is {fan_type}, but {lists.fan_type} in {lists.path}.")
        if missing := query("SELECT count(*) FROM read_parquet(?) WHERE anime_id IS NULL", path).fetchall()[0][0]:
            raise DataError(f"{path}: {missing:,} rows have no anime_id; remove them.")

    def write_sorted(self, folder: Path) -> int:
        """Write what `predict` needs to a folder: the pairs, and the lists of their fans. Give the number of fans."""
        rows = "SELECT fan, anime_id::BIGINT AS anime_id, NULL::DOUBLE AS score FROM read_parquet(?)"
        batch.write_query(rows + " WHERE fan IS NOT NULL ORDER BY fan, anime_id", self.path, folder / PAIRS)
        own = f" WHERE fan IN (FROM read_parquet({sql.text(sql.pattern(folder / PAIRS))}) SELECT fan)"
        self.lists.write_sorted(folder / LISTS, own)
        return len(ListsFile(folder / PAIRS))


def predict(
    engine: Engine,
    folder: Path,
    model: str | None,
    between: tuple[Any, Any] | None = None,
    impersonal: Callable[[int], None] = lambda count: None,
) -> Iterator[tuple]:
    """Rows of `batch.output_schema(…, ranked=False)` for what `PairsFile.write_sorted` wrote to `folder`, by fan and
    title; only the fans from the first to the last of `between`, if given.

    A fan without a list is predicted as one without ratings. `impersonal(count)` is called for each fan with the number
    of predictions that are not personal (unknown title or fan).
    """
    lists = batch.profiles(folder / LISTS, between)
    known, profile = next(lists, (None, Profile()))
    for fan, anime_ids, _ in batch.rows_by_fan(folder / PAIRS, between):
        own = known == fan
        found = engine.predict(profile if own else Profile(), anime_ids.tolist(), model)
        impersonal(sum(one.fallback is not None for one in found))
        for one in found:
            yield fan, one.anime_id, one.predicted, one.low, one.high
        if own:
            known, profile = next(lists, (None, Profile()))
