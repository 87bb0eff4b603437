"""Surprise's SVD++, at the price of SVD: what a fan's ratings do to the implicit factors is applied once per fan."""

import math
from typing import Self

import numpy as np
from numba import njit
from numpy.typing import NDArray
from surprise.utils import get_rng

from recsys.training import sgd_kernel


@njit(cache=True, fastmath={"reassoc", "contract", "nsz"})
def svdpp_epoch(starts, items, scores, mean, rate, decay, bu, bi, pu, qi, yj):
    """One epoch of SVD++; updates bu, bi, pu, qi, yj in place.

    Every rating of fan u moves the implicit factors y_j of *all* of u's titles by the same vector, and shrinks them by
    the same factor: y_j <- (1 - rate * decay) y_j + c. So after t ratings y_j = shrunk * y_j(0) + moved, with one
    `shrunk` and one `moved` for all of u's titles; only their sum is needed on the way.
    """
    n_factors = pu.shape[1]
    total = np.empty(n_factors)
    implicit = np.empty(n_factors)
    moved = np.empty(n_factors)
    for u in range(len(starts) - 1):
        first, last = starts[u], starts[u + 1]
        n = last - first
        root = math.sqrt(n)
        total[:] = 0
        moved[:] = 0
        for k in range(first, last):
            for f in range(n_factors):
                total[f] += yj[items[k], f]
        shrunk = 1.0
        for k in range(first, last):
            i = items[k]
            dot = 0.0
            for f in range(n_factors):
                implicit[f] = (shrunk * total[f] + n * moved[f]) / root
                dot += qi[i, f] * (pu[u, f] + implicit[f])
            err = scores[k] - (mean + bu[u] + bi[i] + dot)
            bu[u] += rate * (err - decay * bu[u])
            bi[i] += rate * (err - decay * bi[i])
            shrunk *= 1 - rate * decay
            for f in range(n_factors):
                puf = pu[u, f]
                qif = qi[i, f]
                pu[u, f] += rate * (err * qif - decay * puf)
                qi[i, f] += rate * (err * (puf + implicit[f]) - decay * qif)
                moved[f] = (1 - rate * decay) * moved[f] + rate * err * qif / root
        for k in range(first, last):
            for f in range(n_factors):
                yj[items[k], f] = shrunk * yj[items[k], f] + moved[f]


class SVDpp:
    """SVD++ (Koren 2008, "Factorization meets the neighborhood", eq. 15), with `surprise.SVDpp`'s defaults.

    Prediction: r_ui = mu + b_u + b_i + q_i·(p_u + sum over u's n titles j of y_j / sqrt(n)); unknown users and titles
    count as zero. Equals Surprise's parameters within rounding, for fans who rated no title twice.
    """

    def __init__(
        self,
        n_factors: int = 20,
        n_epochs: int = 20,
        init_std_dev: float = 0.1,
        lr_all: float = 0.007,
        reg_all: float = 0.02,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.n_factors, self.n_epochs, self.init_std_dev = n_factors, n_epochs, init_std_dev
        self.lr_all, self.reg_all, self.random_state = lr_all, reg_all, random_state

    def fit_arrays(
        self,
        users: NDArray[np.integer],
        items: NDArray[np.integer],
        scores: NDArray[np.float64],
        n_users: int,
        n_items: int,
    ) -> Self:
        """Train on positions `users`, `items` (m,) and `scores` (m,), as `recsys.training.svd.SVD.fit_arrays`.

        Raises `ValueError` if a fan rated a title twice.
        """
        if len(np.unique(users.astype(np.int64) * n_items + items)) < len(users):
            raise ValueError("A fan rated a title twice.")
        self.user_rows, n_user_rows = sgd_kernel.first_seen(users, n_users)
        self.item_rows, n_item_rows = sgd_kernel.first_seen(items, n_items)
        starts, rows, ordered = sgd_kernel.group_by_user(
            users, items, scores, self.user_rows, self.item_rows, n_user_rows
        )
        rng = get_rng(self.random_state)
        pu, qi, yj = (
            rng.normal(0, self.init_std_dev, (n, self.n_factors)) for n in (n_user_rows, n_item_rows, n_item_rows)
        )
        bu, bi, self.global_mean = np.zeros(n_user_rows), np.zeros(n_item_rows), float(np.mean(scores))
        for _ in range(self.n_epochs):
            svdpp_epoch(starts, rows, ordered, self.global_mean, self.lr_all, self.reg_all, bu, bi, pu, qi, yj)
        implicit = np.add.reduceat(yj[rows], starts[:-1]) / np.sqrt(np.diff(starts))[:, None]
        self.bu, self.bi, self.pu, self.qi, self.yj = bu, bi, pu, qi, yj
        self._whole = pu + implicit
        return self

    def predict_arrays(self, users: NDArray[np.integer], items: NDArray[np.integer]) -> NDArray[np.float64]:
        """Predictions (m,) of pairs of positions, limited to 1-10."""
        estimates = sgd_kernel.predict_pairs(
            users, items, self.user_rows, self.item_rows, self.global_mean, self.bu, self.bi, self._whole, self.qi
        )
        return np.clip(estimates, 1, 10, out=estimates)
