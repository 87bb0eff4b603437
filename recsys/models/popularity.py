"""The baseline: everybody's mean score of a title, shifted by the fan's average score."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from recsys.models.band import Band
from recsys.models.base import Fan, Floats, Items, Model, Statuses, check_shape, clip


@dataclass(frozen=True)
class PopularityFan(Fan):
    """`effects` (n,): what each rating adds to every prediction."""

    effects: NDArray[np.float64]

    @property
    def offset(self) -> float:
        return float(self.effects.sum())


class Popularity(Model[PopularityFan]):
    """Damped title means and a shrunken fan offset (Koren & Bell 2011, Advances in Collaborative Filtering, sec. 3.1).

    With the mean mu of all ratings: mean_i = mu + sum over raters of (r - mu) / (item_damping + n_i), and for the fan
    offset = sum over ratings of (r - mean_i) / (fan_damping + n). Predicted score: mean_i + offset. A fan who has rated
    nothing gets the damped means. Titles are ordered by their number of raters.

    Attributes: `item_ids`, `raters` and `means` (n_items,); `variances` (n_items,) of scores about the prediction for a
    fan whose offset is known.
    """

    name: ClassVar[str] = "popularity"
    label: ClassVar[str] = "Popularity"

    def __init__(
        self,
        item_ids: NDArray[np.int64],
        raters: NDArray[np.int64],
        means: NDArray[np.float32],
        variances: NDArray[np.float32],
        band: Band,
        fan_damping: float,
    ) -> None:
        self.item_ids, self.raters, self.means, self.variances = item_ids, raters, means, variances
        self._band, self._fan_damping = band, float(fan_damping)
        self._log_raters = np.log1p(raters.astype(np.float64))

    def fold_in(self, items: Items, scores: Floats, seen: Items, statuses: Statuses | None = None) -> PopularityFan:
        scores = np.asarray(scores, np.float64)
        return PopularityFan(items, scores, seen, (scores - self.means[items]) / (self._fan_damping + len(items)))

    def predict(self, fan: PopularityFan) -> Floats:
        return clip(self.means + fan.offset)

    def variance(self, fan: PopularityFan, items: Items) -> Floats:
        """Variance (len(items),) of scores about the prediction: the title's, and that of the fan's offset."""
        unknown = 1 / (self._fan_damping + len(fan.items))
        return self.variances[items] * (1 + unknown)

    def band(self, fan: PopularityFan, items: Items) -> tuple[Floats, Floats]:
        return self._band.ends(len(fan.items), clip(self.means[items] + fan.offset), np.sqrt(self.variance(fan, items)))

    def explain(self, fan: PopularityFan, item: int) -> tuple[float, Floats]:
        return float(self.means[item]), np.append(fan.effects, np.zeros(len(fan.seen)))

    def left_out(self, fan: PopularityFan) -> tuple[Floats, Floats, Floats]:
        known, others = self._fan_damping + len(fan.items), max(len(fan.items) - 1, 0)
        expected = clip(self.means[fan.items] + (fan.offset - fan.effects) * known / (known - 1))
        variance = self.variances[fan.items] * (1 + 1 / (self._fan_damping + others))
        return expected, *self._band.ends(others, expected, np.sqrt(variance))

    def similarity(self, item: int) -> Floats:
        """exp(-distance), where the distance is that of the numbers of raters (in logs) plus that of the means."""
        apart = np.abs(self._log_raters - self._log_raters[item]) + np.abs(self.means - self.means[item])
        return np.exp(-apart)

    def watch(self, fan: PopularityFan) -> Floats:
        """log(1 + raters)."""
        return self._log_raters

    def to_arrays(self) -> dict[str, NDArray]:
        return {
            "item_ids": self.item_ids.astype(np.int32),
            "raters": self.raters.astype(np.int32),
            "means": self.means,
            "variances": self.variances,
            **self._band.to_arrays(),
        }

    @property
    def config(self) -> dict[str, Any]:
        return {"fan_damping": self._fan_damping}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray], config: Mapping[str, Any]) -> Self:
        item_ids, raters = arrays["item_ids"].astype(np.int64), arrays["raters"].astype(np.int64)
        means, variances = arrays["means"].astype(np.float32), arrays["variances"].astype(np.float32)
        for name, array in (("item_ids", item_ids), ("raters", raters), ("means", means), ("variances", variances)):
            check_shape(name, array, len(item_ids))
        if (np.diff(item_ids) <= 0).any():
            raise ValueError("item_ids does not ascend")
        if (variances <= 0).any() or (raters < 0).any():
            raise ValueError("variances are positive and raters not negative, but a value is not")
        fan_damping = float(config["fan_damping"])
        if not fan_damping > 0:
            raise ValueError("fan_damping is not positive")
        return cls(item_ids, raters, means, variances, Band.from_arrays(arrays), fan_damping)
