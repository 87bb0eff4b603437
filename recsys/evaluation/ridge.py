"""Fold-in by plain ridge regression, the baseline for the fitted fans' prior."""

import numpy as np
from numpy.typing import NDArray

from recsys.evaluation.fold_in import figures
from recsys.holdout.reveal import FanLists
from recsys.models import svd as serving
from recsys.training.calibration import calibrate, no_band
from recsys.training.svd import SVD

#: Penalties tried.
PENALTIES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)


def model(svd: SVD, rated: NDArray[np.intp], item_ids: NDArray[np.int64], penalty: float) -> serving.SVD:
    """Make a serving SVD whose fold-in minimises the squared error plus `penalty` · (b_u² + |p_u|²): the posterior mean
    under the prior N(0, I / penalty) and noise of variance 1. `rated` (n,) are positions of titles with ratings,
    `item_ids` (n,) their ids."""
    rows = svd.item_rows[rated]
    factors = np.column_stack([np.ones(len(rows)), svd.qi[rows]]) / np.sqrt(penalty)
    base = (svd.global_mean + svd.bi[rows]).astype(np.float32)
    noise = np.ones(len(rows), np.float32)
    return serving.SVD(item_ids, base, factors.astype(np.float32), noise, no_band(), fan_dof=10.0)


def best(svd: SVD, rated: NDArray[np.intp], item_ids: NDArray[np.int64], fans: FanLists) -> tuple[float, serving.SVD]:
    """Choose the penalty with the lowest RMSE on `fans`, averaged over numbers of known ratings; also its model."""
    errors = {
        penalty: np.mean([row.rmse for row in figures(model(svd, rated, item_ids, penalty), fans)])
        for penalty in PENALTIES
    }
    penalty = min(errors, key=lambda candidate: errors[candidate])
    plain = model(svd, rated, item_ids, penalty)
    band = calibrate(plain, plain.variance, fans)
    return penalty, serving.SVD(plain.item_ids, plain.base, plain.factors, plain.noise, band, fan_dof=10.0)
