"""`python -m scripts.benchmark svd`: Surprise's SVD and ours on the same ratings.

Each runs in its own process, so that its peak memory can be measured.
"""

import argparse
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from recsys.cluster.worker import peak_mb
from recsys.data import manifest
from recsys.data.ratings import load_arrays
from recsys.holdout.metrics import rmse
from recsys.holdout.split import rows_of
from scripts.benchmarks import made_up

if TYPE_CHECKING:
    import surprise

    from recsys.training.svd import SVD

#: Ratings, fans and titles of the reference article's data set after its filters.
ARTICLE = (19_100_000, 108_000, 6_700)
TEST_SHARE = 0.2
_QUICK = 300_000
_EPOCHS = 20  # the article's, and Surprise's default
_STAGES = ("load", "split", "fit", "predict")
_PARAMETERS = ("bu", "bi", "pu", "qi")
T = TypeVar("T")


@dataclass(frozen=True)
class Task:
    """What to train on: `folder`/ratings.parquet, split by `seed`. `in_file_order`: each fan's training ratings in the
    order of the file, by title, instead of at random. `threads` are ours; Surprise has one."""

    folder: Path
    seed: int
    in_file_order: bool = False
    threads: int = 1


@dataclass
class Measured:
    """Seconds of each stage, also of the processors, peak memory of the process, RMSE on the test split, and a file
    with the trained bu, bi, pu, qi."""

    seconds: dict[str, float] = field(default_factory=dict)
    processors: dict[str, float] = field(default_factory=dict)
    peak_mb: float = 0.0
    rmse: float = 0.0
    parameters: Path = Path()


#: Trains a model and fills in the seconds and the RMSE.
Train = Callable[[Task, Measured], Any]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help=f"{_QUICK:,} ratings: under a minute")
    size.add_argument("--ratings", type=int, default=ARTICLE[0], help="about how many ratings to make up (%(default)s)")
    parser.add_argument(
        "--order",
        choices=("random", "file"),
        default="random",
        help="of each fan's training ratings: at random, as Surprise splits, or by title, as in prepared lists, where "
        "several threads have the result of one (%(default)s)",
    )
    parser.add_argument("--seed", type=int, default=0, help="of the ratings, the split and the training (%(default)s)")


def main(args: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        n = write_ratings(folder, _QUICK if args.quick else args.ratings, args.seed)
        print(f"SVD, the article's settings, on {n:,} made-up ratings, 20% held out; seconds, in one process each")
        print(f"Each fan's ratings are in {'order of title' if args.order == 'file' else 'random order'}.\n")
        heads = "".join(f"{stage:>10}" for stage in _STAGES)
        print(f"{'':16}{heads}{'peak MB':>10}{'RMSE':>12}{'largest diff':>14}{'faster fit':>12}")
        in_order = args.order == "file"
        theirs = measure(train_surprise, Task(folder, args.seed, in_order))
        _print("Surprise", theirs, theirs)
        ours = measure(train_ours, Task(folder, args.seed, in_order))
        _print("ours", ours, theirs)
        if in_order and (threads := os.cpu_count() or 1) > 1:
            several = measure(train_ours, Task(folder, args.seed, in_order, threads))
            _print(f"ours, {threads} threads", several, theirs)
            same = "the same" if largest_difference(several, ours) == 0 else "NOT THE SAME"
            print(f"\nParameters of one and of {threads} threads: {same}.")
    faster = ", ".join(f"{stage} {theirs.seconds[stage] / ours.seconds[stage]:.1f}" for stage in _STAGES)
    print(f"\nOurs is faster by a factor of: {faster}; and peaks at {ours.peak_mb / theirs.peak_mb:.0%} of the memory.")
    theirs_each, ours_each = (one.processors["fit"] / (_EPOCHS * n * (1 - TEST_SHARE)) for one in (theirs, ours))
    print(
        f"Processor time of the fit for a rating in an epoch: Surprise {theirs_each * 1e9:.0f} ns, ours "
        f"{ours_each * 1e9:.0f} ns, a factor of {theirs_each / ours_each:.1f}. A busy machine changes it less."
    )
    print(f"Loading compiled kernels, once per process: {ours.seconds['load kernels']:.1f} s, not counted above.")
    return 0


def _print(name: str, measured: Measured, theirs: Measured) -> None:
    times = "".join(f"{measured.seconds[stage]:10.2f}" for stage in _STAGES)
    difference, faster = largest_difference(measured, theirs), theirs.seconds["fit"] / measured.seconds["fit"]
    print(f"{name:16}{times}{measured.peak_mb:10.0f}{measured.rmse:12.8f}{difference:14.1e}{faster:11.1f}×", flush=True)


def write_ratings(folder: Path, n_ratings: int, seed: int = 0) -> int:
    """Write about `n_ratings` made-up ratings to `folder`/ratings.parquet, with the article's mean list length. Return
    their number."""
    share = n_ratings / ARTICLE[0]
    n_fans, n_titles = max(int(ARTICLE[1] * share), 50), max(int(ARTICLE[2] * share**0.5), 1500)
    ratings = made_up(n_fans, n_titles, n_ratings / n_fans, seed)
    table = pa.table(
        {
            "user_id": ratings.user_ids[ratings.users],
            "anime_id": ratings.item_ids[ratings.items],
            "score": ratings.scores.astype(np.int8),
        }
    )
    with manifest.writing(folder) as batch:
        pq.write_table(table, batch.path("ratings.parquet"))
    return len(ratings.scores)


def measure(train: Train, task: Task) -> Measured:
    """Run `train` in a new process: load the ratings, split, fit, predict the test split."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_in_process, (train, task))


def largest_difference(first: Measured, second: Measured) -> float:
    """The largest absolute difference between the parameters of two runs."""
    ours, theirs = np.load(first.parameters), np.load(second.parameters)
    return max(float(np.abs(ours[name] - theirs[name]).max()) for name in _PARAMETERS)


def _in_process(train: Train, task: Task) -> Measured:
    measured = Measured(parameters=task.folder / f"{train.__name__}-{task.threads}.npz")
    model = train(task, measured)
    measured.peak_mb = peak_mb()
    np.savez(measured.parameters, **{name: getattr(model, name) for name in _PARAMETERS})
    return measured


def train_surprise(task: Task, measured: Measured) -> "surprise.SVD":
    """Train with Surprise."""
    import duckdb
    import surprise
    import surprise.accuracy
    from surprise.model_selection import train_test_split

    timed = _Stages(measured)
    path = str(task.folder / "ratings.parquet")
    frame = timed("load", lambda: duckdb.execute("SELECT user_id, anime_id, score FROM read_parquet(?)", [path]).df())
    reader = surprise.Reader(rating_scale=(1, 10))
    data = timed("load", lambda: surprise.Dataset.load_from_df(frame, reader))

    def split() -> tuple[surprise.Trainset, list]:
        if not task.in_file_order:
            return train_test_split(data, test_size=TEST_SHARE, random_state=task.seed)
        known, unknown = ([data.raw_ratings[row] for row in rows] for rows in _rows(len(frame), task))
        return data.construct_trainset(known), data.construct_testset(unknown)

    trainset, testset = timed("split", split)
    model = timed("fit", lambda: surprise.SVD(random_state=task.seed).fit(trainset))
    predictions = timed("predict", lambda: model.test(testset))
    measured.rmse = surprise.accuracy.rmse(predictions, verbose=False)
    return model


def train_ours(task: Task, measured: Measured) -> "SVD":
    """Train with `recsys.training.svd`."""
    from recsys.training.svd import SVD

    timed = _Stages(measured)
    model = SVD(random_state=task.seed, n_threads=task.threads)
    one = np.zeros(1, np.int32)
    timed("load kernels", lambda: model.fit_arrays(one, one, np.ones(1)).predict_arrays(one, one))
    loaded = timed("load", lambda: load_arrays(task.folder))
    n_users, n_items = len(loaded.user_ids), len(loaded.item_ids)
    train, test = timed("split", lambda: [rows_of(loaded, rows) for rows in _rows(len(loaded.scores), task)])
    timed("fit", lambda: model.fit_arrays(train.users, train.items, train.scores, n_users, n_items))
    predicted = timed("predict", lambda: model.predict_arrays(test.users, test.items))
    measured.rmse = rmse(predicted, test.scores)
    return model


def _rows(n: int, task: Task) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The rows of Surprise's train_test_split, in its order or in the file's."""
    rows = np.random.RandomState(task.seed).permutation(n).astype(np.int32)
    n_train = n - int(np.ceil(TEST_SHARE * n))
    train, test = rows[:n_train], rows[n_train:]
    return (np.sort(train), np.sort(test)) if task.in_file_order else (train, test)


class _Stages:
    """Adds up seconds by stage."""

    def __init__(self, measured: Measured) -> None:
        self._clocks = ((time.perf_counter, measured.seconds), (time.process_time, measured.processors))

    def __call__(self, stage: str, work: Callable[[], T]) -> T:
        starts = [clock() for clock, _ in self._clocks]
        result = work()
        for start, (clock, seconds) in zip(starts, self._clocks, strict=True):
            seconds[stage] = seconds.get(stage, 0.0) + clock() - start
        return result
