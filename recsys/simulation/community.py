"""A community of fans who look real and belong to nobody, drawn from distributions fitted to real fans.

A simulated fan is drawn in four steps. How long their list is: from the fitted distribution of lengths. Which kind of
title they come across: a taste from the normal distribution of real fans' tastes, given the length; titles from
`exposure`. How they rate: the SVD's z ~ N(0, I), correlated with the former as it is among real fans. Their scores: the
SVD's expectation plus residual noise whose variance differs between fans, cut into 1-10 so that each score is as
frequent as it really is. No step looks at any one fan's list.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from recsys.data import manifest
from recsys.data.ratings import load_arrays
from recsys.models.svd import SVD
from recsys.simulation import exposure
from recsys.types import positions_of

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]
Wrap = Callable[[Iterable[int]], Iterable[int]]

_BLOCK = 250
_QUANTILES = np.linspace(0, 1, 41)
#: Fans with fewer scores say little about how their scores scatter.
_ENOUGH = 30
MIN_RATINGS = 11
#: A few fans with very long lists hold much of all scores, so that many fans are needed to tell how frequent each is.
_FANS_FOR_CUTS = 4000
#: How close, in logs, simulated fans' usual spread of scores comes to real ones'; the most steps towards it, and the
#: least that one is taken to do.
_CLOSE, _ROUNDS, _LEAST_SLOPE = 0.005, 6, 0.05
#: Directions of taste of which lists say less than this are left as if they said this much.
_LEAST_RELIABLE = 0.25
#: Minus the expectation of the logarithm of a squared standard normal: log 2 + Euler's constant.
_LOG_CHI_SQUARE = 1.2704


@dataclass(frozen=True)
class Lists:
    """Fans' lists as three parallel arrays sorted by fan, then title.

    `fans` number from 0, `items` are positions in a model's titles, `scores` are 1-10, or 0 for an unscored title.
    """

    fans: NDArray[np.int32]
    items: NDArray[np.int32]
    scores: NDArray[np.uint8]
    n_fans: int

    def watched(self, n_items: int) -> NDArray[np.bool_]:
        """The lists as a matrix (n_fans, n_items)."""
        matrix = np.zeros((self.n_fans, n_items), dtype=bool)
        matrix[self.fans, self.items] = True
        return matrix

    def of(self, fan: int) -> tuple[NDArray[np.intp], Floats, NDArray[np.intp]]:
        """One fan's scored titles, their scores and the unscored titles: what a model's `fold_in` takes."""
        first, end = np.searchsorted(self.fans, [fan, fan + 1])
        rows = slice(first, end)
        items, scores = self.items[rows].astype(np.intp), self.scores[rows]
        return items[scores > 0], scores[scores > 0].astype(np.float64), items[scores == 0]

    def take(self, fans: Ints) -> "Lists":
        """The lists of some fans, who are numbered anew in the given order."""
        number = np.full(self.n_fans, -1, np.int32)
        number[fans] = np.arange(len(fans), dtype=np.int32)
        rows = np.flatnonzero(number[self.fans] >= 0)
        rows = rows[np.lexsort((self.items[rows], number[self.fans[rows]]))]
        return Lists(number[self.fans[rows]], self.items[rows], self.scores[rows], len(fans))


def load_lists(folder: str | Path, item_ids: NDArray[np.int64]) -> Lists:
    """The prepared lists of `folder`, scored and unscored, of the titles `item_ids` (ascending).

    Raises `ArtifactError` when the folder's files are missing or damaged.
    """
    ratings = load_arrays(folder)
    path = manifest.read(folder).path("unscored.parquet")
    with duckdb.connect() as connection:
        rows = connection.execute("SELECT user_id, anime_id FROM read_parquet(?)", [str(path)]).fetchnumpy()
    fans = np.concatenate([ratings.users, positions_of(ratings.user_ids, rows["user_id"])]).astype(np.int32)
    titles = np.concatenate([ratings.item_ids[ratings.items], rows["anime_id"]])
    scores = np.concatenate([ratings.scores, np.zeros(len(rows["anime_id"]))]).astype(np.uint8)
    items = positions_of(item_ids, titles).astype(np.int32)
    known = (items >= 0) & (fans >= 0)
    lists = Lists(fans[known], items[known], scores[known], len(ratings.user_ids))
    some = np.unique(lists.fans[lists.scores > 0])
    return lists.take(some)


@dataclass(frozen=True)
class Population:
    """The fitted distributions. With x = (1, l, l², taste), l the logarithm of a list's length:

    `lengths`, `unscored` (41,): quantiles of l and of the share of a list that is unscored; `taste_mean` (3, k) and
    `taste_root` (k, k): taste ~ N((1, l, l²) @ mean, root @ root.T); `z_mean` (3 + k, n_factors), `z_root`: likewise z
    given x; `level` (2,): that z's first, the fan's general level, varies by exp(level[0] + level[1] l) times as much;
    `spread` (2,): mean and standard deviation of the log of a fan's variance over the model's; `cuts` (9,): where a
    continuous score turns into the next whole one.
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
    """Fit to real `lists`, whose items are the model's positions. `progress` wraps the longer loops."""
    n_items = len(model.item_ids)
    exposed = exposure.fit(lists.watched(n_items), rng, progress=progress)
    length = np.bincount(lists.fans, minlength=lists.n_fans)
    unscored = np.bincount(lists.fans, lists.scores == 0, lists.n_fans) / length
    basis = _basis(np.log(length))
    taste_mean = _regress(basis, exposed.tastes)
    x = np.column_stack([basis, exposed.tastes])
    z, spread = _rating_habits(lists, model, rng, progress)
    # A fold-in is pulled towards the prior's mean; by how much on average, its variance tells, which would be 1 else.
    z_mean = _regress(x, z) / np.clip(z.var(axis=0), _LEAST_RELIABLE, 1)
    left, directions = np.linalg.eigh(np.eye(z.shape[1]) - np.cov((x @ z_mean).T))
    fitted = Population(
        exposed=exposed,
        # The very longest list would be one fan's; so would the shortest.
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
    """`fitted` with the cuts that make each score as frequent as in `lists`. They stretch the scale as a whole, so that
    a fan's own scores would be spread more than real ones: the noise is changed until they are not, by secants."""
    counts = np.bincount(lists.scores, minlength=11)[1:]
    shares = np.cumsum(counts)[:-1] / counts.sum()
    everything = np.ones(len(model.item_ids), dtype=bool)
    real = _usual_deviation(lists.fans, lists.scores, lists.n_fans)
    seed = int(rng.integers(2**63))  # the same draws each time, so that the noise alone makes a difference

    def cut(change: float) -> tuple[Population, float]:
        """With the log of all variances changed; and by how much, in logs, fans' scores are spread too much."""
        noisy = replace(fitted, spread=fitted.spread + np.array([change, 0]))
        fans, _, continuous = _draw_uncut(noisy, model, _FANS_FOR_CUTS, np.random.default_rng(seed), everything)
        scored = ~np.isnan(continuous)
        cuts = np.quantile(continuous[scored], shares)
        drawn = _usual_deviation(fans[scored], 1 + np.searchsorted(cuts, continuous[scored]), _FANS_FOR_CUTS)
        return replace(noisy, cuts=cuts), float(np.nan_to_num(np.log(drawn / real)))

    change, slope = 0.0, 0.5  # the slope if fans did not differ
    population, excess = cut(change)
    for _ in range(_ROUNDS):
        if abs(excess) < _CLOSE:
            break
        step, before = -excess / slope, excess
        change += step
        population, excess = cut(change)
        slope = max((excess - before) / step, _LEAST_SLOPE)
    return population


def _usual_deviation(fans: Ints, scores: Ints, n_fans: int) -> float:
    """The median standard deviation of fans with enough scores, NaN if there is none; scores of 0 do not count."""
    n = np.bincount(fans, scores > 0, n_fans)
    enough = n >= _ENOUGH
    if not enough.any():
        return np.nan
    mean = np.bincount(fans, scores, n_fans)[enough] / n[enough]
    square = np.bincount(fans, np.square(scores, dtype=float), n_fans)[enough] / n[enough]
    return float(np.median(np.sqrt(np.maximum(square - mean**2, 1e-6))))


def draw(
    population: Population, model: SVD, n_fans: int, rng: np.random.Generator, allowed: NDArray[np.bool_]
) -> Lists:
    """`n_fans` simulated lists of the `allowed` titles (n_items,), each with more than ten ratings."""
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
    """Fans, items and continuous scores, NaN where unscored."""
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
    """Each fan's z (n_fans, n_factors), and the mean and deviation of the log of how much wider than the model expects
    their scores scatter, measured on the half of a list that the fold-in has not seen."""
    z = np.zeros((lists.n_fans, model.n_factors))
    scatter, luck = [], []
    for fan in progress(range(lists.n_fans)):
        items, scores, unscored = lists.of(fan)
        z[fan] = model.fold_in(items, scores, unscored).z
        if len(items) >= 2 * _ENOUGH:
            shuffled = rng.permutation(len(items))
            given, held = shuffled[: len(items) // 2], shuffled[len(items) // 2 :]
            half = model.fold_in(items[given], scores[given], unscored)
            error = scores[held] - model.base[items[held]] - model.factors[items[held]] @ half.z
            expected = model.variance(half, items[held]) / half.scale
            scatter.append(np.log(np.mean(error**2 / expected)))
            luck.append(1 / len(held))
    if not scatter:
        return z, np.zeros(2)
    # The log of a mean of n squares has expectation -1/n and variance 2/n by chance alone, to first order.
    variance = np.var(scatter) - 2 * np.mean(luck)
    return z, np.array([np.mean(scatter) + np.mean(luck), np.sqrt(max(variance, 0.0))])


def _level(log_length: Floats, residual: Floats) -> Floats:
    """`Population.level`, by regression of log squares: long lists are of fans of very different levels."""
    relative = np.log(residual**2 / np.mean(residual**2) + 1e-6)
    slope, mean = np.polyfit(log_length, relative, 1)
    return np.array([mean + _LOG_CHI_SQUARE, slope])


def _basis(log_length: Floats) -> Floats:
    return np.column_stack([np.ones_like(log_length), log_length, log_length**2])


def _regress(x: Floats, y: Floats) -> Floats:
    """Coefficients of y on x, with just enough ridge to be stable."""
    return np.linalg.solve(x.T @ x + 1e-3 * np.eye(x.shape[1]), x.T @ y)


def _root(covariance: Floats) -> Floats:
    return np.linalg.cholesky(covariance + 1e-6 * np.eye(len(covariance)))
