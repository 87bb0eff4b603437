"""Factors of all titles as serving takes them, with titles that nobody rated in the terms of those like them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.models.svd import SVD
from recsys.training.calibration import no_band
from recsys.training.regression_factors import Factors


@dataclass(frozen=True)
class ColdConfig:
    """How titles without ratings are placed, and how sure a fan's own variance is."""

    #: A title's ratings count in full for its relatives from so many on.
    enough: float = 50.0
    #: What rated titles of the same franchise have beyond their content is drawn towards none by so many titles.
    franchise_shrink: float = 1.0
    #: Degrees of freedom of the prior on a fan's own variance.
    fan_dof: float = 10.0


def served(
    factors: Factors,
    item_ids: NDArray[np.int64],
    counts: NDArray[np.int64],
    franchises: NDArray[np.int64],
    config: ColdConfig,
) -> SVD:
    """`factors` in SVD's form, in which fans have the prior N(0, I); half precision, as in its file.

    `counts` (n_items,) are the titles' ratings. A title without any is where its content puts it, moved by what its
    rated relatives (`franchises` (n_items,), equal numbers) have beyond their content. What is not known of a title's
    parameters is added to its noise, for a fan drawn from the prior.
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
    # The prior is the same in every direction: turn it so that the first column is the fan's general level.
    level = (counts @ directions)[:, None]
    turn = np.linalg.qr(np.column_stack([level, np.eye(len(level))]))[0]
    directions = (directions @ turn).astype(np.float16).astype(np.float32)
    fan = np.append(1.0, factors.fan_mean)
    second = np.outer(fan, fan)
    second[1:, 1:] += factors.fan_spread
    unsure = np.einsum("ijk,jk->i", factors.title_covs, second.astype(np.float32))
    noise = (factors.noise + unsure).astype(np.float32)
    return SVD(item_ids, base.astype(np.float32), directions, noise, no_band(), config.fan_dof)
