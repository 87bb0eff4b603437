"""What share of fans' titles is from 2021 on, estimated from watching lists."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.simulation.lists import Lists

_CELLS = 40
#: So few steps that the estimate stays smooth: the maximum of the likelihood is a few single points.
_STEPS = 60


@dataclass(frozen=True)
class Recency:
    """The distribution of a fan's share of recent titles: `weights` (n_cells + 1,), that of no recent title at all and
    then of equal cells from 0 to 1."""

    weights: NDArray[np.floating]

    def draw(self, n: int, rng: np.random.Generator) -> NDArray[np.floating]:
        """Shares (n,)."""
        cell = rng.choice(len(self.weights), n, p=self.weights)
        return np.where(cell > 0, (cell - rng.random(n)) / (len(self.weights) - 1), 0.0)


def fit(watching: Lists, recent: NDArray[np.bool_]) -> Recency:
    """From the titles of each list: a binomial mixture by the EM algorithm (Laird 1978), as the share among few titles
    differs from the fan's by chance. Without lists nobody has a recent title."""
    weights = np.full(_CELLS + 1, 1 / (_CELLS + 1))
    lengths = np.bincount(watching.fans, minlength=watching.n_fans)
    if not lengths.sum():
        return Recency(np.eye(1, _CELLS + 1)[0])
    found = np.bincount(watching.fans, recent[watching.items], watching.n_fans)
    middle = (np.arange(_CELLS) + 0.5) / _CELLS
    chance = np.zeros((watching.n_fans, _CELLS + 1))
    chance[:, 0] = found == 0
    logs = found[:, None] * np.log(middle) + (lengths - found)[:, None] * np.log(1 - middle)
    chance[:, 1:] = np.exp(logs)
    chance /= chance.max(axis=1, keepdims=True)
    for _ in range(_STEPS):
        posterior = chance * weights
        weights = (posterior / posterior.sum(axis=1, keepdims=True)).mean(axis=0)
    return Recency(weights)


def logit(share: NDArray[np.floating]) -> NDArray[np.floating]:
    """Log odds of shares, -inf for 0."""
    with np.errstate(divide="ignore"):
        return np.log(share) - np.log1p(-np.minimum(share, 1 - 1e-6))
