"""Ratings Parquet as contiguous arrays (for training) and as lists of one fan at a time (for serving)."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from recsys.data import manifest
from recsys.errors import ArtifactError

FILE = "ratings.parquet"


@dataclass(frozen=True)
class Ratings:
    """A set of ratings, sorted by fan and then title.

    `user_ids` (n_users,) and `item_ids` (n_items,) are ascending external ids; `users` and `items` (n_ratings,) are
    int32 positions in them; `scores` (n_ratings,) is float64 on 1-10.
    """

    user_ids: NDArray[np.int64]
    item_ids: NDArray[np.int64]
    users: NDArray[np.int32]
    items: NDArray[np.int32]
    scores: NDArray[np.float64]


def load_arrays(folder: str | Path) -> Ratings:
    """All ratings of `folder`/ratings.parquet, through DuckDB and Arrow; no Python object per rating.

    Raises `ArtifactError` when the file is missing, damaged, or not sorted by fan and title.
    """
    path = manifest.read(folder).path(FILE)
    with duckdb.connect() as connection:
        try:
            table = connection.execute("SELECT user_id, anime_id, score FROM read_parquet(?)", [str(path)]).fetchnumpy()
        except duckdb.Error as error:
            raise ArtifactError(f"{path} is not a ratings file: {str(error).splitlines()[0]}") from None
    fans, titles = np.asarray(table["user_id"], np.int64), np.asarray(table["anime_id"], np.int64)
    same_fan = fans[1:] == fans[:-1]
    if np.any(fans[1:] < fans[:-1]) or np.any(same_fan & (titles[1:] <= titles[:-1])):
        raise ArtifactError(f"{path} is not sorted by fan and title; write it anew with python -m scripts.prepare.")
    first = np.concatenate([np.ones(min(len(fans), 1), bool), ~same_fan])
    item_ids = np.unique(titles)
    return Ratings(
        user_ids=fans[first],
        item_ids=item_ids,
        users=(np.cumsum(first) - 1).astype(np.int32),
        items=np.searchsorted(item_ids, titles).astype(np.int32),
        scores=np.asarray(table["score"], np.float64),
    )
