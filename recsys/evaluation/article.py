"""The reference article's table: RMSE, MAE, fit and test time of each algorithm over a cross-validation's folds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.data.ratings import Ratings
from recsys.evaluation.article_algorithms import ALGORITHMS, Rows
from recsys.holdout.metrics import mae, rmse

#: Rows of the table, in order.
MEASURES = ("RMSE", "MAE", "Fit time", "Test time")


@dataclass(frozen=True)
class Table:
    """Measures of one algorithm: `folds` (4, n_folds), rows in the order of `MEASURES`; times in seconds."""

    name: str
    folds: NDArray[np.float64]

    @property
    def means(self) -> NDArray[np.float64]:
        return self.folds.mean(axis=1)

    @property
    def deviations(self) -> NDArray[np.float64]:
        """Standard deviations over folds, not corrected (ddof 0), as Surprise prints them."""
        return self.folds.std(axis=1)


def folds(n_ratings: int, n_folds: int, seed: int) -> Iterator[tuple[Rows, Rows]]:
    """Training and test rows of each fold, equal to `surprise.model_selection.KFold(n_folds, random_state=seed)`."""
    rows = np.arange(n_ratings)
    np.random.RandomState(seed).shuffle(rows)
    sizes = np.full(n_folds, n_ratings // n_folds)
    sizes[: n_ratings % n_folds] += 1
    stops = np.cumsum(sizes)
    for start, stop in zip(stops - sizes, stops, strict=True):
        yield np.concatenate([rows[:start], rows[stop:]]), rows[start:stop]


def cross_validate(
    ratings: Ratings,
    algorithm: str,
    n_folds: int = 5,
    seed: int = 0,
    done: Callable[[int, NDArray[np.float64]], None] = lambda fold, measures: None,
) -> Table:
    """Fit and test one of `ALGORITHMS` on each fold; `done(fold, measures)` is called after each."""
    name, make = ALGORITHMS[algorithm]
    np.random.seed(seed)  # noqa: NPY002 - NormalPredictor draws from numpy's global generator
    fitted = make(ratings, seed)
    columns = []
    for fold, (train, test) in enumerate(folds(len(ratings.scores), n_folds, seed)):
        fit_seconds = fitted.fit(train)
        test_seconds, predicted = fitted.predict(test)
        actual = ratings.scores[test]
        columns.append(np.array([rmse(predicted, actual), mae(predicted, actual), fit_seconds, test_seconds]))
        done(fold, columns[-1])
    return Table(name, np.column_stack(columns))
