"""The article's cross-validation on a cluster: each fold of each algorithm is a task."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.cluster.session import connect, shared
from recsys.data.ratings import Ratings
from recsys.evaluation.article import ALGORITHMS, IN_SEQUENCE, Table, measure_folds


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
