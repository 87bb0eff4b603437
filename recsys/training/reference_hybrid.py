"""The hybrid's score models in the article's table, whose fans are known: factors by variational Bayes, and their blend
with title neighbours."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recsys.data.ratings import Ratings
from recsys.training import content, regression_factors
from recsys.training.baselines import KNNBaseline
from recsys.training.reference import Algorithm, Rows
from recsys.training.regression_factors import FactorConfig

CATALOGUE = Path("artifacts/catalogue.parquet")
#: Share of a fold's training ratings on which the blend's weights are learned; the parts do without them.
HELD_BACK = 0.05


def chosen(ratings: Ratings, rows: Rows) -> Ratings:
    """The ratings `rows`, in order of fan and title; positions and ids stay as they were."""
    rows = np.sort(rows)
    return replace(ratings, users=ratings.users[rows], items=ratings.items[rows], scores=ratings.scores[rows])


class Factors(Algorithm):
    """`recsys.training.regression_factors`, with the titles' content from `catalogue`.

    Raises `ArtifactError` when the catalogue is missing; a rated title that it does not have is without features.
    """

    def __init__(self, ratings: Ratings, seed: int, catalogue: Path = CATALOGUE) -> None:
        self._ratings, self._seed = ratings, seed
        known = content.load(catalogue)
        places = np.searchsorted(known.item_ids, ratings.item_ids).clip(max=len(known.item_ids) - 1)
        there = known.item_ids[places] == ratings.item_ids
        self._features = np.where(there[:, None], known.features[places], 0)

    def fit(self, rows: Rows) -> float:
        start = time.perf_counter()
        self._fitted = regression_factors.fit(chosen(self._ratings, rows), self._features, FactorConfig(), self._seed)
        return time.perf_counter() - start

    def predict(self, rows: Rows) -> tuple[float, NDArray[np.float64]]:
        start = time.perf_counter()
        titles, fans = self._fitted.titles[self._ratings.items[rows]], self._fitted.fans[self._ratings.users[rows]]
        expected = titles[:, 0] + np.einsum("ij,ij->i", titles[:, 1:], fans)
        return time.perf_counter() - start, np.clip(expected, 1, 10).astype(np.float64)


class Neighbours(Algorithm):
    """Item-based KNNBaseline with Surprise's similarities; predictions fan by fan, in numpy."""

    def __init__(self, ratings: Ratings, seed: int) -> None:
        self._ratings, self._seed = ratings, seed

    def fit(self, rows: Rows) -> float:
        start = time.perf_counter()
        self._known = chosen(self._ratings, rows)
        self._model = KNNBaseline(self._known, self._seed)
        return time.perf_counter() - start

    def predict(self, rows: Rows) -> tuple[float, NDArray[np.float64]]:
        start = time.perf_counter()
        users, items = self._ratings.users[rows], self._ratings.items[rows]
        bounds = np.searchsorted(self._known.users, np.arange(len(self._known.user_ids) + 1))
        order = np.argsort(users, kind="stable")
        predicted = np.empty(len(rows))
        for group in np.split(order, np.flatnonzero(np.diff(users[order])) + 1):
            own = slice(bounds[users[group[0]]], bounds[users[group[0]] + 1])
            predicted[group] = self._model.predict(
                self._known.items[own].astype(np.intp), self._known.scores[own], items[group].astype(np.intp)
            )
        return time.perf_counter() - start, predicted


class Blend(Algorithm):
    """A weighted sum of the two and a constant, the weights by least squares on `HELD_BACK` of the training ratings."""

    def __init__(self, ratings: Ratings, seed: int, catalogue: Path = CATALOGUE) -> None:
        self._ratings, self._seed = ratings, seed
        self._parts: list[Algorithm] = [Factors(ratings, seed, catalogue), Neighbours(ratings, seed)]

    def fit(self, rows: Rows) -> float:
        start = time.perf_counter()
        back = np.random.default_rng(self._seed).random(len(rows)) < HELD_BACK
        for part in self._parts:
            part.fit(rows[~back])
        self._weights = np.linalg.lstsq(self._columns(rows[back]), self._ratings.scores[rows[back]], rcond=None)[0]
        return time.perf_counter() - start

    def _columns(self, rows: Rows) -> NDArray[np.float64]:
        return np.column_stack([*(part.predict(rows)[1] for part in self._parts), np.ones(len(rows))])

    def predict(self, rows: Rows) -> tuple[float, NDArray[np.float64]]:
        start = time.perf_counter()
        predicted = np.clip(self._columns(rows) @ self._weights, 1, 10)
        return time.perf_counter() - start, predicted
