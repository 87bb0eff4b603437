"""Surprise's SVD and ours on the same ratings, each in a process of its own so that its peak memory can be told."""

import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import duckdb
import numpy as np
import surprise
import surprise.accuracy
from surprise.model_selection import train_test_split

from recsys.data.ratings import Ratings, load_arrays
from recsys.holdout.metrics import rmse
from recsys.holdout.split import rows_of
from recsys.training.svd import SVD, Precision
from scripts.benchmarks.memory import peak_mb

TEST_SHARE = 0.2
_PARAMETERS = ("bu", "bi", "pu", "qi")
T = TypeVar("T")


@dataclass
class Measured:
    """Seconds of each stage, peak resident megabytes of the process, and RMSE on the test split. `parameters` is a file
    that holds the trained bu, bi, pu, qi."""

    seconds: dict[str, float] = field(default_factory=dict)
    peak_mb: float = 0.0
    rmse: float = 0.0
    parameters: Path = Path()


@dataclass(frozen=True)
class Variant:
    """One way to train: Surprise's, or ours with options."""

    name: str
    library: bool = False
    bitwise: bool = False
    precision: Precision = "float64"
    n_threads: int = 1


def measure(variant: Variant, folder: Path, seed: int) -> Measured:
    """Load `folder`/ratings.parquet, split, fit with the article's settings, predict the test split."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_in_process, (variant, folder, seed))


def largest_difference(first: Measured, second: Measured) -> float:
    """The largest absolute difference between two runs' parameters."""
    ours, theirs = np.load(first.parameters), np.load(second.parameters)
    return max(float(np.abs(ours[name] - theirs[name]).max()) for name in _PARAMETERS)


def _in_process(variant: Variant, folder: Path, seed: int) -> Measured:
    measured = Measured(parameters=folder / f"{variant.name.replace(' ', '_')}.npz")
    model = (_surprise if variant.library else _ours)(variant, folder, seed, measured)
    measured.peak_mb = peak_mb()
    np.savez(measured.parameters, **{name: getattr(model, name) for name in _PARAMETERS})
    return measured


def _surprise(_: Variant, folder: Path, seed: int, measured: Measured) -> surprise.SVD:
    timed = _Stages(measured.seconds)
    path = str(folder / "ratings.parquet")
    frame = timed("load", lambda: duckdb.execute("SELECT user_id, anime_id, score FROM read_parquet(?)", [path]).df())
    reader = surprise.Reader(rating_scale=(1, 10))
    data = timed("load", lambda: surprise.Dataset.load_from_df(frame, reader))
    trainset, testset = timed("split", lambda: train_test_split(data, test_size=TEST_SHARE, random_state=seed))
    model = timed("fit", lambda: surprise.SVD(random_state=seed).fit(trainset))
    predictions = timed("predict", lambda: model.test(testset))
    measured.rmse = surprise.accuracy.rmse(predictions, verbose=False)
    return model


def _ours(variant: Variant, folder: Path, seed: int, measured: Measured) -> SVD:
    timed = _Stages(measured.seconds)
    model = SVD(random_state=seed, bitwise=variant.bitwise, precision=variant.precision, n_threads=variant.n_threads)
    one = np.zeros(1, np.int32)
    timed("load kernels", lambda: model.fit_arrays(one, one, np.ones(1)).predict_arrays(one, one))
    ratings = timed("load", lambda: load_arrays(folder))
    n_train = len(ratings.scores) - int(np.ceil(TEST_SHARE * len(ratings.scores)))
    n_users, n_items = len(ratings.user_ids), len(ratings.item_ids)

    def split() -> list[Ratings]:
        # The rows that Surprise's train_test_split takes, in its order.
        rows = np.random.RandomState(seed).permutation(len(ratings.scores)).astype(np.int32)
        return [rows_of(ratings, part) for part in (rows[:n_train], rows[n_train:])]

    train, test = timed("split", split)
    timed("fit", lambda: model.fit_arrays(train.users, train.items, train.scores, n_users, n_items))
    predicted = timed("predict", lambda: model.predict_arrays(test.users, test.items))
    measured.rmse = rmse(predicted, test.scores)
    return model


class _Stages:
    """Adds up seconds by stage."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self._seconds = seconds

    def __call__(self, stage: str, work: Callable[[], T]) -> T:
        start = time.perf_counter()
        result = work()
        self._seconds[stage] = self._seconds.get(stage, 0.0) + time.perf_counter() - start
        return result
