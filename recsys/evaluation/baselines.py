"""Baselines to compare models with: fitted to training fans, evaluated on new fans."""

from abc import ABC, abstractmethod
from itertools import repeat
from typing import ClassVar

import numpy as np
import surprise
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from surprise.dataset import Dataset

from recsys.data.ratings import Ratings
from recsys.evaluation.protocols import Answer
from recsys.models.base import Floats, Items
from recsys.models.fan_net import watch_weights
from recsys.training import ease

#: Surprise's defaults for the baselines' regularisation and the neighbours of KNNBaseline.
REG_USER, NEIGHBOURS = 15.0, 40
#: iALS: chosen on validation fans from 32 to 128 factors and weights of 1 to 20.
IALS_FACTORS, IALS_ALPHA = 64, 5.0


class RatingsData(Dataset):
    """`ratings` as a Surprise data set in the same order; raw ids are positions."""

    def __init__(self, ratings: Ratings) -> None:
        super().__init__(surprise.Reader(rating_scale=(1, 10)))
        columns = ratings.users.tolist(), ratings.items.tolist(), ratings.scores.tolist(), repeat(None)
        self.raw_ratings = list(zip(*columns, strict=False))


class Baseline(ABC):
    """A baseline fitted to `ratings`; positions are those in `ratings.item_ids`."""

    name: ClassVar[str]

    @abstractmethod
    def answer(self, items: Items, scores: Floats) -> Answer:
        """Order all titles for a new fan who gave `items` (n,) the `scores` (n,)."""


class Popularity(Baseline):
    """The titles that most training fans scored 8 or more."""

    name = "popularity count"

    def __init__(self, ratings: Ratings, seed: int) -> None:
        self._likes = np.bincount(ratings.items, ratings.scores >= 8, minlength=len(ratings.item_ids)).astype(float)

    def answer(self, items: Items, scores: Floats) -> Answer:
        return Answer(self._likes)


class ItemMean(Baseline):
    """Titles' means, shrunk towards the overall mean by 10 ratings."""

    name = "item mean"

    def __init__(self, ratings: Ratings, seed: int) -> None:
        mean, n = ratings.scores.mean(), len(ratings.item_ids)
        summed = np.bincount(ratings.items, ratings.scores - mean, minlength=n)
        self._means = mean + summed / (np.bincount(ratings.items, minlength=n) + 10)

    def answer(self, items: Items, scores: Floats) -> Answer:
        return Answer(self._means, self._means)


class BaselineOnly(Baseline):
    """Surprise's BaselineOnly; a new fan's bias is one step of its alternating least squares (Koren 2010, sec. 2.1)."""

    name = "BaselineOnly"

    def __init__(self, ratings: Ratings, seed: int) -> None:
        self._fit(surprise.BaselineOnly(verbose=False), ratings)

    def _fit(self, algorithm: surprise.AlgoBase, ratings: Ratings) -> surprise.Trainset:
        data = RatingsData(ratings)
        trainset = data.construct_trainset(data.raw_ratings)
        algorithm.fit(trainset)
        _, item_biases = algorithm.compute_baselines() if not hasattr(algorithm, "bi") else (None, algorithm.bi)
        self._inner = np.array([trainset.to_raw_iid(i) for i in range(trainset.n_items)], np.intp)
        self._base = np.full(len(ratings.item_ids), trainset.global_mean)
        self._base[self._inner] += np.asarray(item_biases)
        return trainset

    def _fan_base(self, items: Items, scores: Floats) -> NDArray[np.float64]:
        return self._base + (scores - self._base[items]).sum() / (REG_USER + len(items))

    def answer(self, items: Items, scores: Floats) -> Answer:
        predicted = np.clip(self._fan_base(items, scores), 1, 10)
        return Answer(predicted, predicted)


class KNNBaseline(BaselineOnly):
    """Surprise's item-based KNNBaseline with Pearson-baseline similarities (Koren 2010, eq. 3) from training fans."""

    name = "KNNBaseline"

    def __init__(self, ratings: Ratings, seed: int) -> None:
        options = {"name": "pearson_baseline", "user_based": False}
        algorithm = surprise.KNNBaseline(k=NEIGHBOURS, sim_options=options, verbose=False)
        self._fit(algorithm, ratings)
        n = len(ratings.item_ids)
        self._alike = np.zeros((n, n), np.float32)
        self._alike[np.ix_(self._inner, self._inner)] = algorithm.sim

    def answer(self, items: Items, scores: Floats) -> Answer:
        predicted = self.predict(items, scores, np.arange(len(self._base)))
        return Answer(predicted, predicted)

    def predict(self, items: Items, scores: Floats, wanted: Items) -> NDArray[np.float64]:
        """Predict the scores of `wanted` (m,): (m,)."""
        base = self._fan_base(items, scores)
        alike = self._alike[np.ix_(wanted, items)]
        residuals = np.broadcast_to(scores - base[items], alike.shape)
        if len(items) > NEIGHBOURS:
            nearest = np.argpartition(-alike, NEIGHBOURS - 1, axis=1)[:, :NEIGHBOURS]
            alike, residuals = (np.take_along_axis(values, nearest, axis=1) for values in (alike, residuals))
        weight = np.maximum(alike, 0)
        total = weight.sum(axis=1)
        return np.clip(base[wanted] + (weight * residuals).sum(axis=1) / np.where(total > 0, total, 1), 1, 10)


class Ease(Baseline):
    """See `recsys.training.ease.ease`. A fan without ratings gets the order of `Popularity`."""

    name = "EASE"

    def __init__(self, ratings: Ratings, seed: int) -> None:
        self._weights = ease.ease(ratings)
        self._popularity = Popularity(ratings, seed)

    def answer(self, items: Items, scores: Floats) -> Answer:
        if not len(items):
            return self._popularity.answer(items, scores)
        return Answer(watch_weights(scores) @ self._weights[items])


class FittedIals:
    """Implicit alternating least squares (Hu, Koren & Volinsky 2008) by the library `implicit`, fitted to the weights
    `x` (n_fans, n_items)."""

    def __init__(self, x: csr_matrix, factors: int, alpha: float, seed: int) -> None:
        from implicit.cpu.als import AlternatingLeastSquares

        self._model = AlternatingLeastSquares(
            factors=factors, alpha=alpha, regularization=1.0, iterations=15, random_state=seed, num_threads=1
        )
        self._model.fit(x, show_progress=False)

    def scores(self, items: Items, weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """Scores (n_items,) for a new fan of `items` (n,) with `weights` (n,)."""
        row = csr_matrix((weights, (np.zeros(len(items), int), items)), (1, len(self._model.item_factors)))
        return self._model.item_factors @ self._model.recalculate_user(0, row).ravel()


class Ials(Baseline):
    """`FittedIals` on EASE's weights. A fan without ratings gets the order of `Popularity`."""

    name = "iALS"

    def __init__(self, ratings: Ratings, seed: int) -> None:
        weights = ease.matrix(ratings.users, ratings.items, watch_weights(ratings.scores), len(ratings.item_ids))
        self._model = FittedIals(weights, IALS_FACTORS, IALS_ALPHA, seed)
        self._popularity = Popularity(ratings, seed)

    def answer(self, items: Items, scores: Floats) -> Answer:
        if not len(items):
            return self._popularity.answer(items, scores)
        return Answer(self._model.scores(items, watch_weights(scores)))


BASELINES: tuple[type[Baseline], ...] = (Popularity, ItemMean, BaselineOnly, KNNBaseline, Ease, Ials)
