"""How well a fan is inferred from few ratings, and whether the 80% bands keep their word."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from recsys.holdout.metrics import rmse, standard_error
from recsys.holdout.reveal import FanLists
from recsys.models.base import Model

#: Numbers of known ratings.
COUNTS = (0, 1, 3, 5, 10, 20, 50)
#: A score counts as covered up to this far outside the band: ends are computed, scores are whole numbers.
_ROUNDING = 1e-6


@dataclass(frozen=True)
class FoldInFigures:
    """A model told `known` ratings of each of `fans`: the RMSE of their `scores` hidden scores, the share that the 80%
    band covered, its standard error over fans, and its mean width in points."""

    known: int
    fans: int
    scores: int
    rmse: float
    coverage: float
    coverage_error: float
    width: float


def figures(model: Model, fans: FanLists, counts: Iterable[int] = COUNTS) -> Iterator[FoldInFigures]:
    """For each of `counts`, over the fans with more ratings than that; without bands for `counts` that leave none."""
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
        # Every score counts once; fans differ, so the standard error is that of a ratio of sums over fans.
        sizes, hits = np.array([len(c) for c in covered]), np.array([c.sum() for c in covered])
        coverage = hits.sum() / sizes.sum()
        error = standard_error((hits - coverage * sizes) / sizes.mean()) if len(sizes) > 1 else math.nan
        width = float(np.concatenate(widths).mean())
        yield FoldInFigures(known, len(sizes), int(sizes.sum()), errors, float(coverage), error, width)
