"""A sparse linear model of watching at serving time: title-to-title weights."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recsys.models.base import Floats, Items
from recsys.models.fan_net import watch_weights


@dataclass(frozen=True)
class SparseLinear:
    """score_j = base_j + sum over the n rated titles of w_i B_ij / sqrt(n), with w from `watch_weights`.

    Each title keeps its largest weights only: `targets` (n_rows, n_kept) uint16 positions and `values` (n_rows, n_kept)
    float16. `rows` (n_items,) is a title's row in them, -1 for a title without weights. `base` (n_items,) float32.
    """

    rows: NDArray[np.intp]
    base: NDArray[np.float32]
    targets: NDArray[np.uint16]
    values: NDArray[np.float16]

    def watch(self, items: Items, scores: Floats) -> NDArray[np.float32]:
        """(n_items,)"""
        rows = self.rows[items]
        known = rows >= 0
        if not known.any():
            return self.base
        weights = watch_weights(scores)[known] / np.float32(math.sqrt(len(items)))
        pulls = self.values[rows[known]].astype(np.float32) * weights[:, None]
        summed = np.bincount(self.targets[rows[known]].ravel(), pulls.ravel(), minlength=len(self.base))
        return self.base + summed.astype(np.float32)

    def to_arrays(self) -> dict[str, NDArray]:
        names = ("base", "targets", "values")
        return {f"linear_{name}": getattr(self, name) for name in names} | {"linear_rows": self.rows.astype(np.int32)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray]) -> Self:
        """Raises KeyError or ValueError unless the four arrays are there and fit together."""
        rows, base, targets, values = (arrays[f"linear_{name}"] for name in ("rows", "base", "targets", "values"))
        if targets.dtype != np.uint16 or targets.shape != values.shape or rows.shape != base.shape:
            raise ValueError("linear_base, linear_targets and linear_values do not fit together")
        if (targets.size and targets.max() >= len(base)) or (
            rows.size and not -1 <= rows.min() <= rows.max() < len(values)
        ):
            raise ValueError("linear_targets or linear_rows names a title that is not there")
        return cls(rows.astype(np.intp), base.astype(np.float32), targets, values.astype(np.float16))
