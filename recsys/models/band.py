"""Error bands: quantiles of held-out scores less predictions, in standard deviations, by number of known ratings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recsys.models.base import Floats, clip


@dataclass(frozen=True)
class Band:
    """Quantiles of standardised errors, (score - prediction) / sd, on fans that training never saw.

    `counts` (m,) ascending numbers of known ratings; `low` and `high` (m,) the quantiles at each, interpolated between
    them in log(1 + count). As scores are clipped integers, the two differ in size.
    """

    counts: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def ends(self, n_ratings: int, centre: Floats, sd: Floats) -> tuple[Floats, Floats]:
        """Low and high ends around `centre` (m,), the predicted scores, whose standard deviations are `sd` (m,)."""
        at, knots = np.log1p(n_ratings), np.log1p(self.counts)
        low = clip(centre + np.interp(at, knots, self.low) * sd)
        high = clip(centre + np.interp(at, knots, self.high) * sd)
        return np.minimum(low, centre), np.maximum(high, centre)

    def to_arrays(self) -> dict[str, NDArray]:
        return {"band_counts": self.counts, "band_low": self.low, "band_high": self.high}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray]) -> Self:
        """Raises KeyError or ValueError unless the three arrays are there, of one length, with ascending counts."""
        counts, low, high = (np.asarray(arrays[f"band_{name}"], np.float64) for name in ("counts", "low", "high"))
        if counts.ndim != 1 or not len(counts) or not counts.shape == low.shape == high.shape:
            raise ValueError("band_counts, band_low and band_high are of different lengths")
        if (np.diff(counts) <= 0).any() or counts[0] < 0 or (low > high).any():
            raise ValueError("band_counts does not ascend, or a band's low end is above its high end")
        return cls(counts, low, high)
