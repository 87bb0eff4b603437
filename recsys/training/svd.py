"""A faster `surprise.SVD`: the same arithmetic in the same order, compiled, on contiguous arrays."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, Self

import numba
import numpy as np
import surprise
from numpy.typing import NDArray
from surprise import AlgoBase, Trainset
from surprise.utils import get_rng

from recsys.training import sgd_kernel, sgd_pipeline
from recsys.training.run import thread_count


@dataclass(frozen=True)
class SVDConfig:
    """Hyperparameters of an SVD; the defaults are the reference article's, and Surprise's."""

    n_factors: int = 100
    n_epochs: int = 20
    #: Learning rate of every parameter.
    lr_all: float = 0.005
    #: Regularisation of the biases.
    reg_bu: float = 0.02
    reg_bi: float = 0.02
    #: Regularisation of the factors.
    reg_pu: float = 0.02
    reg_qi: float = 0.02
    #: Standard deviation of the factors' random initial values.
    init_std_dev: float = 0.1


#: `article`: the reference article's defaults. `tuned`: chosen on validation fans' ratings only; the shipped model.
PRESETS: dict[str, SVDConfig] = {
    "article": SVDConfig(),
    "tuned": SVDConfig(
        n_factors=300, n_epochs=60, reg_bu=0.02, reg_bi=0.02, reg_pu=0.07, reg_qi=0.07, init_std_dev=0.005
    ),
}


class SVD(surprise.SVD):
    """Matrix factorisation with biases (Koren, Bell & Volinsky 2009, eq. 5), a drop-in for `surprise.SVD`.

    Prediction: r_ui = mu + b_u + b_i + q_i·p_u (`biased`) or q_i·p_u. Loss: the sum over ratings of the squared error
    plus regularisation times the squared parameters, minimised by stochastic gradient descent, one rating at a time.
    With `biased`, an unknown user or title has zero bias and zero factors; without, a pair with one gets the mean of
    all ratings. Surprise clips predictions to the rating scale.

    Takes the parameters of `surprise.SVD`, and `n_threads`. Where every fan's ratings are in one order of titles, as in
    prepared lists, several threads give the same parameters as one. Elsewhere they train without locks (Hogwild), and
    results vary between runs.

    Attributes after fitting, as Surprise's: `pu` (n_users, n_factors), `qi` (n_items, n_factors), `bu` (n_users,),
    `bi` (n_items,), in order of first appearance; `global_mean`; `user_rows` and `item_rows` map a position given to
    `fit_arrays` (or Surprise's inner id) to its row, -1 if it had no rating.
    """

    trainset: Any  # Surprise's; None after `fit_arrays`
    pu: NDArray[np.floating]
    qi: NDArray[np.floating]
    bu: NDArray[np.floating]
    bi: NDArray[np.floating]

    def __init__(self, *arguments: Any, n_threads: int = 1, **options: Any) -> None:
        if n_threads < 1:
            raise ValueError(f"n_threads is at least 1, not {n_threads}.")
        super().__init__(*arguments, **options)
        self.n_threads = n_threads

    @classmethod
    def from_config(cls, config: SVDConfig, **options: Any) -> Self:
        return cls(**asdict(config), **options)

    def fit(self, trainset: Trainset) -> Self:
        """Train on a Surprise trainset."""
        AlgoBase.fit(self, trainset)
        m = sum(map(len, trainset.ur.values()))
        lengths = [len(ratings) for ratings in trainset.ur.values()]
        items = np.fromiter((i for ratings in trainset.ur.values() for i, _ in ratings), np.int32, m)
        scores = np.fromiter((r for ratings in trainset.ur.values() for _, r in ratings), np.float64, m)
        self.user_rows = np.arange(trainset.n_users, dtype=np.int32)
        self.item_rows = np.arange(trainset.n_items, dtype=np.int32)
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        titles = np.array([trainset.to_raw_iid(i) for i in range(trainset.n_items)])
        self._fit(starts, items, scores, np.argsort(titles))
        return self

    def fit_arrays(
        self,
        users: NDArray[np.integer],
        items: NDArray[np.integer],
        scores: NDArray[np.floating],
        n_users: int | None = None,
        n_items: int | None = None,
        rating_scale: tuple[float, float] = (1, 10),
        progress: Callable[[Iterable[int]], Iterable[int]] | None = None,
    ) -> Self:
        """Train on positions `users`, `items` (m,) from 0, and `scores` (m,). The result equals that of `fit` on the
        same rows in the same order. `n_users` and `n_items` default to the largest position + 1. `progress` wraps the
        iteration over epochs.

        Raises `ValueError` on arrays of unequal lengths, negative positions, or no rating.
        """
        users, items = np.ascontiguousarray(users), np.ascontiguousarray(items)
        scores = np.ascontiguousarray(scores, np.float64)
        if not len(users) == len(items) == len(scores) or not len(scores):
            raise ValueError(f"fit_arrays needs ratings: {len(users)} users, {len(items)} items, {len(scores)} scores.")
        n_users, n_items = n_users or int(users.max()) + 1, n_items or int(items.max()) + 1
        for name, codes, n in (("users", users, n_users), ("items", items, n_items)):
            if codes.min() < 0 or codes.max() >= n:
                raise ValueError(f"{name} holds positions outside 0..{n - 1}.")
        self.trainset = None
        self.rating_scale = rating_scale
        self.user_rows, n_rows = sgd_kernel.first_seen(users, n_users)
        self.item_rows, _ = sgd_kernel.first_seen(items, n_items)
        grouped = sgd_kernel.group_by_user(users, items, scores, self.user_rows, self.item_rows, n_rows)
        self._fit(*grouped, self.item_rows[self.item_rows >= 0], progress=progress)
        return self

    def _fit(self, starts, items, scores, order, progress=None) -> None:
        """`order` (n_items,) are the rows of the titles in the order that the lists may have."""
        n_users, n_items = len(starts) - 1, int(self.item_rows.max()) + 1
        rng = get_rng(self.random_state)
        self.global_mean = float(np.mean(scores))
        pu = rng.normal(self.init_mean, self.init_std_dev, (n_users, self.n_factors))
        qi = rng.normal(self.init_mean, self.init_std_dev, (n_items, self.n_factors))
        bu, bi = np.zeros(n_users), np.zeros(n_items)
        rates = np.array([self.lr_bu, self.lr_bi, self.lr_pu, self.lr_qi])
        decays = np.array([self.reg_bu, self.reg_bi, self.reg_pu, self.reg_qi])
        mean = self.global_mean if self.biased else 0.0
        arguments = (items, scores, mean, self.biased, rates, decays, bu, bi, pu, qi)
        groups = sgd_pipeline.split(starts, items, order, self.n_threads) if self.n_threads > 1 else None
        blocks = sgd_pipeline.even_blocks(starts, self.n_threads)
        for epoch in (progress or iter)(range(self.n_epochs)):
            if self.verbose:
                print(f"Processing epoch {epoch}")
            if groups is not None:
                sgd_pipeline.run_epoch(groups, *arguments)
            elif self.n_threads == 1:
                sgd_kernel.sgd_epoch(starts, *arguments)
            else:
                with thread_count(numba, self.n_threads):
                    sgd_kernel.sgd_hogwild(blocks, starts[:-1], starts[1:], *arguments)
        self.bu, self.bi, self.pu, self.qi = bu, bi, pu, qi

    def predict_arrays(
        self, users: NDArray[np.integer], items: NDArray[np.integer], clip: bool = True
    ) -> NDArray[np.float64]:
        """Predict pairs of positions: (m,), the same values as `predict` gives for each pair."""
        users, items = np.ascontiguousarray(users), np.ascontiguousarray(items)
        mean = self.global_mean if self.biased else 0.0
        estimates = sgd_kernel.predict_pairs(
            users, items, self.user_rows, self.item_rows, mean, self.bu, self.bi, self.pu, self.qi
        )
        if not self.biased:
            estimates[~(self._known(users, self.user_rows) & self._known(items, self.item_rows))] = self.global_mean
        low, high = self.trainset.rating_scale if self.trainset else self.rating_scale
        return np.clip(estimates, low, high, out=estimates) if clip else estimates

    @staticmethod
    def _known(codes: NDArray[np.integer], rows: NDArray[np.int32]) -> NDArray[np.bool_]:
        inside = (codes >= 0) & (codes < len(rows))
        return inside & (rows[np.where(inside, codes, 0)] >= 0)
