"""Odds: the chances that a fan gives a high or a low score, from the predicted score and its band."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from recsys.models.base import F, Floats, Items, Model

#: A high score is 8 or more, a low one 5 or less, on MyAnimeList's scale of whole points from 1 to 10.
HIGH, LOW = 8, 5
#: Half the width of an 80% interval of a normal distribution, in standard deviations.
_Z80 = 1.2816
#: The logistic function of 1.702 z is within 0.01 of the normal distribution function of z (Camilli 1994).
_LOGISTIC = 1.702
#: Distances beyond this many standard deviations count as this many; narrower bands count as this wide.
_FURTHEST, _NARROWEST = 6.0, 0.05

#: The three weights of `Odds`.
Weights = tuple[float, ...]


def distances(predicted: Floats, low: Floats, high: Floats, bound: float) -> Floats:
    """How far `predicted` (n,) lies above `bound`, in standard deviations: those of the side of the 80% band, `low` to
    `high` (n,), on which `bound` lies."""
    above = predicted.astype(np.float64) - bound
    spread = np.where(above > 0, predicted - low, high - predicted) / _Z80
    return np.clip(above / np.maximum(spread, _NARROWEST), -_FURTHEST, _FURTHEST)


def terms(distance: Floats) -> Floats:
    """What the weights of `Odds` multiply, (n, 3): 1, the distance z, and z |z|."""
    return np.stack([np.ones_like(distance), distance, distance * np.abs(distance)], axis=1)


@dataclass(frozen=True)
class Odds:
    """chance = 1 / (1 + exp(-(a + b z + c z |z|))), where z is the distance of the prediction from the middle between
    two whole scores, 7.5 or 5.5, in standard deviations by the band (`distances`).

    `high` and `low` are (a, b, c), learned on validation fans (`recsys.training.odds`). By default the chances are
    those of a normal distribution with the band's two standard deviations.

    Raises ValueError unless the chances rise, or fall, throughout.
    """

    high: Weights = (0.0, _LOGISTIC, 0.0)
    low: Weights = (0.0, -_LOGISTIC, 0.0)

    def __post_init__(self) -> None:
        for weights, sign in ((self.high, 1), (self.low, -1)):
            if len(weights) != 3 or not np.isfinite(weights).all():
                raise ValueError(f"odds have three numbers each, not {weights}")
            if min(sign * weights[1], sign * (weights[1] + 2 * weights[2] * _FURTHEST)) < 0:
                raise ValueError(f"with the weights {weights}, the chance does not rise or fall throughout")

    def chances(self, predicted: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        """The chances (n,) of `HIGH` or more and of `LOW` or less; their sum is at most 1."""
        above = self.chance_high(predicted, low, high)
        below = _logistic(terms(distances(predicted, low, high, LOW + 0.5)) @ np.array(self.low))
        return above, np.minimum(below, 1 - above)

    def at_least(self, score: int, predicted: Floats, low: Floats, high: Floats) -> Floats:
        """The chance (n,) of `score` or more, from `LOW` + 1 to `HIGH`; between these two, whose weights are learned,
        the weights are interpolated.

        Raises ValueError for another score.
        """
        if not LOW < score <= HIGH:
            raise ValueError(f"chances are known of {LOW + 1} to {HIGH} or more, not of {score!r}")
        share = (score - LOW - 1) / (HIGH - LOW - 1)
        weights = share * np.array(self.high) - (1 - share) * np.array(self.low)
        return _logistic(terms(distances(predicted, low, high, score - 0.5)) @ weights)

    def chance_high(self, predicted: Floats, low: Floats, high: Floats) -> Floats:
        """The first of `chances` alone, in less than half of the time."""
        return _logistic(terms(distances(predicted, low, high, HIGH - 0.5)) @ np.array(self.high))

    def of(self, model: Model[F], folded: F, predicted: Floats, items: Items) -> tuple[Floats, Floats]:
        """`chances` of the titles at `items` (n,) for a folded-in fan; `predicted` (n_items,) is the model's."""
        return self.chances(predicted[items], *model.band(folded, items))

    def to_entry(self) -> dict[str, Any]:
        """As JSON values, for the manifest."""
        return {"high": list(self.high), "low": list(self.low)}

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> Self:
        """May raise KeyError, TypeError or ValueError on anything but what `to_entry` gives."""
        high, low = (tuple(map(float, entry[name])) for name in ("high", "low"))
        return cls(high, low)


#: The chances by the band alone.
PLAIN = Odds()


def _logistic(values: Floats) -> Floats:
    return 1 / (1 + np.exp(-values))
