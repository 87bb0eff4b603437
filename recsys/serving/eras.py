"""Keeps the ten as recent as the fan's list."""

import numpy as np
from numpy.typing import NDArray

from recsys.data.catalogue import Catalogue
from recsys.models import order
from recsys.models.order import Mask
from recsys.models.placement import RECENT_YEAR
from recsys.types import Profile

#: Titles among which recent ones are counted.
_TEN = 10
#: How far the last of them stands above the first title that is left out.
_ABOVE = 1e-9


def recent_share(catalogue: Catalogue, fan: Profile) -> float:
    """The share (0..1) of the titles begun that are from `RECENT_YEAR` on."""
    places = catalogue.positions(fan.begun)
    years = catalogue.years[places[places >= 0]]
    return float((years >= RECENT_YEAR).mean()) if len(years) else 0.0


def as_recent(
    score: NDArray[np.float64], allowed: Mask, recent: Mask, share: float, groups: NDArray[np.int64] | None
) -> NDArray[np.float64]:
    """`score` (n_items,), with the same added to every `recent` title (n_items,) if need be, so that at least the
    `share` (0..1) of the ten best `allowed` titles is recent, rounded down. `groups` are those of `order.best`.

    This calibrates a list (Steck 2018) for titles of two eras, but never takes recent ones away. Lists of all eras are
    not in the data: models learn from lists that end in 2020, and from what fans watched in 2025. In those, recent
    titles compete with those of all other years. `scripts.evaluate eras` measures what it changes.
    """
    n_recent = int(share * _TEN)
    if not n_recent:
        return score
    ours = order.best(score, allowed & recent, n_recent, groups)
    others = order.best(score, allowed & ~recent, _TEN - n_recent + 1, groups)
    if len(ours) < n_recent or len(others) <= _TEN - n_recent:
        return score
    missing = score[others[-1]] - score[ours[-1]]
    return np.where(recent, score + missing + _ABOVE, score) if missing >= 0 else score
