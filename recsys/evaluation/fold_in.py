"""Prediction error and interval coverage for held-out fans by number of known ratings, and fold-in by plain ridge
regression, the baseline for the fitted fans' prior."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.holdout.metrics import rmse, standard_error
from recsys.holdout.reveal import FanLists
from recsys.models import svd as serving
from recsys.models.base import Model
from recsys.training.calibration import calibrate, no_band
from recsys.training.svd import SVD

#: Numbers of known ratings.
COUNTS = (0, 1, 3, 5, 10, 20, 50)
#: Penalties of the ridge regression that are tried.
PENALTIES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
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


def ridge_model(svd: SVD, rated: NDArray[np.intp], item_ids: NDArray[np.int64], penalty: float) -> serving.SVD:
    """Make a serving SVD whose fold-in minimises the squared error plus `penalty` · (b_u² + |p_u|²): the posterior mean
    under the prior N(0, I / penalty) and noise of variance 1. `rated` (n,) are positions of titles with ratings,
    `item_ids` (n,) their ids."""
    rows = svd.item_rows[rated]
    factors = np.column_stack([np.ones(len(rows)), svd.qi[rows]]) / np.sqrt(penalty)
    base = (svd.global_mean + svd.bi[rows]).astype(np.float32)
    noise = np.ones(len(rows), np.float32)
    return serving.SVD(item_ids, base, factors.astype(np.float32), noise, no_band(), fan_dof=10.0)


def best_ridge(
    svd: SVD, rated: NDArray[np.intp], item_ids: NDArray[np.int64], fans: FanLists
) -> tuple[float, serving.SVD]:
    """Choose the penalty with the lowest RMSE on `fans`, averaged over numbers of known ratings; also its model."""

    def error(penalty: float) -> float:
        return float(np.mean([row.rmse for row in figures(ridge_model(svd, rated, item_ids, penalty), fans)]))

    penalty = min(PENALTIES, key=error)
    plain = ridge_model(svd, rated, item_ids, penalty)
    band = calibrate(plain, plain.variance, fans)
    return penalty, serving.SVD(plain.item_ids, plain.base, plain.factors, plain.noise, band, fan_dof=10.0)
