"""Model which titles are on which fan's list, by logistic factors fitted to real lists; draw simulated lists.

P(title i is on the list of fan f) = sigmoid(level_f + bias_i + taste_f · factors_i), independently for all f and i
(logistic PCA; Schein, Saul & Ungar 2003). Parameters are the maximum a posteriori with tastes ~ N(0, I) and factors
~ N(0, 1/2), found by Adam (Kingma & Ba 2015) on blocks of fans.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

N_FACTORS = 24
N_EPOCHS = 30
_BLOCK = 256
_FACTOR_PRECISION = 2.0


@dataclass(frozen=True)
class Exposure:
    """`bias` (n_items,), `factors` (n_items, n_factors); `tastes` (n_fans, n_factors) are the fitted fans'."""

    bias: Array
    factors: Array
    tastes: Array


class _Adam:
    def __init__(self, value: Array) -> None:
        self.value = value
        self._mean, self._square = np.zeros_like(value), np.zeros_like(value)

    def step(self, gradient: Array, rate: float, count: int, rows: NDArray[np.intp] | slice = slice(None)) -> None:
        """Take the `count`-th step for these rows."""
        self._mean[rows] = 0.9 * self._mean[rows] + 0.1 * gradient
        self._square[rows] = 0.98 * self._square[rows] + 0.02 * gradient**2
        mean, square = self._mean[rows] / (1 - 0.9**count), self._square[rows] / (1 - 0.98**count)
        self.value[rows] -= rate * mean / (np.sqrt(square) + 1e-8)


def fit(
    watched: NDArray[np.bool_],
    rng: np.random.Generator,
    n_factors: int = N_FACTORS,
    n_epochs: int = N_EPOCHS,
    progress: Callable[[Iterable[int]], Iterable[int]] = iter,
) -> Exposure:
    """Fit to lists: `watched` (n_fans, n_items), with no row empty or full. `progress` wraps the epochs."""
    n_fans, n_items = watched.shape
    share, popularity = watched.mean(axis=1), watched.mean(axis=0)
    factors = _Adam(rng.normal(0, 0.05, (n_items, n_factors)).astype(np.float32))
    bias = _Adam(np.log((popularity + 1e-4) / (popularity.mean() + 1e-4)).astype(np.float32))
    tastes = _Adam(rng.normal(0, 0.3, (n_fans, n_factors)).astype(np.float32))
    level = _Adam(np.log(share / (1 - share)).astype(np.float32))
    count = 0
    for epoch in progress(range(n_epochs)):
        rate = 0.05 * (1 - epoch / n_epochs) + 0.002
        shuffled = rng.permutation(n_fans)
        for start in range(0, n_fans, _BLOCK):
            rows = shuffled[start : start + _BLOCK]
            count += 1
            error = _chance(level.value[rows], bias.value + tastes.value[rows] @ factors.value.T) - watched[rows]
            weight = len(rows) / n_fans * _FACTOR_PRECISION
            of_factors = error.T @ tastes.value[rows] + weight * factors.value
            of_tastes = error @ factors.value + tastes.value[rows]
            factors.step(of_factors, rate, count)
            bias.step(error.sum(axis=0), rate, count)
            tastes.step(of_tastes, rate, epoch + 1, rows)
            level.step(error.sum(axis=1), rate, epoch + 1, rows)
    return Exposure(bias.value, factors.value, tastes.value)


def draw(logits: Array, lengths: Array, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Draw lists (n, n_items) with the `logits` (n, n_items) and `lengths` (n,) titles on average."""
    return rng.random(logits.shape, dtype=np.float32) < _chance(levels(logits, lengths), logits)


def levels(logits: Array, lengths: Array) -> Array:
    """What to add to each fan's `logits` (n, n_items) for an expected length of `lengths` (n,), by Newton's method."""
    level = np.full(len(logits), -4, np.float32)
    for _ in range(60):
        chance = _chance(level, logits)
        excess = chance.sum(axis=1) - lengths
        if np.abs(excess).max() < 0.5:
            break
        slope = (chance * (1 - chance)).sum(axis=1)
        level -= np.clip(excess / np.maximum(slope, 1e-3), -1, 1).astype(np.float32)
    return level


def _chance(level: Array, logits: Array) -> Array:
    return 1 / (1 + np.exp(-(level[:, None] + logits)))
