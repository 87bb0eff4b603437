"""Titles that nobody rated, in SVD's terms: the base and factors that rated titles like them have."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.models.svd import SVD
from recsys.training.calibration import no_band


@dataclass(frozen=True)
class ColdConfig:
    """How titles' parameters are predicted from their content."""

    #: Regularisation, in titles; a title counts by its ratings up to `enough`.
    ridge: float = 10.0
    enough: float = 50.0
    #: What rated titles of the same franchise have beyond their content is drawn towards none by so many titles.
    franchise_shrink: float = 1.0
    #: Factors that the hybrid keeps of SVD's, the strongest combinations.
    n_factors: int = 96


def extend(
    svd: SVD,
    counts: NDArray[np.int64],
    item_ids: NDArray[np.int64],
    content: NDArray[np.float32],
    franchises: NDArray[np.int64],
    config: ColdConfig,
) -> tuple[SVD, NDArray[np.bool_]]:
    """`svd` for all of `item_ids` (n_items,) with `content` (n_items, n_features), in fewer factors, and which it
    had (n_items,). `counts` (svd.n_items,) are its titles' ratings. A title without ratings also takes what its rated
    relatives (`franchises` (n_items,), equal numbers) have beyond their content.

    Factors are turned into their principal directions, which leaves the fan's prior N(0, I) as it is; what the dropped
    ones explained is added to the titles' noise, and so is, for a title without ratings, what its content leaves open.
    """
    places = np.searchsorted(svd.item_ids, item_ids).clip(max=svd.n_items - 1)
    rated = svd.item_ids[places] == item_ids
    weight = np.sqrt(counts / max(counts.mean(), 1.0))[:, None]
    # The first column, the fan's general level, stays by itself.
    taste = svd.factors[:, 1:].astype(np.float64)
    _, vectors = np.linalg.eigh((weight * taste).T @ (weight * taste))
    kept = taste @ vectors[:, ::-1][:, : config.n_factors]
    lost = np.square(taste).sum(axis=1) - np.square(kept).sum(axis=1)
    known = np.column_stack([svd.base, svd.factors[:, :1], kept])
    placed = places[rated]
    features = np.column_stack([np.ones(len(item_ids)), content]).astype(np.float64)
    share = np.minimum(counts[placed], config.enough)[:, None] / config.enough
    x = features[rated]
    penalty = config.ridge * np.eye(features.shape[1])
    penalty[0, 0] = 1e-6
    learned = np.linalg.solve(x.T @ (share * x) + penalty, x.T @ (share * known[placed]))
    parameters = features @ learned
    unsaid = known[placed] - parameters[rated]
    open_ = float((share * np.square(unsaid)).sum() / share.sum())
    groups = np.unique(franchises, return_inverse=True)[1]
    summed, sizes = (
        np.zeros((groups.max() + 1, known.shape[1])),
        np.bincount(groups[rated], share[:, 0], groups.max() + 1),
    )
    np.add.at(summed, groups[rated], share * unsaid)
    parameters += (summed / (sizes + config.franchise_shrink)[:, None])[groups]
    parameters[rated] = known[placed]
    noise = np.full(len(item_ids), svd.noise.mean() + lost.mean() + open_)
    noise[rated] = (svd.noise + np.maximum(lost, 0))[placed]
    factors = parameters[:, 1:].astype(np.float16).astype(np.float32)
    base = parameters[:, 0].astype(np.float32)
    return SVD(item_ids, base, factors, noise.astype(np.float32), no_band(), svd.config["fan_dof"]), rated
