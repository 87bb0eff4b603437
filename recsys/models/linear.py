"""A sparse linear model of watching at serving time: title-to-title weights."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recsys.models.base import Floats, Items, to_float32


@dataclass(frozen=True)
class SparseLinear:
    """score_j = base_j + era * era_base_j + sum over the n titles begun of w_i B_ij / sqrt(n).

    Each title keeps its largest weights only: `targets` (n_rows, n_kept) uint16 positions in `titles`, and `values`
    (n_rows, n_kept) float16. `titles` (n_rows,) are the positions that have weights and scores, `base` and `era_base`
    (n_rows,) float32. `rows` (n_items,) is a title's row in them, -1 for a title without.
    """

    titles: NDArray[np.intp]
    rows: NDArray[np.intp]
    base: NDArray[np.float32]
    era_base: NDArray[np.float32]
    targets: NDArray[np.uint16]
    values: NDArray[np.float16]

    @classmethod
    def of(
        cls, n_items: int, titles: NDArray, base: NDArray, era_base: NDArray, targets: NDArray, values: NDArray
    ) -> Self:
        rows = np.full(n_items, -1)
        rows[titles] = np.arange(len(titles))
        return cls(titles.astype(np.intp), rows, base, era_base, targets, values)

    def scores(self, items: Items, weights: Floats, era: float) -> NDArray[np.float32]:
        """Scores (n_rows,) of `titles` for a fan who began `items` (n,), with `weights` (n,); `era` in 0..1 is how much
        of the list is recent."""
        scores = (self.base + era * self.era_base).astype(np.float32)
        rows = self.rows[items]
        known = rows >= 0
        if known.any():
            scaled = (np.asarray(weights)[known] / math.sqrt(len(items))).astype(np.float32)
            pulls = to_float32(self.values.take(rows[known], axis=0))
            pulls *= scaled[:, None]
            targets = self.targets.take(rows[known], axis=0)
            summed = np.bincount(targets.ravel(), pulls.ravel(), minlength=len(self.base))
            scores += summed.astype(np.float32)
        return scores

    def pulls(self, items: Items, weights: Floats, wanted: Items) -> NDArray[np.float32]:
        """What each of `items` (n,) adds to the scores of the titles `wanted` (m,), (m, n)."""
        rows = self.rows[items]
        known = np.flatnonzero(rows >= 0)
        targets = self.targets.take(rows[known], axis=0)  # once for all that are wanted
        scaled = np.asarray(weights, np.float32) / np.float32(math.sqrt(max(len(items), 1)))
        result = np.zeros((len(wanted), len(items)), np.float32)
        for place, row in enumerate(self.rows[wanted].tolist()):
            if row >= 0:
                hits = np.flatnonzero(targets == row)  # few: only these are read and converted
                at, column = np.divmod(hits, max(self.targets.shape[1], 1))
                at = known[at]
                np.add.at(result[place], at, self.values[rows[at], column].astype(np.float32) * scaled[at])
        return result

    def moved(self, places: NDArray[np.intp], n_items: int) -> Self:
        """The same model when title i of `n_items` or fewer stands at `places[i]`."""
        rows = np.full(n_items, -1)
        rows[places[self.titles]] = np.arange(len(self.titles))
        return replace(self, titles=places[self.titles], rows=rows)

    def to_arrays(self, prefix: str) -> dict[str, NDArray]:
        names = ("base", "era_base", "targets", "values")
        return {f"{prefix}_{name}": getattr(self, name) for name in names} | {
            f"{prefix}_titles": self.titles.astype(np.int32)
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray], prefix: str, n_items: int) -> Self:
        """Raises KeyError or ValueError unless the arrays are there and fit together."""
        titles, base, era_base, targets, values = (
            arrays[f"{prefix}_{name}"] for name in ("titles", "base", "era_base", "targets", "values")
        )
        if targets.dtype != np.uint16 or targets.shape != values.shape or targets.ndim != 2:
            raise ValueError(f"{prefix}_targets and {prefix}_values do not fit together")
        if not len(titles) == len(base) == len(era_base) == len(targets):
            raise ValueError(f"{prefix}_titles, {prefix}_base and {prefix}_targets are of different lengths")
        if len(titles) and (titles.min() < 0 or titles.max() >= n_items or (np.diff(titles) <= 0).any()):
            raise ValueError(f"{prefix}_titles names a title that is not there, or does not ascend")
        if targets.size and targets.max() >= len(titles):
            raise ValueError(f"{prefix}_targets names a title that is not there")
        base, era_base = base.astype(np.float32), era_base.astype(np.float32)
        return cls.of(n_items, titles, base, era_base, targets, values.astype(np.float16))
