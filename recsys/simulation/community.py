"""Simulate a community of fans of today, drawn from distributions that are fitted to real fans.

A fan is drawn in six steps, none of which uses a single real fan's list:

1. The length of the list, the number of titles being watched, and how much of both is from 2021 on.
2. A taste, from the normal distribution of real fans' tastes given the length.
3. The titles being watched, by the watching lists' popularity and the taste (`exposure`).
4. The other titles begun, by the popularity on lists with scores and the taste; then planned titles likewise.
5. The rating habits (`habits`): the SVD's z ~ N(0, I), correlated with taste and length as among real fans.
6. The scores: the SVD's expectation plus residual noise, whose variance differs between fans, cut into 1-10 so that
   each score is as frequent as in real lists.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recsys.models.svd import SVD
from recsys.simulation import exposure, habits, recency, today
from recsys.simulation.habits import ENOUGH, Habits, Wrap
from recsys.simulation.lists import Floats, Lists, joined, moments
from recsys.simulation.titles import Titles
from recsys.simulation.today import Drawn

Ints = NDArray[np.integer]

MIN_RATINGS = 11
#: Lists with scores were read in 2016 or in 2020. A list with a title later than the first year is of 2020. Titles of
#: the last two years before 2020, and of the last before 2016, are not fitted to such lists: many were not seen yet.
_READ, _ENDS = 2016, (2015, 2018)
#: Real fans for whom the uncertainty of the taste is computed.
_UNCERTAIN = 400
#: A few very long lists have a large part of all scores, so many fans are needed to estimate each score's frequency.
_FANS_FOR_CUTS = 4000
#: How close, in logs, the simulated median deviation of scores must come to the real one; the most secant steps, and
#: the smallest slope that a step assumes.
_CLOSE, _ROUNDS, _LEAST_SLOPE = 0.005, 6, 0.05


@dataclass(frozen=True)
class Population:
    """The fitted distributions: `fans`, from which titles are drawn; rating `habits` given x = (1, l, l², taste), l the
    logarithm of a list's length; `cuts` (9,), where a continuous score becomes the next integer."""

    fans: today.Fans
    habits: Habits
    cuts: Floats


def fit(
    scored: Lists, watching: Lists, titles: Titles, model: SVD, rng: np.random.Generator, progress: Wrap = iter
) -> Population:
    """Fit to real lists: of fans with scores, and of fans who only watch. Items are positions of `model`, whose titles
    are `titles`. `progress` wraps the longer loops."""
    exposed, uncertain = _expose(scored, watching, titles, rng, progress)
    length = scored.lengths()
    basis, tastes = today.basis(np.log(length)), exposed.tastes[: scored.n_fans]
    taste_mean = habits.regress(basis, tastes)
    fans = today.Fans(
        exposed=exposed,
        lengths=today.quantiles(np.log(length)),
        shelves=today.quantiles(np.log(watching.lengths())) if watching.n_fans else np.zeros(0),
        unscored=today.quantiles(np.bincount(scored.fans, scored.scores == 0, scored.n_fans) / length),
        recency=recency.fit(watching, titles.recent),
        recent_shift=0.0,
        taste_mean=taste_mean,
        taste_root=_root(np.cov((tastes - basis @ taste_mean).T)),
        hidden_root=_root(uncertain),
    )
    fans = today.shift_to_share(fans, titles, rng)
    fitted = habits.fit(scored, np.column_stack([basis, tastes]), model, rng, progress)
    return cut_like(scored, Population(fans, fitted, np.zeros(9)), titles, model, rng)


def _expose(
    scored: Lists, watching: Lists, titles: Titles, rng: np.random.Generator, progress: Wrap
) -> tuple[exposure.Exposure, Floats]:
    """What is on lists, and the mean uncertainty (k, k) of the tastes of fans with scores."""
    n_items = len(titles.years)
    lists = joined([scored, watching])
    items = np.flatnonzero(np.bincount(lists.items, minlength=n_items) >= exposure.FEWEST_LISTS)
    place = np.full(n_items, -1)
    place[items] = np.arange(len(items))
    kept = place[lists.items] >= 0
    watched = np.zeros((lists.n_fans, len(items)), dtype=bool)
    watched[lists.fans[kept], place[lists.items[kept]]] = True
    last = np.zeros(scored.n_fans, np.int64)
    np.maximum.at(last, scored.fans, titles.years[scored.items])
    eras = np.concatenate([(last > _READ).astype(int), np.full(watching.n_fans, len(_ENDS))])
    possible = np.stack([*(titles.years <= end for end in _ENDS), np.ones(n_items, bool)])
    observed = exposure.Observed(watched, eras, possible[:, items], titles.recent[items])
    fitted = exposure.fit(observed, rng, progress=progress)
    exposed = exposure.place(fitted, observed, titles, items)
    # What is on hardly any real list is on no simulated one, unless it came after most of the lists.
    exposed.bias[:, (place < 0) & ~titles.recent] = -np.inf
    if watching.n_fans:  # the watching lists' bias is for their fans' mean taste
        tastes = np.split(fitted.tastes, [scored.n_fans])
        exposed.bias[exposure.WATCHING] += exposed.factors @ (tastes[1].mean(axis=0) - tastes[0].mean(axis=0))
    some = rng.permutation(scored.n_fans)[:_UNCERTAIN]
    return exposed, exposure.uncertainty(fitted, observed, some)


def cut_like(lists: Lists, fitted: Population, titles: Titles, model: SVD, rng: np.random.Generator) -> Population:
    """Set the cuts of `fitted`, so that each score is as frequent as in `lists`.

    The cuts stretch the scale, which would make the deviation of each fan's scores too large; so the noise is changed,
    by the secant method, until the median deviation is that of the real fans.
    """
    counts = np.bincount(lists.scores, minlength=11)[1:]
    shares = np.cumsum(counts)[:-1] / counts.sum()
    real = _median_deviation(lists.fans, lists.scores, lists.n_fans)
    drawn = today.draw(fitted.fans, fitted.habits, titles, _FANS_FOR_CUTS, rng)
    drawn = drawn.rows(drawn.scored)
    seed = int(rng.integers(2**63))  # the same draws each time, so that only the noise differs

    def cut(change: float) -> tuple[Population, float]:
        """The population with `change` added to the log of all variances, and its excess deviation in logs."""
        noisy = replace(fitted, habits=fitted.habits.noisier(change))
        continuous = _score(noisy, model, drawn, np.random.default_rng(seed))
        cuts = np.quantile(continuous, shares)
        deviation = _median_deviation(drawn.fans, 1 + np.searchsorted(cuts, continuous), _FANS_FOR_CUTS)
        return replace(noisy, cuts=cuts), float(np.nan_to_num(np.log(deviation / real)))

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
    deviations = moments(fans, scores, n_fans, ENOUGH)[1]
    return float(np.median(np.maximum(deviations, 1e-3))) if len(deviations) else np.nan


def draw(population: Population, titles: Titles, model: SVD, n_fans: int, rng: np.random.Generator) -> Lists:
    """Draw `n_fans` lists, each with more than ten ratings or without any."""
    parts: list[Lists] = []
    while (missing := n_fans - sum(part.n_fans for part in parts)) > 0:
        tried = missing + missing // 4 + 10
        drawn = today.draw(population.fans, population.habits, titles, tried, rng)
        scores = np.zeros(len(drawn.fans), np.uint8)
        continuous = _score(population, model, drawn, rng)[drawn.scored]
        scores[drawn.scored] = 1 + np.searchsorted(population.cuts, continuous)
        lists = Lists(drawn.fans, drawn.items, scores, drawn.statuses, tried)
        given = np.bincount(drawn.fans, drawn.scored, tried)
        enough = np.flatnonzero((given >= MIN_RATINGS) | ((given == 0) & drawn.silent))
        parts.append(lists.take(enough[:missing]))
    return joined(parts)


def _score(population: Population, model: SVD, drawn: Drawn, rng: np.random.Generator) -> Floats:
    """Continuous scores of all rows."""
    mean, deviation = population.habits.spread
    variance = np.exp(mean + deviation * drawn.spread)
    expected = model.base[drawn.items] + np.einsum(
        "ij,ij->i", model.factors[drawn.items], drawn.z[drawn.fans].astype(np.float32)
    )
    noise = np.sqrt(model.noise[drawn.items] * variance[drawn.fans])
    return expected + noise * rng.normal(size=len(drawn.items))


def _root(covariance: Floats) -> Floats:
    return np.linalg.cholesky(covariance + 1e-6 * np.eye(len(covariance)))
