"""Simulate a community of fans, drawn from distributions that are fitted to real fans.

A fan is drawn in four steps, none of which uses a single real fan's list:

1. The length of the list, from the fitted distribution of lengths.
2. The titles: a taste from the normal distribution of real fans' tastes, given the length; then titles by `exposure`.
3. The rating habits: the SVD's z ~ N(0, I), correlated with taste and length as among real fans.
4. The scores: the SVD's expectation plus residual noise, whose variance differs between fans, cut into 1-10 so that
   each score is as frequent as in real lists.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recsys.models.svd import SVD
from recsys.simulation import exposure
from recsys.simulation.lists import Floats, Lists, moments

Ints = NDArray[np.integer]
Wrap = Callable[[Iterable[int]], Iterable[int]]

_BLOCK = 250
_QUANTILES = np.linspace(0, 1, 41)
#: The variance of a fan's scores is estimated from at least this many.
_ENOUGH = 30
MIN_RATINGS = 11
#: A few very long lists have a large part of all scores, so many fans are needed to estimate each score's frequency.
_FANS_FOR_CUTS = 4000
#: How close, in logs, the simulated median deviation of scores must come to the real one; the most secant steps, and
#: the smallest slope that a step assumes.
_CLOSE, _ROUNDS, _LEAST_SLOPE = 0.005, 6, 0.05
#: Smallest variance of a fold-in along a direction of taste that the correction for shrinkage uses.
_LEAST_RELIABLE = 0.25
#: Minus the expectation of the log of a squared standard normal variable: log 2 + Euler's constant.
_LOG_CHI_SQUARE = 1.2704


@dataclass(frozen=True)
class Population:
    """The fitted distributions. With x = (1, l, l², taste), l the logarithm of a list's length:

    - `lengths`, `unscored` (41,): quantiles of l, and of the share of a list that is unscored.
    - `taste_mean` (3, k), `taste_root` (k, k): taste ~ N((1, l, l²) @ mean, root @ root.T).
    - `z_mean` (3 + k, n_factors), `z_root` (n_factors, n_factors): the same for z given x.
    - `level` (2,): the residual variance of z's first component, the fan's general level, is multiplied by
      exp(level[0] + level[1] l).
    - `spread` (2,): mean and standard deviation of the log of a fan's variance divided by the model's.
    - `cuts` (9,): where a continuous score becomes the next integer.
    """

    exposed: exposure.Exposure
    lengths: Floats
    unscored: Floats
    taste_mean: Floats
    taste_root: Floats
    z_mean: Floats
    z_root: Floats
    level: Floats
    spread: Floats
    cuts: Floats


def fit(lists: Lists, model: SVD, rng: np.random.Generator, progress: Wrap = iter) -> Population:
    """Fit to real `lists`, whose items are positions of `model`. `progress` wraps the longer loops."""
    n_items = len(model.item_ids)
    exposed = exposure.fit(lists.watched(n_items), rng, progress=progress)
    length = np.bincount(lists.fans, minlength=lists.n_fans)
    unscored = np.bincount(lists.fans, lists.scores == 0, lists.n_fans) / length
    basis = _basis(np.log(length))
    taste_mean = _regress(basis, exposed.tastes)
    x = np.column_stack([basis, exposed.tastes])
    z, spread = _rating_habits(lists, model, rng, progress)
    # A fold-in is shrunk towards the prior's mean: without shrinkage its variance would be 1.
    z_mean = _regress(x, z) / np.clip(z.var(axis=0), _LEAST_RELIABLE, 1)
    left, directions = np.linalg.eigh(np.eye(z.shape[1]) - np.cov((x @ z_mean).T))
    fitted = Population(
        exposed=exposed,
        # The extremes would be single fans' lists.
        lengths=np.quantile(np.log(length), np.clip(_QUANTILES, 0.005, 0.995)),
        unscored=np.quantile(unscored, np.clip(_QUANTILES, 0.005, 0.995)),
        taste_mean=taste_mean,
        taste_root=_root(np.cov((exposed.tastes - basis @ taste_mean).T)),
        z_mean=z_mean,
        z_root=directions * np.sqrt(np.maximum(left, 1e-3)),
        level=_level(np.log(length), z[:, 0] - x @ z_mean[:, 0]),
        spread=spread,
        cuts=np.zeros(9),
    )
    return cut_like(lists, fitted, model, rng)


def cut_like(lists: Lists, fitted: Population, model: SVD, rng: np.random.Generator) -> Population:
    """Set the cuts of `fitted`, so that each score is as frequent as in `lists`.

    The cuts stretch the scale, which would make the deviation of each fan's scores too large; so the noise is changed,
    by the secant method, until the median deviation is that of the real fans.
    """
    counts = np.bincount(lists.scores, minlength=11)[1:]
    shares = np.cumsum(counts)[:-1] / counts.sum()
    everything = np.ones(len(model.item_ids), dtype=bool)
    real = _median_deviation(lists.fans, lists.scores, lists.n_fans)
    seed = int(rng.integers(2**63))  # the same draws each time, so that only the noise differs

    def cut(change: float) -> tuple[Population, float]:
        """The population with `change` added to the log of all variances, and its excess deviation in logs."""
        noisy = replace(fitted, spread=fitted.spread + np.array([change, 0]))
        fans, _, continuous = _draw_uncut(noisy, model, _FANS_FOR_CUTS, np.random.default_rng(seed), everything)
        scored = ~np.isnan(continuous)
        cuts = np.quantile(continuous[scored], shares)
        drawn = _median_deviation(fans[scored], 1 + np.searchsorted(cuts, continuous[scored]), _FANS_FOR_CUTS)
        return replace(noisy, cuts=cuts), float(np.nan_to_num(np.log(drawn / real)))

    change, slope = 0.0, 0.5  # the slope if all fans were alike
    population, excess = cut(change)
    for _ in range(_ROUNDS):
        if abs(excess) < _CLOSE:
            break
        step, before = -excess / slope, excess
        change += step
        population, excess = cut(change)
        slope = max((excess - before) / step, _LEAST_SLOPE)
    return population


def _median_deviation(fans: Ints, scores: Ints, n_fans: int) -> float:
    """The median over fans of the standard deviation of their scores, without 0. NaN if no fan has enough scores."""
    deviations = moments(fans, scores, n_fans, _ENOUGH)[1]
    return float(np.median(np.maximum(deviations, 1e-3))) if len(deviations) else np.nan


def draw(
    population: Population, model: SVD, n_fans: int, rng: np.random.Generator, allowed: NDArray[np.bool_]
) -> Lists:
    """Draw `n_fans` lists of the titles in the mask `allowed` (n_items,), each with more than ten ratings."""
    parts: list[Lists] = []
    while (missing := n_fans - sum(part.n_fans for part in parts)) > 0:
        tried = missing + missing // 4 + 10
        fans, items, continuous = _draw_uncut(population, model, tried, rng, allowed)
        scores = np.where(np.isnan(continuous), 0, 1 + np.searchsorted(population.cuts, continuous)).astype(np.uint8)
        enough = np.flatnonzero(np.bincount(fans, scores > 0, tried) >= MIN_RATINGS)
        parts.append(Lists(fans, items, scores, tried).take(enough[:missing]))
    starts = np.cumsum([0, *(part.n_fans for part in parts)])
    return Lists(
        np.concatenate([part.fans + start for part, start in zip(parts, starts[:-1], strict=True)]).astype(np.int32),
        np.concatenate([part.items for part in parts]),
        np.concatenate([part.scores for part in parts]),
        n_fans,
    )


def _draw_uncut(
    population: Population, model: SVD, n_fans: int, rng: np.random.Generator, allowed: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], NDArray[np.int32], Floats]:
    """Draw fans, items and continuous scores, NaN if unscored."""
    length = np.interp(rng.random(n_fans), _QUANTILES, population.lengths)
    share = np.interp(rng.random(n_fans), _QUANTILES, population.unscored)
    basis = _basis(length)
    taste = (
        basis @ population.taste_mean + rng.normal(size=(n_fans, len(population.taste_root))) @ population.taste_root.T
    )
    z = np.column_stack([basis, taste]) @ population.z_mean
    residual = rng.normal(size=z.shape) @ population.z_root.T
    residual[:, 0] *= np.sqrt(np.exp(population.level[0] + population.level[1] * length))
    z += residual
    variance = np.exp(rng.normal(population.spread[0], population.spread[1], n_fans))
    exposed = population.exposed
    blocks = []
    for start in range(0, n_fans, _BLOCK):
        some = slice(start, start + _BLOCK)
        logits = (exposed.bias + taste[some] @ exposed.factors.T).astype(np.float32)
        logits[:, ~allowed] = -np.inf
        fans, items = np.nonzero(exposure.draw(logits, np.exp(length[some]), rng))
        fans += start
        mean = model.base[items] + np.einsum("ij,ij->i", model.factors[items], z[fans].astype(np.float32))
        score = mean + np.sqrt(model.noise[items] * variance[fans]) * rng.normal(size=len(items))
        score[rng.random(len(items)) < share[fans]] = np.nan
        blocks.append((fans.astype(np.int32), items.astype(np.int32), score))
    fans, items, scores = (np.concatenate(column) for column in zip(*blocks, strict=True))
    return fans, items, scores


def _rating_habits(lists: Lists, model: SVD, rng: np.random.Generator, progress: Wrap) -> tuple[Floats, Floats]:
    """Each fan's z (n_fans, n_factors), and `Population.spread`, measured on the half of each list that is not used in
    the fold-in."""
    z = np.zeros((lists.n_fans, model.n_factors))
    log_ratios, chance = [], []
    for fan in progress(range(lists.n_fans)):
        items, scores, unscored = lists.of(fan)
        z[fan] = model.fold_in(items, scores, unscored).z
        if len(items) >= 2 * _ENOUGH:
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
    """`Population.level`, by regression of log squares: fans with long lists differ more in their levels."""
    relative = np.log(residual**2 / np.mean(residual**2) + 1e-6)
    slope, mean = np.polyfit(log_length, relative, 1)
    return np.array([mean + _LOG_CHI_SQUARE, slope])


def _basis(log_length: Floats) -> Floats:
    return np.column_stack([np.ones_like(log_length), log_length, log_length**2])


def _regress(x: Floats, y: Floats) -> Floats:
    """Coefficients of the regression of y on x, with a small ridge penalty for stability."""
    return np.linalg.solve(x.T @ x + 1e-3 * np.eye(x.shape[1]), x.T @ y)


def _root(covariance: Floats) -> Floats:
    return np.linalg.cholesky(covariance + 1e-6 * np.eye(len(covariance)))
