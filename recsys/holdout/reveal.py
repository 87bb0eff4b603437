"""Divide each held-out fan's ratings into known ones, given to a model, and hidden ones, which it must predict."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recsys.data.ratings import Ratings
from recsys.holdout.metrics import LIKED, N_SHOWN
from recsys.holdout.split import Part, members
from recsys.models.base import F, Items, Model
from recsys.types import positions_of

#: Hidden ratings per fan, at most, so that a few long lists do not dominate the figures.
MAX_HIDDEN = 100


@dataclass(frozen=True)
class Reveal:
    """One fan's known `items`, `scores` (k,) and `hidden_items`, `hidden_scores` (h,). Titles are model positions.

    `scored` is False when the known titles are given without their scores.
    """

    items: Items
    scores: NDArray[np.float64]
    hidden_items: Items
    hidden_scores: NDArray[np.float64]
    scored: bool = True

    def unscored(self) -> "Reveal":
        return replace(self, scored=False)

    @property
    def liked(self) -> Items:
        """The hidden titles scored 8 or more; none for a fan with fewer than 10 hidden titles, whose ranking is not
        measured."""
        return self.hidden_items[(self.hidden_scores >= LIKED) & (len(self.hidden_items) >= N_SHOWN)]

    def fold_in(self, model: Model[F]) -> F:
        none = np.empty(0, np.intp)
        if self.scored:
            return model.fold_in(self.items, self.scores, none)
        return model.fold_in(none, np.empty(0), self.items)


@dataclass(frozen=True)
class FanLists:
    """The ratings of one part's fans, each fan's in a fixed random order, at a model's positions."""

    items: list[Items]
    scores: list[NDArray[np.float64]]

    def shuffled(self, draw: int) -> "FanLists":
        """The same lists in another random order for each `draw`, so that other ratings of a fan are known; 0 is this
        order."""
        if draw == 0:
            return self
        rng = np.random.default_rng(draw)
        orders = [rng.permutation(len(items)) for items in self.items]
        return FanLists(
            [items[order] for items, order in zip(self.items, orders, strict=True)],
            [scores[order] for scores, order in zip(self.scores, orders, strict=True)],
        )

    def reveal(self, k: int, max_hidden: int | None = MAX_HIDDEN) -> Iterator[Reveal]:
        """Every fan with more than `k` ratings: the first `k` are known, of the rest the last `max_hidden` (None: all)
        are hidden, so that a fan's hidden titles are the same for every small `k`."""
        for items, scores in zip(self.items, self.scores, strict=True):
            if len(items) > k:
                hidden = slice(k if max_hidden is None else max(k, len(items) - max_hidden), None)
                yield Reveal(items[:k], scores[:k], items[hidden], scores[hidden])

    def ranked(self, k: int) -> Iterator[Reveal]:
        """`reveal` of all hidden titles for the fans whose ranking is measured: those with `liked` hidden titles."""
        return (one for one in self.reveal(k, max_hidden=None) if len(one.liked))


def fan_lists(ratings: Ratings, part: Part, item_ids: NDArray[np.int64], seed: int = 0) -> FanLists:
    """The ratings of the fans of `part` for the titles of `item_ids` (ascending)."""
    rng = np.random.default_rng(seed)
    places = positions_of(item_ids, ratings.item_ids)
    bounds = ratings.bounds
    lists = FanLists([], [])
    for user in np.flatnonzero(members(ratings.user_ids, part)):
        rows = np.arange(bounds[user], bounds[user + 1])
        rows = rng.permutation(rows[places[ratings.items[rows]] >= 0])
        lists.items.append(places[ratings.items[rows]])
        lists.scores.append(ratings.scores[rows])
    return lists
