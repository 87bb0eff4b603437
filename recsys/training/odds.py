"""Learns the chances of high and of low scores on validation fans, by logistic regression on the prediction's distance
from the bound."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from recsys.holdout.reveal import FanLists
from recsys.models.base import Floats, Model
from recsys.models.odds import HIGH, LOW, PLAIN, Odds, Weights, distances, terms
from recsys.training.calibration import COUNTS

#: Fewer hidden scores, or fewer on either side of a bound, leave the chances as the band alone gives them.
_MIN_SCORES, _MIN_EACH = 500, 50
_RIDGE = 1e-3


def fit(model: Model, fans: FanLists) -> Odds:
    """The odds of `model` that fit the hidden scores of `fans` at all of `COUNTS` known ratings."""
    rows = list(_rows(model, fans))
    if sum(len(scores) for *_, scores in rows) < _MIN_SCORES:
        return PLAIN
    predicted, low, high, scores = (np.concatenate(column).astype(np.float64) for column in zip(*rows, strict=True))
    return Odds(
        _weights(distances(predicted, low, high, HIGH - 0.5), scores >= HIGH, PLAIN.high),
        _weights(distances(predicted, low, high, LOW + 0.5), scores <= LOW, PLAIN.low),
    )


def _rows(model: Model, fans: FanLists) -> Iterator[tuple[NDArray, NDArray, NDArray, NDArray]]:
    """Predictions, both ends of the band, and scores of each fan's hidden titles."""
    for k in COUNTS:
        for reveal in fans.reveal(k):
            fan = reveal.fold_in(model)
            low, high = model.band(fan, reveal.hidden_items)
            yield model.predict(fan)[reveal.hidden_items], low, high, reveal.hidden_scores


def _weights(distance: NDArray, happened: NDArray[np.bool_], usual: Weights) -> Weights:
    """Weights of the three terms; of the first two, if the chance would not rise or fall throughout with the third."""
    if min(np.count_nonzero(happened), np.count_nonzero(~happened)) < _MIN_EACH:
        return usual
    x = terms(distance)
    for columns in (3, 2):
        weights = tuple(float(value) for value in np.append(_regression(x[:, :columns], happened), 0.0)[:3])
        try:
            Odds(**{"high" if usual[1] > 0 else "low": weights})
        except ValueError:
            continue
        return weights
    return usual


def _regression(x: Floats, happened: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Logistic regression of `happened` (n,) on `x` (n, m) by Newton's method (Hastie et al. 2009, sec. 4.4.1)."""
    weights = np.zeros(x.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        slope = x.T @ (happened - chance) - _RIDGE * weights
        curve = (x * (chance * (1 - chance))[:, None]).T @ x + _RIDGE * np.eye(len(weights))
        step = np.linalg.solve(curve, slope)
        weights += step
        if np.abs(step).max() < 1e-9:
            break
    return weights
