"""`python -m scripts.benchmark svd`: Surprise's SVD and ours on the same ratings.

Each runs in its own process, so that its peak memory can be measured.
"""

import argparse
import multiprocessing
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from recsys.data import manifest
from recsys.data.ratings import Ratings, load_arrays
from recsys.holdout.metrics import rmse
from recsys.holdout.split import rows_of
from scripts.benchmarks import peak_mb

if TYPE_CHECKING:
    import surprise

    from recsys.training.svd import SVD

#: Ratings, fans and titles of the reference article's data set after its filters.
ARTICLE = (19_100_000, 108_000, 6_700)
_RANK = 8
_BLOCK = 20_000
TEST_SHARE = 0.2
_QUICK = 300_000
_STAGES = ("load", "split", "fit", "predict")
_PARAMETERS = ("bu", "bi", "pu", "qi")
T = TypeVar("T")


@dataclass
class Measured:
    """Seconds of each stage, peak memory of the process, RMSE on the test split, and a file with the trained bu, bi,
    pu, qi."""

    seconds: dict[str, float] = field(default_factory=dict)
    peak_mb: float = 0.0
    rmse: float = 0.0
    parameters: Path = Path()


#: Trains a model and fills in the seconds and the RMSE.
Train = Callable[[Path, int, Measured], Any]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help=f"{_QUICK:,} ratings: under a minute")
    size.add_argument(
        "--ratings", type=int, default=ARTICLE[0], help="about how many ratings to simulate (%(default)s)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the ratings, the split and the training (%(default)s)")


def main(args: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as folder:
        n = write_ratings(Path(folder), _QUICK if args.quick else args.ratings, args.seed)
        print(f"SVD, the article's settings, on {n:,} simulated ratings, 20% held out; seconds, in one process each\n")
        heads = "".join(f"{stage:>10}" for stage in _STAGES)
        print(f"{'':16}{heads}{'peak MB':>10}{'RMSE':>12}{'largest diff':>14}")
        theirs, ours = measure(train_surprise, Path(folder), args.seed), measure(train_ours, Path(folder), args.seed)
        for name, measured in (("Surprise", theirs), ("ours", ours)):
            times = "".join(f"{measured.seconds[stage]:10.2f}" for stage in _STAGES)
            difference = largest_difference(measured, theirs)
            print(f"{name:16}{times}{measured.peak_mb:10.0f}{measured.rmse:12.8f}{difference:14.1e}")
    faster = ", ".join(f"{stage} {theirs.seconds[stage] / ours.seconds[stage]:.1f}" for stage in _STAGES)
    print(f"\nOurs is faster by a factor of: {faster}; and peaks at {ours.peak_mb / theirs.peak_mb:.0%} of the memory.")
    print(f"Loading compiled kernels, once per process: {ours.seconds['load kernels']:.1f} s, not counted above.")
    return 0


def write_ratings(folder: Path, n_ratings: int, seed: int = 0) -> int:
    """Write about `n_ratings` simulated ratings to `folder`/ratings.parquet, with the article's mean list length: low
    rank plus noise, skewed popularity and list lengths. Return their number."""
    share = n_ratings / ARTICLE[0]
    n_fans, n_titles = max(int(ARTICLE[1] * share), 50), max(int(ARTICLE[2] * share**0.5), 1500)
    rng = np.random.default_rng(seed)
    chance = 1 / (np.arange(n_titles) + 30.0) ** 0.9
    quality = rng.normal(7, 0.8, n_titles).astype(np.float32)
    factors = rng.normal(0, 0.45, (n_titles, _RANK)).astype(np.float32)
    lengths = rng.lognormal(0, 1.0, n_fans)
    lengths = np.clip(lengths / lengths.mean() * n_ratings / n_fans * 2, 12, n_titles // 2).astype(np.int64)
    columns = []
    for first in range(0, n_fans, _BLOCK):
        block = np.arange(first, min(first + _BLOCK, n_fans))
        fans = np.repeat(block - first, lengths[block])
        # Draw twice as many with replacement, drop duplicates, keep the wanted number at random: fast.
        pairs = np.unique(fans * n_titles + rng.choice(n_titles, len(fans), p=chance / chance.sum()))
        pairs = pairs[rng.random(len(pairs)) < n_ratings * len(block) / n_fans / len(pairs)]
        fans, items = pairs // n_titles, pairs % n_titles
        tastes = rng.normal(0, 0.6, (len(block), _RANK)).astype(np.float32)
        generosity = rng.normal(0, 0.9, len(block)).astype(np.float32)
        scores = quality[items] + generosity[fans] + np.einsum("ij,ij->i", factors[items], tastes[fans])
        scores = np.clip(np.rint(scores + rng.normal(0, 1.1, len(items))), 1, 10).astype(np.int8)
        columns.append((fans + first + 1, items + 1, scores))
    users, items, scores = (np.concatenate(column) for column in zip(*columns, strict=True))
    with manifest.writing(folder) as batch:
        table = pa.table({"user_id": users, "anime_id": items, "score": scores})
        pq.write_table(table, batch.path("ratings.parquet"))
    return len(scores)


def measure(train: Train, folder: Path, seed: int) -> Measured:
    """Run `train` in a new process: load `folder`/ratings.parquet, split, fit, predict the test split."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_in_process, (train, folder, seed))


def largest_difference(first: Measured, second: Measured) -> float:
    """The largest absolute difference between the parameters of two runs."""
    ours, theirs = np.load(first.parameters), np.load(second.parameters)
    return max(float(np.abs(ours[name] - theirs[name]).max()) for name in _PARAMETERS)


def _in_process(train: Train, folder: Path, seed: int) -> Measured:
    measured = Measured(parameters=folder / f"{train.__name__}.npz")
    model = train(folder, seed, measured)
    measured.peak_mb = peak_mb()
    np.savez(measured.parameters, **{name: getattr(model, name) for name in _PARAMETERS})
    return measured


def train_surprise(folder: Path, seed: int, measured: Measured) -> "surprise.SVD":
    """Train with Surprise."""
    import duckdb
    import surprise
    import surprise.accuracy
    from surprise.model_selection import train_test_split

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


def train_ours(folder: Path, seed: int, measured: Measured) -> "SVD":
    """Train with `recsys.training.svd`."""
    from recsys.training.svd import SVD

    timed = _Stages(measured.seconds)
    model = SVD(random_state=seed)
    one = np.zeros(1, np.int32)
    timed("load kernels", lambda: model.fit_arrays(one, one, np.ones(1)).predict_arrays(one, one))
    loaded = timed("load", lambda: load_arrays(folder))
    n_train = len(loaded.scores) - int(np.ceil(TEST_SHARE * len(loaded.scores)))
    n_users, n_items = len(loaded.user_ids), len(loaded.item_ids)

    def split() -> list[Ratings]:
        # The rows of Surprise's train_test_split, in its order.
        rows = np.random.RandomState(seed).permutation(len(loaded.scores)).astype(np.int32)
        return [rows_of(loaded, part) for part in (rows[:n_train], rows[n_train:])]

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
