"""Keeps the ten as recent as the fan's list."""

import numpy as np
from numpy.typing import NDArray

from recsys.models import order
from recsys.models.base import Fan
from recsys.models.order import Mask

#: Titles among which recent ones are counted.
TEN = 10
#: The most of them that are asked for: a list that is mostly recent gets enough without.
_MOST = 3


def recent_share(folded: Fan, recent: Mask) -> float:
    """The share (0..1) of `recent` titles (n_items,) among those begun that the model covers."""
    begun = np.concatenate([folded.items, folded.seen])
    return float(recent[begun].mean()) if len(begun) else 0.0


def as_recent(
    items: NDArray[np.intp],
    share: float,
    recent: Mask,
    score: NDArray[np.float64],
    allowed: Mask,
    groups: NDArray[np.int64] | None,
) -> NDArray[np.intp]:
    """The chosen `items` (n,), best first, with the best `recent` titles (n_items,) in the last places of the ten, if
    else less than the `share` (0..1) of the ten were recent, rounded down, and three at most. What gives way comes
    next. `score`, `allowed` (n_items,) and `groups` are those of `order.best`.

    This calibrates a list (Steck 2018) for titles of two eras, but never takes recent ones away. Lists of all eras are
    not in the data: models learn from lists that end in 2020, and from what fans watched in 2025. In those, recent
    titles compete with those of all other years. `scripts.evaluate eras` measures what it changes.
    """
    ten, rest = items[:TEN], items[TEN:]
    missing = min(int(share * TEN), _MOST) - int(recent[ten].sum())
    if missing < 1 or len(ten) < TEN:
        return items
    may = allowed & recent
    may[ten] = False
    if groups is not None:
        may &= ~np.isin(groups, groups[ten]) | (groups < 0)
    added = order.best(score, may, missing, groups)
    giving_way = np.flatnonzero(~recent[ten])[TEN - int(recent[ten].sum()) - len(added) :]
    rest = rest[~np.isin(rest, added)]
    if groups is not None:
        rest = rest[~np.isin(groups[rest], groups[added]) | (groups[rest] < 0)]
    return np.concatenate([np.delete(ten, giving_way), added, ten[giving_way], rest])
