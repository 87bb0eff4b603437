"""The reference article's table: its algorithms behind one interface, and their errors and times over the folds of a
cross-validation."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import surprise
from numpy.typing import NDArray

from recsys.data.ratings import Ratings
from recsys.evaluation.baselines import KNNBaseline, RatingsData
from recsys.holdout.metrics import mae, rmse
from recsys.holdout.split import rows_of
from recsys.training import content, regression_factors
from recsys.training.regression_factors import FactorConfig
from recsys.training.svd import PRESETS, SVD
from recsys.types import positions_of

Rows = NDArray[np.intp]
CATALOGUE = Path("artifacts/catalogue.parquet")
#: Share of a fold's training ratings for learning the blend's weights; its parts are not trained on them.
HELD_BACK = 0.05


class Algorithm(ABC):
    """One algorithm on one set of ratings. `cross_validate` times `fit` and `predict`."""

    def trainset(self, rows: Rows) -> Any:
        """The ratings `rows` (n,) in the form that `fit` takes."""
        return rows

    def testset(self, rows: Rows) -> Any:
        """The ratings `rows` (m,) in the form that `predict` takes."""
        return rows

    @abstractmethod
    def fit(self, trainset: Any) -> None:
        """Train on the ratings in their order."""

    @abstractmethod
    def predict(self, testset: Any) -> NDArray[np.float64]:
        """Predict the scores (m,), within 1 to 10."""


class _OnArrays(Algorithm):
    """Our SVD. Fit time includes sorting the ratings."""

    def __init__(self, ratings: Ratings, make: Callable[[], SVD]) -> None:
        self._ratings, self._make = ratings, make
        # The first call of a kernel compiles or loads it: not part of the fit time.
        one = np.zeros(1, ratings.users.dtype)
        self._make().fit_arrays(one, one, np.ones(1), 1, 1).predict_arrays(one, one)

    def fit(self, trainset: Rows) -> None:
        known = rows_of(self._ratings, trainset)
        self._model = self._make().fit_arrays(
            known.users, known.items, known.scores, len(known.user_ids), len(known.item_ids)
        )

    def predict(self, testset: Rows) -> NDArray[np.float64]:
        return self._model.predict_arrays(self._ratings.users[testset], self._ratings.items[testset])


class _Surprise(Algorithm):
    """An algorithm of Surprise. Fit time excludes building the trainset, as in its own `cross_validate`."""

    def __init__(self, ratings: Ratings, algorithm: surprise.AlgoBase) -> None:
        self._algorithm, self._data = algorithm, RatingsData(ratings)

    def trainset(self, rows: Rows) -> surprise.Trainset:
        return self._data.construct_trainset([self._data.raw_ratings[row] for row in rows])

    def testset(self, rows: Rows) -> list[tuple]:
        return self._data.construct_testset([self._data.raw_ratings[row] for row in rows])

    def fit(self, trainset: surprise.Trainset) -> None:
        self._algorithm.fit(trainset)

    def predict(self, testset: list[tuple]) -> NDArray[np.float64]:
        return np.array([prediction.est for prediction in self._algorithm.test(testset)])


class Factors(Algorithm):
    """`recsys.training.regression_factors` with the titles' content from `catalogue`.

    Raises `ArtifactError` if the catalogue is missing. Rated titles that are not in it have no features.
    """

    def __init__(self, ratings: Ratings, seed: int, catalogue: Path = CATALOGUE) -> None:
        self._ratings, self._seed = ratings, seed
        known = content.load(catalogue)
        places = positions_of(known.item_ids, ratings.item_ids)
        features = np.where(places[:, None] >= 0, known.features[places], 0)
        franchises = np.where(places >= 0, known.franchises[places], -1)
        self._content = content.Content(ratings.item_ids, features, known.names, franchises)

    def fit(self, trainset: Rows) -> None:
        known = rows_of(self._ratings, np.sort(trainset))
        self._fitted = regression_factors.fit(known, self._content, FactorConfig(), self._seed)

    def predict(self, testset: Rows) -> NDArray[np.float64]:
        titles = self._fitted.titles[self._ratings.items[testset]]
        fans = self._fitted.fans[self._ratings.users[testset]]
        expected = titles[:, 0] + np.einsum("ij,ij->i", titles[:, 1:], fans)
        return np.clip(expected, 1, 10).astype(np.float64)


class Neighbours(Algorithm):
    """Item-based KNNBaseline with Surprise's similarities; predicts fan by fan with numpy."""

    def __init__(self, ratings: Ratings, seed: int) -> None:
        self._ratings, self._seed = ratings, seed

    def fit(self, trainset: Rows) -> None:
        self._known = rows_of(self._ratings, np.sort(trainset))
        self._model = KNNBaseline(self._known, self._seed)

    def predict(self, testset: Rows) -> NDArray[np.float64]:
        users, items = self._ratings.users[testset], self._ratings.items[testset].astype(np.intp)
        bounds = self._known.bounds
        order = np.argsort(users, kind="stable")
        predicted = np.empty(len(testset))
        for group in np.split(order, np.flatnonzero(np.diff(users[order])) + 1):
            fan = users[group[0]]
            own = slice(bounds[fan], bounds[fan + 1])
            known = self._known.items[own].astype(np.intp)
            predicted[group] = self._model.predict(known, self._known.scores[own], items[group])
        return predicted


class Blend(Algorithm):
    """A weighted sum of `Factors`, `Neighbours` and a constant; weights by least squares on `HELD_BACK` ratings."""

    def __init__(self, ratings: Ratings, seed: int, catalogue: Path = CATALOGUE) -> None:
        self._ratings, self._seed = ratings, seed
        self._parts: list[Algorithm] = [Factors(ratings, seed, catalogue), Neighbours(ratings, seed)]

    def fit(self, trainset: Rows) -> None:
        back = np.random.default_rng(self._seed).random(len(trainset)) < HELD_BACK
        for part in self._parts:
            part.fit(trainset[~back])
        actual = self._ratings.scores[trainset[back]]
        self._weights = np.linalg.lstsq(self._columns(trainset[back]), actual, rcond=None)[0]

    def _columns(self, rows: Rows) -> NDArray[np.float64]:
        return np.column_stack([*(part.predict(rows) for part in self._parts), np.ones(len(rows))])

    def predict(self, testset: Rows) -> NDArray[np.float64]:
        return np.clip(self._columns(testset) @ self._weights, 1, 10)


def _svd(preset: str) -> Callable[[Ratings, int], Algorithm]:
    return lambda ratings, seed: _OnArrays(ratings, lambda: SVD.from_config(PRESETS[preset], random_state=seed))


def _knn() -> surprise.AlgoBase:
    options = {"name": "pearson_baseline", "user_based": False}
    return surprise.KNNBaseline(sim_options=options, bsl_options={"verbose": False}, verbose=False)


#: Name -> (row of the table, function that makes it from ratings and a seed).
ALGORITHMS: dict[str, tuple[str, Callable[[Ratings, int], Algorithm]]] = {
    "normal": ("NormalPredictor (Surprise)", lambda ratings, _: _Surprise(ratings, surprise.NormalPredictor())),
    "baseline": (
        "BaselineOnly (Surprise)",
        lambda ratings, _: _Surprise(ratings, surprise.BaselineOnly(verbose=False)),
    ),
    "surprise-svd": ("SVD (Surprise)", lambda ratings, seed: _Surprise(ratings, surprise.SVD(random_state=seed))),
    "svd": ("SVD, the article's settings", _svd("article")),
    "svd-tuned": ("SVD, tuned", _svd("tuned")),
    "knn": ("KNNBaseline, by title (Surprise)", lambda ratings, _: _Surprise(ratings, _knn())),
    "factors": ("Factors by variational Bayes", Factors),
    "blend": ("Blend: factors and neighbours", Blend),
}

#: Algorithms that draw random numbers from one generator for all folds: one fold alone would get other numbers.
IN_SEQUENCE = ("normal",)

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
    parts = np.array_split(rows, n_folds)
    for fold, test in enumerate(parts):
        yield np.concatenate(parts[:fold] + parts[fold + 1 :]), test


def measure_folds(
    ratings: Ratings,
    algorithm: str,
    n_folds: int,
    seed: int,
    only: Collection[int] | None = None,
    done: Callable[[int, NDArray[np.float64]], None] = lambda fold, measures: None,
) -> list[NDArray[np.float64]]:
    """Fit and test one of `ALGORITHMS` on each fold, or on those with the numbers `only`: measures (4,) of each.
    `done(fold, measures)` is called after each."""
    make = ALGORITHMS[algorithm][1]
    np.random.seed(seed)  # noqa: NPY002 - NormalPredictor draws from numpy's global generator
    fitted = make(ratings, seed)
    columns = []
    for fold, (train, test) in enumerate(folds(len(ratings.scores), n_folds, seed)):
        if only is not None and fold not in only:
            continue
        trainset, testset = fitted.trainset(train), fitted.testset(test)
        start = time.perf_counter()
        fitted.fit(trainset)
        trained = time.perf_counter()
        predicted = fitted.predict(testset)
        times = trained - start, time.perf_counter() - trained
        actual = ratings.scores[test]
        columns.append(np.array([rmse(predicted, actual), mae(predicted, actual), *times]))
        done(fold, columns[-1])
    return columns


def cross_validate(
    ratings: Ratings,
    algorithm: str,
    n_folds: int = 5,
    seed: int = 0,
    done: Callable[[int, NDArray[np.float64]], None] = lambda fold, measures: None,
) -> Table:
    """Fit and test one of `ALGORITHMS` on each fold; `done(fold, measures)` is called after each."""
    columns = measure_folds(ratings, algorithm, n_folds, seed, done=done)
    return Table(ALGORITHMS[algorithm][0], np.column_stack(columns))
