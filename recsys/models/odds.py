"""Odds: the chances that a fan gives a high or a low score, from the predicted score and its band."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from recsys.models.base import F, Floats, Items, Model

#: A high score is 8 or more, a low one 5 or less, on MyAnimeList's scale of whole points from 1 to 10.
HIGH, LOW = 8, 5
#: Half the width of an 80% interval of a normal distribution, in standard deviations.
Z80 = 1.2816
#: The logistic function of 1.702 z is within 0.01 of the normal distribution function of z (Camilli 1994).
_LOGISTIC = 1.702
#: Distances beyond this many standard deviations count as this many; narrower bands count as this wide.
_FURTHEST, _NARROWEST = 6.0, 0.05

#: Distances at which the log-odds are learned; between them they are linear.
KNOTS = (-_FURTHEST, -1.0, 0.0, 1.0, _FURTHEST)

#: Log-odds at `KNOTS`.
LogOdds = tuple[float, ...]


def distances(predicted: Floats, low: Floats, high: Floats, bound: float) -> Floats:
    """How far `predicted` (n,) lies above `bound`, in standard deviations: those of the side of the 80% band, `low` to
    `high` (n,), on which `bound` lies."""
    above = predicted.astype(np.float64) - bound
    spread = np.where(above > 0, predicted - low, high - predicted) / Z80
    return np.clip(above / np.maximum(spread, _NARROWEST), -_FURTHEST, _FURTHEST)


@dataclass(frozen=True)
class Odds:
    """chance = 1 / (1 + exp(-f(z))), where z is the distance of the prediction from the middle between two whole
    scores, 7.5 or 5.5, in standard deviations by the band (`distances`), and f is linear between `KNOTS`.

    `high` and `low` are the values of f at `KNOTS`, learned on held-out fans (`recsys.training.odds`). By default the
    chances are those of a normal distribution with the band's two standard deviations.

    Raises ValueError if a chance of a high score falls anywhere with the distance, or one of a low score rises.
    """

    high: LogOdds = tuple(_LOGISTIC * knot for knot in KNOTS)
    low: LogOdds = tuple(-_LOGISTIC * knot for knot in KNOTS)

    def __post_init__(self) -> None:
        for values, sign in ((self.high, 1), (self.low, -1)):
            if len(values) != len(KNOTS) or not np.isfinite(values).all():
                raise ValueError(f"odds have {len(KNOTS)} numbers each, not {values}")
            if (sign * np.diff(values)).min() < 0:
                raise ValueError(
                    f"the log-odds {values} must {'rise' if sign > 0 else 'fall'} throughout, or stay level"
                )

    def chances(self, predicted: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        """The chances (n,) of `HIGH` or more and of `LOW` or less; their sum is at most 1."""
        above = self.chance_high(predicted, low, high)
        below = _chance(distances(predicted, low, high, LOW + 0.5), np.array(self.low))
        return above, np.minimum(below, 1 - above)

    def at_least(self, score: int, predicted: Floats, low: Floats, high: Floats) -> Floats:
        """The chance (n,) of `score` or more, from `LOW` + 1 to `HIGH`; between these two, whose log-odds are learned,
        they are interpolated.

        Raises ValueError for another score.
        """
        if not LOW < score <= HIGH:
            raise ValueError(f"chances are known of {LOW + 1} to {HIGH} or more, not of {score!r}")
        share = (score - LOW - 1) / (HIGH - LOW - 1)
        values = share * np.array(self.high) - (1 - share) * np.array(self.low)
        return _chance(distances(predicted, low, high, score - 0.5), values)

    def chance_high(self, predicted: Floats, low: Floats, high: Floats) -> Floats:
        """The first of `chances` alone, in less than half of the time."""
        return _chance(distances(predicted, low, high, HIGH - 0.5), np.array(self.high))

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


def _chance(distance: Floats, values: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.interp(distance, KNOTS, values)))
