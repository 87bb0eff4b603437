"""SVD for many machines: distributed stochastic gradient descent (DSGD; Gemulla et al. 2011, KDD).

Fans and titles are divided into n blocks each. Ratings of different fans and different titles change different
parameters, so n blocks of ratings that share neither are trained at the same time: a stratum. An epoch is n strata,
which together hold each rating once. `recsys.cluster.svd` does the blocks of a stratum on as many workers; `fit` does
them one after the other, with the same result.

The model, the loss and the step are those of `recsys.training.svd.SVD`. The order of the ratings and the random initial
values are not, so the parameters differ, and they depend on the number of blocks.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from recsys.errors import DataError
from recsys.training import sgd_kernel
from recsys.training.svd import SVD, SVDConfig

#: The randomness of fans, of titles and of the order of strata.
_FANS, _TITLES, _STRATA = range(3)


@dataclass
class Parameters:
    """`biases` (n,) and `factors` (n, n_factors) of a block of fans or titles, changed in place by training."""

    biases: NDArray[np.float64]
    factors: NDArray[np.float64]

    @classmethod
    def initial(cls, n: int, config: SVDConfig, seed: list[int]) -> "Parameters":
        rng = np.random.default_rng(seed)
        return cls(np.zeros(n), rng.normal(0, config.init_std_dev, (n, config.n_factors)))

    def to_arrays(self) -> dict[str, NDArray[np.float64]]:
        return {"biases": self.biases, "factors": self.factors}

    def copy(self) -> "Parameters":
        return Parameters(self.biases.copy(), self.factors.copy())


@dataclass(frozen=True)
class Block:
    """The ratings of a block of fans for a block of titles: fan u of the block scored `items` (positions in the block
    of titles) with `scores` (m,), from `starts[u]` to `starts[u + 1]`."""

    starts: NDArray[np.int64]
    items: NDArray[np.int32]
    scores: NDArray[np.float64]


@dataclass(frozen=True)
class Plan:
    """Which fans and titles are in which block. Rows are numbered by first appearance, as in `SVD`.

    Attributes: `user_rows`, `item_rows`: the row of each position, -1 without ratings; `fans` (n_blocks + 1,): bounds
    of the blocks of fans, which have about the same number of ratings; `title_blocks`, `title_places` (n_item_rows,):
    each title's block and position there, dealt out by number of ratings; `mean` of all ratings.
    """

    user_rows: NDArray[np.int32]
    item_rows: NDArray[np.int32]
    fans: NDArray[np.int64]
    title_blocks: NDArray[np.int32]
    title_places: NDArray[np.int32]
    mean: float
    config: SVDConfig
    seed: int

    @property
    def n_blocks(self) -> int:
        return len(self.fans) - 1

    def initial_fans(self, block: int) -> Parameters:
        return Parameters.initial(int(np.diff(self.fans)[block]), self.config, [self.seed, _FANS, block])

    def initial_titles(self, block: int) -> Parameters:
        n = int(np.count_nonzero(self.title_blocks == block))
        return Parameters.initial(n, self.config, [self.seed, _TITLES, block])

    def strata(self, epoch: int) -> list[int]:
        """The strata of an epoch in order: in stratum s, fans of block b meet titles of block (b + s) % n_blocks."""
        return np.random.default_rng([self.seed, _STRATA, epoch]).permutation(self.n_blocks).tolist()

    def sweep(self, block: Block, fans: Parameters, titles: Parameters) -> None:
        """Take a step for each rating of `block`."""
        config = self.config
        rates = np.full(4, config.lr_all)
        decays = np.array([config.reg_bu, config.reg_bi, config.reg_pu, config.reg_qi])
        sgd_kernel.sgd_epoch(
            block.starts,
            block.items,
            block.scores,
            self.mean,
            True,
            rates,
            decays,
            fans.biases,
            titles.biases,
            fans.factors,
            titles.factors,
        )

    def assemble(self, fans: Iterable[Parameters], titles: Iterable[Parameters]) -> SVD:
        """The trained model from all blocks, in order."""
        fans, titles = list(fans), list(titles)
        svd = SVD.from_config(self.config, random_state=self.seed)
        svd.trainset, svd.rating_scale, svd.global_mean = None, (1, 10), self.mean
        svd.user_rows, svd.item_rows = self.user_rows, self.item_rows
        svd.bu, svd.pu = (np.concatenate([getattr(p, name) for p in fans]) for name in ("biases", "factors"))
        order = np.lexsort((self.title_places, self.title_blocks))
        svd.bi, svd.qi = np.empty(len(order)), np.empty((len(order), self.config.n_factors))
        svd.bi[order] = np.concatenate([p.biases for p in titles])
        svd.qi[order] = np.concatenate([p.factors for p in titles])
        return svd


def divide(
    users: NDArray[np.integer],
    items: NDArray[np.integer],
    scores: NDArray[np.floating],
    n_users: int,
    n_items: int,
    config: SVDConfig,
    n_blocks: int,
    seed: int,
) -> tuple[Plan, Iterator[list[Block]]]:
    """Divide ratings by fans at positions `users` (m,) below `n_users` of titles at `items` (m,) below `n_items`. Gives
    the plan and, for each block of fans, its blocks of ratings by block of titles.

    Raises `DataError` if there are fewer fans or titles than blocks.
    """
    user_rows, n_fans = sgd_kernel.first_seen(users, n_users)
    item_rows, n_titles = sgd_kernel.first_seen(items, n_items)
    if not 1 <= n_blocks <= min(n_fans, n_titles):
        raise DataError(f"{n_fans} fans and {n_titles} titles with ratings cannot be divided into {n_blocks} blocks.")
    scores = np.ascontiguousarray(scores, np.float64)
    starts, rows, grouped = sgd_kernel.group_by_user(users, items, scores, user_rows, item_rows, n_fans)
    fans = np.searchsorted(starts, np.linspace(0, starts[-1], n_blocks + 1)).astype(np.int64)
    fans = np.maximum.accumulate(np.maximum(fans, np.arange(n_blocks + 1)))  # no block is empty
    fans = np.minimum(fans, n_fans - np.arange(n_blocks, -1, -1))
    rank = np.empty(n_titles, np.int32)
    rank[np.argsort(-np.bincount(rows, minlength=n_titles), kind="stable")] = np.arange(n_titles, dtype=np.int32)
    mean = float(np.mean(scores))
    plan = Plan(user_rows, item_rows, fans, rank % n_blocks, rank // n_blocks, mean, config, seed)
    return plan, (_blocks(plan, starts[first : last + 1], rows, grouped) for first, last in pairwise(fans))


def _blocks(plan: Plan, starts: NDArray[np.int64], rows: NDArray[np.int32], scores: NDArray[np.float64]) -> list[Block]:
    """The ratings of a block of fans, by block of titles."""
    own = slice(starts[0], starts[-1])
    rows, scores = rows[own], scores[own]
    fans = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    found = []
    for block in range(plan.n_blocks):
        kept = plan.title_blocks[rows] == block
        counts = np.bincount(fans[kept], minlength=len(starts) - 1)
        bounds = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        found.append(Block(bounds, plan.title_places[rows[kept]], scores[kept]))
    return found


def fit(
    plan: Plan,
    blocks: Iterable[list[Block]],
    progress: Callable[[Iterable[int]], Iterable[int]] = iter,
) -> SVD:
    """Train in this process: what `divide` gives."""
    ratings = list(blocks)
    fans = [plan.initial_fans(block) for block in range(plan.n_blocks)]
    titles = [plan.initial_titles(block) for block in range(plan.n_blocks)]
    for epoch in progress(range(plan.config.n_epochs)):
        for stratum in plan.strata(epoch):
            for block, own in enumerate(ratings):
                other = (block + stratum) % plan.n_blocks
                plan.sweep(own[other], fans[block], titles[other])
    return plan.assemble(fans, titles)
