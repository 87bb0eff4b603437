"""How fans use the scores: the SVD's z of a fan, and how far the fan's scores vary about the expectation."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recsys.models.svd import SVD
from recsys.simulation.lists import Floats, Lists

Wrap = Callable[[Iterable[int]], Iterable[int]]

#: The variance of a fan's scores is estimated from at least this many.
ENOUGH = 30
#: Smallest variance of a fold-in along a direction of taste that the correction for shrinkage uses.
_LEAST_RELIABLE = 0.25
#: Minus the expectation of the log of a squared standard normal variable: log 2 + Euler's constant.
_LOG_CHI_SQUARE = 1.2704


@dataclass(frozen=True)
class Habits:
    """With x (n_x,) what is known of a fan, whose second value is l, the logarithm of the list's length:

    - `z_mean` (n_x, n_factors), `z_root` (n_factors, n_factors): z ~ N(x @ mean, root @ root.T).
    - `level` (2,): the residual variance of z's first component, the fan's general level, is multiplied by
      exp(level[0] + level[1] l).
    - `spread` (2,): mean and standard deviation of the log of a fan's variance divided by the model's.
    """

    z_mean: Floats
    z_root: Floats
    level: Floats
    spread: Floats

    def draw(self, x: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """z (n, n_factors) of fans with the given x (n, n_x), and a standard normal (n,) for each fan's variance."""
        residual = rng.normal(size=(len(x), len(self.z_root))) @ self.z_root.T
        residual[:, 0] *= np.sqrt(np.exp(self.level[0] + self.level[1] * x[:, 1]))
        return x @ self.z_mean + residual, rng.normal(size=len(x))

    def noisier(self, change: float) -> "Habits":
        """With `change` added to the log of all variances."""
        return replace(self, spread=self.spread + np.array([change, 0]))


def fit(lists: Lists, x: Floats, model: SVD, rng: np.random.Generator, progress: Wrap) -> Habits:
    """From `lists` with scores and x (n_fans, n_x)."""
    z, spread = _measured(lists, model, rng, progress)
    # A fold-in is shrunk towards the prior's mean: without shrinkage its variance would be 1.
    z_mean = regress(x, z) / np.clip(z.var(axis=0), _LEAST_RELIABLE, 1)
    left, directions = np.linalg.eigh(np.eye(z.shape[1]) - np.cov((x @ z_mean).T))
    z_root = directions * np.sqrt(np.maximum(left, 1e-3))
    return Habits(z_mean, z_root, _level(x[:, 1], z[:, 0] - x @ z_mean[:, 0]), spread)


def _measured(lists: Lists, model: SVD, rng: np.random.Generator, progress: Wrap) -> tuple[Floats, Floats]:
    """Each fan's z (n_fans, n_factors), and `Habits.spread`, measured on the half of each list that is not used in the
    fold-in."""
    z = np.zeros((lists.n_fans, model.n_factors))
    log_ratios, chance = [], []
    for fan in progress(range(lists.n_fans)):
        items, scores, unscored = lists.of(fan)
        z[fan] = model.fold_in(items, scores, unscored).z
        if len(items) >= 2 * ENOUGH:
            shuffled = rng.permutation(len(items))
            given, held = shuffled[: len(items) // 2], shuffled[len(items) // 2 :]
            half = model.fold_in(items[given], scores[given], unscored)
            error = scores[held] - model.base[items[held]] - model.factors[items[held]] @ half.z
            expected = model.variance(half, items[held]) / half.scale
            log_ratios.append(np.log(np.mean(error**2 / expected)))
            chance.append(1 / len(held))
    if not log_ratios:
        return z, np.zeros(2)
    # To first order, the log of a mean of n squared normals has expectation -1/n and variance 2/n.
    variance = np.var(log_ratios) - 2 * np.mean(chance)
    return z, np.array([np.mean(log_ratios) + np.mean(chance), np.sqrt(max(variance, 0.0))])


def _level(log_length: Floats, residual: Floats) -> Floats:
    """`Habits.level`, by regression of log squares: fans with long lists differ more in their levels."""
    relative = np.log(residual**2 / np.mean(residual**2) + 1e-6)
    slope, mean = np.polyfit(log_length, relative, 1)
    return np.array([mean + _LOG_CHI_SQUARE, slope])


def regress(x: Floats, y: NDArray[np.floating]) -> Floats:
    """Coefficients of the regression of y on x, with a small ridge penalty for stability."""
    return np.linalg.solve(x.T @ x + 1e-3 * np.eye(x.shape[1]), x.T @ y)
