"""Held-out fans who give no scores: half of each list is known, the other half hidden."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.data.ratings import Lists
from recsys.holdout.split import Part, members
from recsys.models.base import F, Items, Model
from recsys.types import positions_of

#: Fans with fewer titles are left out.
FEWEST = 4


@dataclass(frozen=True)
class Half:
    """One fan's `known` (k,) titles with their `statuses` (k,), and the `hidden` (h,) ones; k is h or h + 1. Titles are
    positions in the `item_ids` that they were made for."""

    known: Items
    statuses: NDArray[np.int8]
    hidden: Items

    def fold_in(self, model: Model[F], completed: bool = False) -> F:
        """The fan by the known half; `completed` gives its titles as completed, whatever their status."""
        none = np.empty(0, np.intp), np.empty(0)
        return model.fold_in(*none, self.known, None if completed else self.statuses)


def halves(lists: Lists, part: Part, item_ids: NDArray[np.int64], seed: int = 0) -> Iterator[Half]:
    """The fans of `part` without any score and with at least `FEWEST` titles of `item_ids` (ascending), by id.

    The half of a fan depends on the seed and the fan's id alone.
    """
    ratings, unscored = lists.ratings, lists.unscored
    scoring = np.bincount(ratings.users, minlength=len(ratings.user_ids)) > 0
    places = positions_of(item_ids, ratings.item_ids)
    bounds = np.searchsorted(unscored.users, np.arange(len(ratings.user_ids) + 1))
    for user in np.flatnonzero(members(ratings.user_ids, part) & ~scoring):
        rows = np.arange(bounds[user], bounds[user + 1])
        rows = rows[places[unscored.items[rows]] >= 0]
        if len(rows) < FEWEST:
            continue
        rows = np.random.default_rng([seed, int(ratings.user_ids[user])]).permutation(rows)
        known, hidden = np.split(rows, [(len(rows) + 1) // 2])
        yield Half(places[unscored.items[known]], unscored.statuses[known], places[unscored.items[hidden]])
