"""Fans whose list is known only in part: what a model is told, and what it is asked."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.data.ratings import Ratings
from recsys.holdout.split import Part, members
from recsys.models.base import F, Items, Model
from recsys.types import positions_of

#: At most this many hidden scores of one fan are asked for, so that a few long lists do not decide the figures.
MAX_HIDDEN = 100


@dataclass(frozen=True)
class Reveal:
    """One fan with `items`, `scores` (k,) told to the model and `hidden_items`, `hidden_scores` (h,) kept back. Titles
    are the model's positions."""

    items: Items
    scores: NDArray[np.float64]
    hidden_items: Items
    hidden_scores: NDArray[np.float64]

    def fold_in(self, model: Model[F]) -> F:
        return model.fold_in(self.items, self.scores, np.empty(0, np.intp))


@dataclass(frozen=True)
class FanLists:
    """The ratings of one part's fans, in a fixed random order each, at a model's positions."""

    items: list[Items]
    scores: list[NDArray[np.float64]]

    def reveal(self, k: int, max_hidden: int | None = MAX_HIDDEN) -> Iterator[Reveal]:
        """Every fan with more than `k` ratings, the first `k` told and the last `max_hidden` or fewer hidden (None: all
        others): a fan's hidden titles are the same for every `k` that leaves so many."""
        for items, scores in zip(self.items, self.scores, strict=True):
            if len(items) > k:
                hidden = slice(k if max_hidden is None else max(k, len(items) - max_hidden), None)
                yield Reveal(items[:k], scores[:k], items[hidden], scores[hidden])


def fan_lists(ratings: Ratings, part: Part, item_ids: NDArray[np.int64], seed: int = 0) -> FanLists:
    """The fans of `part`; titles outside `item_ids` (ascending) are left out."""
    rng = np.random.default_rng(seed)
    places = positions_of(item_ids, ratings.item_ids)
    bounds = np.searchsorted(ratings.users, np.arange(len(ratings.user_ids) + 1))
    lists = FanLists([], [])
    for user in np.flatnonzero(members(ratings.user_ids, part)):
        rows = np.arange(bounds[user], bounds[user + 1])
        rows = rng.permutation(rows[places[ratings.items[rows]] >= 0])
        lists.items.append(places[ratings.items[rows]])
        lists.scores.append(ratings.scores[rows])
    return lists
