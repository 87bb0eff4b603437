"""Gradient-boosted regression trees at serving time, in numpy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recsys.models.base import check_shape

#: Leaves that a tree may have: one for each bit of a mask.
MOST_LEAVES = 16


@dataclass(frozen=True)
class Trees:
    """The sum of trees with at most `MOST_LEAVES` leaves.

    The form of QuickScorer (Lucchese et al. 2015): a tree's leaves are numbered from left to right. A split whose
    feature is above its threshold goes right, and so rules out the leaves on its left, the zeros of its mask. The first
    leaf that no split rules out is the tree's. All splits of all trees can then be compared at once.

    `features` (n_trees, n_splits) uint8, `thresholds` (n_trees, n_splits) float32, `masks` (n_trees, n_splits) uint16
    and `values` (n_trees, MOST_LEAVES) float32. A split that a tree does not have has a mask that rules out nothing.
    """

    features: NDArray[np.uint8]
    thresholds: NDArray[np.float32]
    masks: NDArray[np.uint16]
    values: NDArray[np.float32]

    @classmethod
    def none(cls) -> Self:
        """No tree."""
        splits = (0, 1)
        values = np.zeros((0, MOST_LEAVES), np.float32)
        return cls(np.zeros(splits, np.uint8), np.zeros(splits, np.float32), np.zeros(splits, np.uint16), values)

    def predict(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """The sums (n,) for `x` (n, n_features)."""
        right = x.T.take(self.features, axis=0) > self.thresholds[..., None]  # (n_trees, n_splits, n)
        ruled_out = np.bitwise_or.reduce(right * ~self.masks[..., None], axis=1)
        leaves = np.bitwise_count(((ruled_out + np.uint16(1)) & ~ruled_out) - np.uint16(1))  # the lowest 0's place
        first = MOST_LEAVES * np.arange(len(self.values))[:, None]
        return self.values.ravel().take(first + leaves).sum(axis=0)

    def to_arrays(self, prefix: str) -> dict[str, NDArray]:
        return {f"{prefix}_{name}": getattr(self, name) for name in ("features", "thresholds", "masks", "values")}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray], prefix: str, n_features: int) -> Self:
        """Raises KeyError or ValueError unless the arrays are there and fit together."""
        features, thresholds, masks, values = (
            arrays[f"{prefix}_{name}"] for name in ("features", "thresholds", "masks", "values")
        )
        if features.ndim != 2 or features.dtype != np.uint8 or masks.dtype != np.uint16:
            raise ValueError(f"{prefix}_features or {prefix}_masks is of the wrong type or shape")
        check_shape(f"{prefix}_thresholds", thresholds, *features.shape)
        check_shape(f"{prefix}_masks", masks, *features.shape)
        check_shape(f"{prefix}_values", values, len(features), MOST_LEAVES)
        if not features.size or features.max() >= n_features:
            raise ValueError(f"{prefix}_features is empty, or names a feature that is not there")
        if not (masks >> (MOST_LEAVES - 1)).all():
            raise ValueError(f"{prefix}_masks rules out the last leaf")
        return cls(features, thresholds.astype(np.float32), masks, values.astype(np.float32))
