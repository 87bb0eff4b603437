"""Prediction error and interval coverage for held-out fans by number of known ratings."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from recsys.holdout.metrics import rmse, standard_error
from recsys.holdout.reveal import FanLists
from recsys.models.base import Model

#: Numbers of known ratings.
COUNTS = (0, 1, 3, 5, 10, 20, 50)
#: Tolerance for scores that equal an end of the band up to rounding.
_ROUNDING = 1e-6


@dataclass(frozen=True)
class FoldInFigures:
    """Figures at `known` ratings for `fans` fans with `scores` hidden scores: RMSE, the share of scores inside the 80%
    band, its standard error over fans, and the band's mean width in points."""

    known: int
    fans: int
    scores: int
    rmse: float
    coverage: float
    coverage_error: float
    width: float


def figures(model: Model, fans: FanLists, counts: Iterable[int] = COUNTS) -> Iterator[FoldInFigures]:
    """Measure at each of `counts`, over the fans with more ratings; stops at the first count without such a fan."""
    for known in counts:
        predicted, actual, covered, widths = [], [], [], []
        for reveal in fans.reveal(known):
            fan, hidden = reveal.fold_in(model), reveal.hidden_items
            low, high = model.band(fan, hidden)
            predicted.append(model.predict(fan)[hidden])
            actual.append(reveal.hidden_scores)
            covered.append((actual[-1] >= low - _ROUNDING) & (actual[-1] <= high + _ROUNDING))
            widths.append(high - low)
        if not predicted:
            return
        errors = rmse(np.concatenate(predicted), np.concatenate(actual))
        # Fans are the independent units: the standard error of a ratio of sums over fans.
        sizes, hits = np.array([len(c) for c in covered]), np.array([c.sum() for c in covered])
        coverage = hits.sum() / sizes.sum()
        error = standard_error((hits - coverage * sizes) / sizes.mean()) if len(sizes) > 1 else math.nan
        width = float(np.concatenate(widths).mean())
        yield FoldInFigures(known, len(sizes), int(sizes.sum()), errors, float(coverage), error, width)
