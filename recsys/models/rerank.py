"""Reorders the titles that a list of today suggests most, by what else the list holds, at serving time."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recsys.models.base import Floats, Items, check_shape
from recsys.models.order import standardise
from recsys.models.trees import Trees

#: Titles that are reordered.
BEST = 150
#: Facts of a title: logarithm of the fans without scores whose lists have it, year, logarithm of its members, and mean
#: score.
FACTS = ("fans", "year", "members", "mean score")
#: Years from which a title is recent, and of the year of the lists of 2025.
_RECENT, _NEWEST = 2021, 2025
#: The first and the last year that are told apart.
_YEARS = (1990, 2026)
#: Numbers that describe a title beside a list, see `Reranker.inputs`.
N_INPUTS = 21
#: Titles of one franchise on a list that count.
_MOST_RELATED = 3


@dataclass(frozen=True)
class Reranker:
    """lift_j = s · (t_j - min over the best of t) for the `BEST` titles that the fan has not begun, 0 for all others;
    t_j is the sum of boosted trees for title j beside the list, and s the spread of the best titles' order.

    No title falls, and those that are lifted stood above all others before: a filter that leaves few of them leaves
    these first, then the others as they were. A title without facts gets the mean of the best ones' trees.

    `facts` (n_rows, 4), see `FACTS`, are those of the titles of today's linear model, and `franchises` (n_rows,) equal
    for titles of the same franchise, negative for none.
    """

    trees: Trees
    facts: NDArray[np.float32]
    franchises: NDArray[np.int64]

    def lifts(self, items: Items, rows: NDArray[np.intp], order: Floats) -> NDArray[np.float32]:
        """What is added to `order` (n_items,), today's order, for a list of titles `items` (n,). `rows` (n_items,) are
        the titles' rows in `facts`, -1 for those without."""
        lifts = np.zeros(len(order), np.float32)
        best = best_left(items, order)
        known, listed = rows[best] >= 0, rows[items]
        listed = listed[listed >= 0]
        if not len(listed) or known.sum() < 2:
            return lifts
        sums = np.empty(len(best), np.float32)
        sums[known] = self.trees.predict(self.inputs(listed, len(items), rows[best], order[best])[known])
        sums[~known] = sums[known].mean()
        lifts[best] = order[best].std() * (sums - sums.min())
        return lifts

    def inputs(self, listed: NDArray[np.intp], n: int, best: NDArray[np.intp], order: Floats) -> NDArray[np.float32]:
        """What describes each of the best titles, at the rows `best` (m,), beside a list of `n` titles, of which those
        at the rows `listed` have facts: (m, N_INPUTS). Its place in `order` (m,), descending, and its rank; its facts;
        the list's length, the means of its facts, and its shares of titles from two years on; how far the title's
        facts are from the means; the shares of the list that are of its year, and of this and the years beside it; and
        how many titles of the list are of its franchise. Arbitrary for a title without facts."""
        facts, mean = self.facts[best], self.facts[listed].mean(axis=0)
        since = self.facts[listed, 1]
        shares = np.bincount(self._years[listed], minlength=_YEARS[1] - _YEARS[0] + 3).astype(np.float32) / len(listed)
        year, place = self._years[best], standardise(order)
        x = np.empty((len(best), N_INPUTS), np.float32)
        x[:, 0], x[:, 1], x[:, 2], x[:, 3] = place, np.log1p(np.arange(len(best))), place[0], np.log(n)
        x[:, 4:8], x[:, 8:12], x[:, 12:16] = facts, mean, facts - mean
        x[:, 16], x[:, 17] = (since >= _RECENT).mean(), (since >= _NEWEST).mean()
        x[:, 18], x[:, 19] = shares[year], shares[year - 1] + shares[year] + shares[year + 1]
        own = self.franchises[best]
        related = (own[:, None] == self.franchises[listed]).sum(axis=1)
        x[:, 20] = np.where(own < 0, 0, np.minimum(related, _MOST_RELATED))
        return x

    @cached_property
    def _years(self) -> NDArray[np.intp]:
        """A title's place among the years, 1 or more, so that there is one before and one after each."""
        return np.clip(self.facts[:, 1].astype(np.intp), *_YEARS) - _YEARS[0] + 1

    def to_arrays(self) -> dict[str, NDArray]:
        own = {"facts": self.facts.astype(np.float16), "franchises": self.franchises.astype(np.int32)}
        return {f"rerank_{name}": array for name, array in own.items()} | self.trees.to_arrays("rerank")

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray], n_rows: int) -> Self | None:
        """None if there is none. Raises KeyError or ValueError unless the arrays are all there and fit together."""
        if not any(name.startswith("rerank_") for name in arrays):
            return None
        facts, franchises = arrays["rerank_facts"], arrays["rerank_franchises"]
        check_shape("rerank_facts", facts, n_rows, len(FACTS))
        check_shape("rerank_franchises", franchises, n_rows)
        trees = Trees.from_arrays(arrays, "rerank", N_INPUTS)
        return cls(trees, facts.astype(np.float32), franchises.astype(np.int64))


def best_left(items: Items, order: Floats) -> Items:
    """The `BEST` titles or fewer that are not among `items` (n,), the highest of `order` (n_items,) first."""
    left = order.copy()
    left[items] = -np.inf
    n = min(BEST, len(order) - len(items))
    if n < 1:
        return items[:0]
    best = np.argpartition(-left, n - 1)[:n]
    return best[np.lexsort((best, -left[best]))]
