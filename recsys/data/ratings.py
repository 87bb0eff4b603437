"""Ratings Parquet as contiguous arrays (for training) and as lists of one fan at a time (for serving)."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray


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
    """All ratings of `folder`/ratings.parquet, through DuckDB and Arrow; no Python object per rating."""
    raise NotImplementedError
