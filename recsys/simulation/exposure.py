"""Model which titles are on which fan's list, by logistic factors fitted to real lists; draw simulated lists.

P(title i is on the list of fan f) = sigmoid(level_f + bias_i + taste_f · factors_i), independently for all f and i
(logistic PCA; Schein, Saul & Ungar 2003). Lists with scores and watching lists share tastes and factors; each kind has
its own bias, and each fan one level for titles up to 2020 and one for later ones. Parameters are the maximum a
posteriori with tastes ~ N(0, I) and factors ~ N(0, 1/2), found by Adam (Kingma & Ba 2015) on blocks of fans.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.simulation.titles import Titles

Array = NDArray[np.floating]
Mask = NDArray[np.bool_]

N_FACTORS = 24
N_EPOCHS = 30
_BLOCK = 256
_FACTOR_PRECISION = 2.0
#: Kinds of lists: the first axis of `Exposure.bias`.
SCORED, WATCHING = 0, 1
#: A title on fewer real lists is not fitted: it would say something of single fans.
FEWEST_LISTS = 5
#: Lists that a title's content counts for, beside the lists that it is on; penalty of the regressions on content.
_CONTENT_LISTS, _RIDGE = 10.0, 30.0


@dataclass(frozen=True)
class Exposure:
    """`bias` (2, n_items), for `SCORED` and `WATCHING`; `factors` (n_items, n_factors); `tastes` (n_fans, n_factors)
    and `levels` (n_fans, 2) are the fitted fans'."""

    bias: Array
    factors: Array
    tastes: Array
    levels: Array


@dataclass(frozen=True)
class Observed:
    """Real lists `watched` (n_fans, n_items); `eras` (n_fans,): which row of `possible` (n_eras, n_items) says what can
    be on a fan's list. The last era is that of the watching lists. `recent` (n_items,): titles with a level of their
    own."""

    watched: Mask
    eras: NDArray[np.integer]
    possible: Mask
    recent: Mask

    @property
    def kinds(self) -> NDArray[np.intp]:
        return np.where(self.eras == len(self.possible) - 1, WATCHING, SCORED)

    @property
    def covered(self) -> Mask:
        """Titles (n_items,) that were out when some list with scores was read."""
        return np.any(self.possible[:-1], axis=0)

    def sides(self) -> Array:
        """(2, n_items): which titles each of a fan's two levels is for."""
        return np.stack([~self.recent, self.recent]).astype(np.float32)


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
    observed: Observed,
    rng: np.random.Generator,
    n_factors: int = N_FACTORS,
    n_epochs: int = N_EPOCHS,
    progress: Callable[[Iterable[int]], Iterable[int]] = iter,
) -> Exposure:
    """Fit to lists, no one of which is full. `progress` wraps the epochs."""
    watched, kinds = observed.watched, observed.kinds
    n_fans, n_items = watched.shape
    possible = observed.possible.astype(np.float32)
    sides = observed.sides()
    of_kind = [np.flatnonzero(kinds == kind) for kind in (SCORED, WATCHING)]
    popularity = np.stack([watched[fans].sum(axis=0) / max(len(fans), 1) for fans in of_kind])
    share = (watched @ sides.T + 0.1) / (possible[observed.eras] @ sides.T + 1)
    factors = _Adam(rng.normal(0, 0.05, (n_items, n_factors)).astype(np.float32))
    bias = _Adam(np.log((popularity + 1e-4) / (popularity.mean(axis=1, keepdims=True) + 1e-4)).astype(np.float32))
    tastes = _Adam(rng.normal(0, 0.3, (n_fans, n_factors)).astype(np.float32))
    level = _Adam(np.log(share / (1 - np.minimum(share, 0.9))).astype(np.float32))
    count = 0
    for epoch in progress(range(n_epochs)):
        rate = 0.05 * (1 - epoch / n_epochs) + 0.002
        shuffled = rng.permutation(n_fans)
        for start in range(0, n_fans, _BLOCK):
            rows = shuffled[start : start + _BLOCK]
            count += 1
            logits = bias.value[kinds[rows]] + tastes.value[rows] @ factors.value.T + level.value[rows] @ sides
            error = (1 / (1 + np.exp(-logits)) - watched[rows]) * possible[observed.eras[rows]]
            weight = len(rows) / n_fans * _FACTOR_PRECISION
            of_factors = error.T @ tastes.value[rows] + weight * factors.value
            of_tastes = error @ factors.value + tastes.value[rows]
            factors.step(of_factors, rate, count)
            bias.step(np.stack([error[kinds[rows] == kind].sum(axis=0) for kind in (SCORED, WATCHING)]), rate, count)
            tastes.step(of_tastes, rate, epoch + 1, rows)
            level.step(error @ sides.T, rate, epoch + 1, rows)
    return Exposure(bias.value, factors.value, tastes.value, level.value)


def uncertainty(fitted: Exposure, observed: Observed, fans: NDArray[np.intp]) -> Array:
    """The mean posterior covariance (k, k) of the tastes of some `fans`, by Laplace's approximation."""
    sides, unit = observed.sides(), np.eye(fitted.factors.shape[1])
    inverses = []
    for fan in fans:
        logits = fitted.bias[observed.kinds[fan]] + fitted.factors @ fitted.tastes[fan] + fitted.levels[fan] @ sides
        chance = 1 / (1 + np.exp(-logits))
        weighted = fitted.factors * (chance * (1 - chance) * observed.possible[observed.eras[fan]])[:, None]
        inverses.append(np.linalg.inv(unit + fitted.factors.T @ weighted))
    return np.mean(inverses, axis=0)


def place(fitted: Exposure, observed: Observed, titles: Titles, items: NDArray[np.intp]) -> Exposure:
    """Extend a fit on the titles `items` (n_fitted,) to all `titles`.

    A title's factors and its bias on watching lists are those of its content, weighed against its own by the number of
    lists with it. On lists with scores, a title that they are too old for has the bias of an earlier one with its
    content and members.
    """
    counts = observed.watched.sum(axis=0).astype(np.float64)
    current = observed.watched[observed.kinds == WATCHING].sum(axis=0).astype(np.float64)
    timeless = titles.features * ~titles.dated
    known = observed.covered
    old = known & (counts >= _CONTENT_LISTS)
    factors = _regressed(titles.features, items, fitted.factors, counts)
    usual = _regressed(timeless, items[old], fitted.bias[SCORED, old], np.ones(old.sum()))
    watching = _regressed(titles.features, items, fitted.bias[WATCHING], np.ones(len(items)))
    own = counts / (counts + _CONTENT_LISTS)
    factors[items] += own[:, None] * (fitted.factors - factors[items])
    usual[items[known]] = fitted.bias[SCORED, known]
    watching[items] += current / (current + _CONTENT_LISTS) * (fitted.bias[WATCHING] - watching[items])
    return Exposure(
        np.stack([usual, watching]).astype(np.float32), factors.astype(np.float32), fitted.tastes, fitted.levels
    )


def _regressed(features: Array, items: NDArray[np.intp], values: Array, weights: Array) -> Array:
    """`values` (n, ...) of the titles `items` (n,), by weighted ridge regression on `features` for all titles."""
    if not len(items):
        return np.zeros((len(features), *values.shape[1:]))
    mean = np.average(values, axis=0, weights=weights)
    x = features[items].astype(np.float64)
    weights = weights / weights.mean()
    weighted = x * weights[:, None]
    coefficients = np.linalg.solve(x.T @ weighted + _RIDGE * np.eye(x.shape[1]), weighted.T @ (values - mean))
    return mean + features @ coefficients


def pick(logits: Array, counts: NDArray[np.integer], rng: np.random.Generator) -> Mask:
    """Draw lists (n, n_items) of exactly `counts` (n,) titles each; fewer if fewer logits are finite.

    The titles with the highest logits plus logistic noise: each is drawn with the chance sigmoid(logit + level), where
    the level follows from the count.
    """
    uniform = np.clip(rng.random(logits.shape, dtype=np.float32), 1e-7, 1 - 1e-7)
    noisy = logits + np.log(uniform / (1 - uniform))
    picked = np.zeros(logits.shape, dtype=bool)
    for row, count in enumerate(np.minimum(counts, np.isfinite(logits).sum(axis=1))):
        if count > 0:
            picked[row, np.argpartition(noisy[row], -count)[-count:]] = True
    return picked
