"""The algorithms of the reference article's table, behind one interface: fitted to some rows, asked for others."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from itertools import repeat

import numpy as np
import surprise
from numpy.typing import NDArray
from surprise.dataset import Dataset

from recsys.data.ratings import Ratings
from recsys.training.svd import PRESETS, SVD
from recsys.training.svdpp import SVDpp

Rows = NDArray[np.intp]


class Algorithm(ABC):
    """One algorithm on one set of ratings. `fit` and `predict` give seconds first, as `cross_validate` counts them."""

    @abstractmethod
    def fit(self, rows: Rows) -> float:
        """Train on the ratings `rows` (n,), in that order."""

    @abstractmethod
    def predict(self, rows: Rows) -> tuple[float, NDArray[np.float64]]:
        """Predict the scores of `rows` (m,), within 1-10."""


class _OnArrays(Algorithm):
    """Ours. Fit time includes sorting the ratings."""

    def __init__(self, ratings: Ratings, make: Callable[[], SVD | SVDpp]) -> None:
        self._ratings, self._make = ratings, make
        # numba compiles, or loads what it compiled before, when a kernel is first called: not part of fitting.
        one = np.zeros(1, ratings.users.dtype)
        self._make().fit_arrays(one, one, np.ones(1), 1, 1).predict_arrays(one, one)

    def fit(self, rows: Rows) -> float:
        ratings = self._ratings
        start = time.perf_counter()
        self._model = self._make().fit_arrays(
            ratings.users[rows],
            ratings.items[rows],
            ratings.scores[rows],
            len(ratings.user_ids),
            len(ratings.item_ids),
        )
        return time.perf_counter() - start

    def predict(self, rows: Rows) -> tuple[float, NDArray[np.float64]]:
        start = time.perf_counter()
        predicted = self._model.predict_arrays(self._ratings.users[rows], self._ratings.items[rows])
        return time.perf_counter() - start, predicted


class _Surprise(Algorithm):
    """Surprise's. Fit time leaves out building the trainset, as `surprise.model_selection.cross_validate` does."""

    def __init__(self, ratings: Ratings, make: Callable[[], surprise.AlgoBase]) -> None:
        self._make, self._data = make, RatingsData(ratings)

    def fit(self, rows: Rows) -> float:
        trainset = self._data.construct_trainset([self._data.raw_ratings[row] for row in rows])
        self._algorithm = self._make()
        start = time.perf_counter()
        self._algorithm.fit(trainset)
        return time.perf_counter() - start

    def predict(self, rows: Rows) -> tuple[float, NDArray[np.float64]]:
        testset = self._data.construct_testset([self._data.raw_ratings[row] for row in rows])
        start = time.perf_counter()
        predictions = self._algorithm.test(testset)
        seconds = time.perf_counter() - start
        return seconds, np.fromiter((p.est for p in predictions), np.float64, len(predictions))


class RatingsData(Dataset):
    """`ratings` as a Surprise data set, in the same order; raw ids are positions."""

    def __init__(self, ratings: Ratings) -> None:
        super().__init__(surprise.Reader(rating_scale=(1, 10)))
        columns = ratings.users.tolist(), ratings.items.tolist(), ratings.scores.tolist(), repeat(None)
        self.raw_ratings = list(zip(*columns, strict=False))


def _of_hybrid(name: str, ratings: Ratings, seed: int) -> Algorithm:
    from recsys.training import reference_hybrid  # it builds on this module

    return getattr(reference_hybrid, name)(ratings, seed)


def _knn() -> surprise.AlgoBase:
    options = {"name": "pearson_baseline", "user_based": False}
    return surprise.KNNBaseline(sim_options=options, bsl_options={"verbose": False}, verbose=False)


#: Name -> (what it is, how it is made from ratings and a seed). A new algorithm is one line.
ALGORITHMS: dict[str, tuple[str, Callable[[Ratings, int], Algorithm]]] = {
    "normal": ("NormalPredictor (Surprise)", lambda ratings, _: _Surprise(ratings, surprise.NormalPredictor)),
    "baseline": (
        "BaselineOnly (Surprise)",
        lambda ratings, _: _Surprise(ratings, lambda: surprise.BaselineOnly(verbose=False)),
    ),
    "surprise-svd": (
        "SVD (Surprise)",
        lambda ratings, seed: _Surprise(ratings, lambda: surprise.SVD(random_state=seed)),
    ),
    "svd": (
        "SVD, the article's settings",
        lambda ratings, seed: _OnArrays(ratings, lambda: SVD.from_config(PRESETS["article"], random_state=seed)),
    ),
    "svd-tuned": (
        "SVD, tuned",
        lambda ratings, seed: _OnArrays(ratings, lambda: SVD.from_config(PRESETS["tuned"], random_state=seed)),
    ),
    "svdpp": ("SVD++", lambda ratings, seed: _OnArrays(ratings, lambda: SVDpp(random_state=seed))),
    "knn": ("KNNBaseline, by title (Surprise)", lambda ratings, _: _Surprise(ratings, _knn)),
    "factors": ("Factors by variational Bayes", lambda ratings, seed: _of_hybrid("Factors", ratings, seed)),
    "blend": ("Blend: factors and neighbours", lambda ratings, seed: _of_hybrid("Blend", ratings, seed)),
}
