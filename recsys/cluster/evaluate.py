"""Evaluations on a cluster: of the article's, each fold of each algorithm is a task; of new fans, each system."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.cluster.session import connect, shared
from recsys.cluster.worker import single_threaded
from recsys.data.ratings import Ratings
from recsys.evaluation import new_fans
from recsys.evaluation.article import ALGORITHMS, IN_SEQUENCE, Table, measure_folds
from recsys.holdout.split import Part


def cross_validate_all(
    address: str,
    ratings: Ratings,
    algorithms: Sequence[str],
    n_folds: int,
    seed: int,
    done: Callable[[str, int, NDArray[np.float64]], None],
) -> Iterator[Table]:
    """The tables of `algorithms`, in their order, with the errors that `article.cross_validate` gives.

    Times are those of a fold that shares its machine with others. `done(algorithm, fold, measures)` is called after
    each task. Raises `ClusterError`.
    """
    together = [tuple(range(n_folds))]
    alone = [(fold,) for fold in range(n_folds)]
    jobs = [(name, only) for name in algorithms for only in (together if name in IN_SEQUENCE else alone)]
    found: dict[str, dict[int, NDArray[np.float64]]] = {name: {} for name in algorithms}
    with connect(address) as session:
        reference = [session.share(ratings)]
        tasks = ((reference, name, n_folds, seed, only) for name, only in jobs)
        for position, columns in session.run(fold_task, tasks):
            name, only = jobs[position]
            for fold, column in zip(only, columns, strict=True):
                found[name][fold] = column
                done(name, fold, column)
    for name, folds in found.items():
        yield Table(ALGORITHMS[name][0], np.column_stack([folds[fold] for fold in range(n_folds)]))


def fold_task(
    ratings: list[Any], algorithm: str, n_folds: int, seed: int, only: tuple[int, ...]
) -> list[NDArray[np.float64]]:
    """`measure_folds` on shared ratings."""
    return measure_folds(shared(ratings[0]), algorithm, n_folds, seed, only)


def evaluate_new_fans(
    address: str,
    ratings: Ratings,
    artifacts: Path,
    part: Part,
    with_baselines: bool,
    seed: int,
    progress: Callable[[str], None],
) -> dict[str, Any]:
    """What `new_fans.evaluate` gives; `progress(name)` is called after each system. Raises `ClusterError`."""
    keys = new_fans.keys(artifacts, with_baselines)
    found: list[new_fans.Measured | None] = [None] * len(keys)
    with connect(address) as session:
        reference = [session.share(ratings)]
        tasks = ((reference, key, artifacts.resolve(), part, seed) for key in keys)
        for position, measured in session.run(system_task, tasks):
            found[position] = measured
            progress(measured.name)
    return new_fans.figures([one for one in found if one is not None], ratings)


def system_task(ratings: list[Any], key: new_fans.Key, artifacts: Path, part: Part, seed: int) -> new_fans.Measured:
    """`new_fans.measure_system` on shared ratings."""
    single_threaded()
    return new_fans.measure_system(key, shared(ratings[0]), artifacts, part, seed)
