"""Calibrates prediction intervals on held-out fans: quantiles of standardised errors by number of known ratings."""

from collections.abc import Callable
from typing import Any

import numpy as np

from recsys.holdout.metrics import rmse
from recsys.holdout.reveal import FanLists
from recsys.models.band import Band
from recsys.models.base import F, Floats, Items, Model

#: Numbers of known ratings at which bands are calibrated.
COUNTS = (0, 1, 2, 3, 5, 10, 20, 50, 100, 200, 500)
_MIN_SCORES = 500


def no_band() -> Band:
    """The band of a model before calibration: plus and minus one standard deviation."""
    return Band(np.zeros(1), -np.ones(1), np.ones(1))


def calibrate(model: Model[F], variance: Callable[[F, Items], Floats], fans: FanLists, share: float = 0.8) -> Band:
    """Fit the band that covers `share` of the hidden scores of `fans` at each of `COUNTS`, with equal tails.

    `variance(fan, items)` is the model's own. Counts with fewer than 500 hidden scores are left out.
    """
    counts, lows, highs = [], [], []
    for k in COUNTS:
        errors = []
        for reveal in fans.reveal(k):
            fan = reveal.fold_in(model)
            centre = model.predict(fan)[reveal.hidden_items]
            errors.append((reveal.hidden_scores - centre) / np.sqrt(variance(fan, reveal.hidden_items)))
        if sum(map(len, errors)) < _MIN_SCORES and counts:
            break
        low, high = np.quantile(np.concatenate(errors), [(1 - share) / 2, (1 + share) / 2])
        counts.append(k)
        lows.append(low)
        highs.append(high)
    return Band(np.array(counts, float), np.array(lows), np.array(highs))


def errors_by_count(model: Model, fans: FanLists) -> dict[str, Any]:
    """RMSE of the hidden scores of `fans` at each number of known ratings, for a model's description."""
    result = {}
    for k in (0, 1, 5, 20, 50):
        pairs = [(model.predict(r.fold_in(model))[r.hidden_items], r.hidden_scores) for r in fans.reveal(k)]
        if pairs:
            predicted, actual = (np.concatenate(column) for column in zip(*pairs, strict=True))
            result[str(k)] = round(rmse(predicted, actual), 4)
    return {"validation_rmse_by_known_ratings": result}
