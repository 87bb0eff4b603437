"""Learns the chances of high and of low scores on validation fans, by logistic regression on the prediction's distance
from the bound."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from recsys.holdout.reveal import FanLists
from recsys.models.base import Model
from recsys.models.odds import HIGH, KNOTS, LOW, PLAIN, LogOdds, Odds, distances
from recsys.training import calibration

#: With fewer known ratings the errors have another distribution, and few lists are so short.
COUNTS = tuple(k for k in calibration.COUNTS if k >= 3)
#: Random orders of each fan's list. The bands were calibrated on the first: fitted to it alone, the chances are wrong
#: for other known ratings of the same fans.
DRAWS = 5
#: Fewer hidden scores, or fewer on either side of a bound, leave the chances as the band alone gives them.
_MIN_SCORES, _MIN_EACH = 500, 50
_RIDGE = 1.0


def fit(model: Model, fans: FanLists) -> Odds:
    """The odds of `model` that fit the hidden scores of `fans` at all of `COUNTS` known ratings."""
    rows = list(_rows(model, fans))
    if sum(len(scores) for *_, scores in rows) < _MIN_SCORES:
        return PLAIN
    predicted, low, high, scores = (np.concatenate(column).astype(np.float64) for column in zip(*rows, strict=True))
    return Odds(
        _log_odds(distances(predicted, low, high, HIGH - 0.5), scores >= HIGH, PLAIN.high),
        _log_odds(distances(predicted, low, high, LOW + 0.5), scores <= LOW, PLAIN.low),
    )


def _rows(model: Model, fans: FanLists) -> Iterator[tuple[NDArray, NDArray, NDArray, NDArray]]:
    """Predictions, both ends of the band, and scores of each fan's hidden titles."""
    for draw in range(DRAWS):
        lists = fans.shuffled(draw)
        for k in COUNTS:
            for reveal in lists.reveal(k):
                fan = reveal.fold_in(model)
                low, high = model.band(fan, reveal.hidden_items)
                yield model.predict(fan)[reveal.hidden_items], low, high, reveal.hidden_scores


def _log_odds(distance: NDArray, happened: NDArray[np.bool_], usual: LogOdds) -> LogOdds:
    """Log-odds at `KNOTS` by logistic regression of `happened` (n,) on `distance` (n,), which rise, or fall, throughout
    as `usual` does, and are drawn to it where there are few scores."""
    if min(np.count_nonzero(happened), np.count_nonzero(~happened)) < _MIN_EACH:
        return usual
    x, at_knots = _ways(distance), _ways(np.array(KNOTS))
    prior = np.append(0, np.diff(usual) / np.diff(KNOTS))

    def loss(weights: NDArray) -> tuple[float, NDArray]:
        log_odds = weights[0] + x @ weights[1:]
        wrong = expit(log_odds) - happened
        away = weights - prior
        value = np.logaddexp(0, log_odds).sum() - log_odds[happened].sum() + _RIDGE / 2 * away @ away
        return value / len(x), (np.append(wrong.sum(), wrong @ x) + _RIDGE * away) / len(x)

    rises = usual[-1] > usual[0]
    bounds = [(None, None), *[(0, None) if rises else (None, 0)] * x.shape[1]]
    found = minimize(loss, prior, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-12, "gtol": 1e-8})
    return tuple(round(float(value), 4) for value in found.x[0] + at_knots @ found.x[1:])


def _ways(z: NDArray) -> NDArray:
    """How much of the way from 0 to each of `z` (n,) lies between each two knots, (n, n_knots - 1). With a slope for
    each, log-odds are linear between knots: f(z) = f(0) + ways · slopes."""
    start, end = np.array(KNOTS[:-1]), np.array(KNOTS[1:])
    return np.clip(z[:, None], start, end) - np.clip(0, start, end)
