"""Turns fitted factors into the serving SVD, and places titles without ratings by their content and franchise."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.models.svd import SVD
from recsys.training.calibration import no_band
from recsys.training.regression_factors import Factors


@dataclass(frozen=True)
class ColdConfig:
    """How titles without ratings are placed, and the prior on a fan's own variance."""

    #: From this many ratings on, a title counts in full for its relatives.
    enough: float = 50.0
    #: Titles at a zero deviation from content that are added to a franchise's mean deviation (shrinkage).
    franchise_shrink: float = 1.0
    #: Degrees of freedom of the prior on a fan's own variance.
    fan_dof: float = 10.0


def to_serving_svd(
    factors: Factors,
    item_ids: NDArray[np.int64],
    counts: NDArray[np.int64],
    franchises: NDArray[np.int64],
    config: ColdConfig,
) -> SVD:
    """Convert `factors` to the serving SVD, whose fans have the prior N(0, I); factors are rounded to float16.

    `counts` (n_items,) are the numbers of ratings. A title without any is placed by its content, plus the mean
    deviation of its rated relatives (equal numbers in `franchises` (n_items,)) from theirs. The uncertainty of a
    title's parameters, for a fan drawn from the prior, is added to its noise.
    """
    titles = factors.titles.astype(np.float64)
    rated = counts > 0
    share = np.minimum(counts, config.enough)[:, None] / config.enough
    groups = np.unique(franchises, return_inverse=True)[1]
    summed = np.zeros((groups.max() + 1, titles.shape[1]))
    np.add.at(summed, groups, share * (titles - factors.title_prior))
    sizes = np.bincount(groups, share[:, 0])
    titles[~rated] += (summed / (sizes + config.franchise_shrink)[:, None])[groups[~rated]]
    base = titles[:, 0] + titles[:, 1:] @ factors.fan_mean
    directions = titles[:, 1:] @ np.linalg.cholesky(factors.fan_spread)
    # The prior is the same in every direction, so rotate: the first column becomes the fan's general level.
    level = (counts @ directions)[:, None]
    turn = np.linalg.qr(np.column_stack([level, np.eye(len(level))]))[0]
    directions = (directions @ turn).astype(np.float16).astype(np.float32)
    fan = np.append(1.0, factors.fan_mean)
    second = np.outer(fan, fan)
    second[1:, 1:] += factors.fan_spread
    uncertainty = np.einsum("ijk,jk->i", factors.title_covs, second.astype(np.float32))
    noise = (factors.noise + uncertainty).astype(np.float32)
    return SVD(item_ids, base.astype(np.float32), directions, noise, no_band(), config.fan_dof)
