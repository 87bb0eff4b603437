"""Reorders the titles that a list of today suggests most, by what else the list holds, at serving time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recsys.models.base import Floats, Items, check_shape
from recsys.models.placement import RECENT_YEAR
from recsys.models.trees import Trees

#: Titles that are reordered: so many of all years, and so many more of the recent ones.
BEST, MORE_RECENT = 150, 60
#: Facts of a title: logarithm of the fans without scores whose lists have it, year, logarithm of its members, mean
#: score, season, first and last day on air. Seasons and years are counted from the beginning of 2025, so that their
#: parts are kept in half precision.
FACTS = ("fans", "year", "members", "mean score", "season", "begins", "ends")
_YEAR, _SEASON, _BEGINS, _ENDS = 1, 4, 5, 6
#: The facts whose means over the list, and distances from them, are told.
_AVERAGED = slice(0, 4)
#: The year of the watching lists that the trees are fitted to.
_NEWEST = 2025
#: The first and the last year and season that are told apart.
_YEARS, _SEASONS = (1990, 2026), (-60, 8)
#: In years: titles that begin so long before the newest of a list are of its last part; a title that begins so long
#: after another may be watched beside it; and how early or late a broadcast may be.
_LAST_PART, _BESIDE, _TOLERANCE = 0.5, 0.3, 0.05
#: Numbers that describe a title beside a list, see `Reranker.inputs`, and which of them is its place.
N_INPUTS, _PLACE = 29, 0
#: Titles of one franchise on a list that count.
_MOST_RELATED = 3


@dataclass(frozen=True)
class Reranker:
    """The `candidates` among titles with facts, which the fan has not begun, change places: first the `BEST` among
    themselves, then the recent ones among themselves, each into the descending order of p_j + w t_j: a title's place,
    in spreads of the `BEST`, and the sum of boosted trees for it beside the list, with a weight that depends on the
    list.

    The values of the order stay as they are, so that it keeps its scale, and of titles with facts none that is not
    recent falls below one that is no candidate. A title without facts keeps its value: the trees have learned nothing
    of such titles, and as candidates they would only keep others from being one.

    `facts` (n_rows, 7), see `FACTS`, are those of the titles of today's linear model, and `franchises` (n_rows,) equal
    for titles of the same franchise, negative for none.
    """

    trees: Trees
    facts: NDArray[np.float32]
    franchises: NDArray[np.int64]

    def changes(
        self, items: Items, rows: NDArray[np.intp], order: Floats, recent: NDArray[np.bool_], weight: float = 1.0
    ) -> NDArray[np.float32]:
        """What is added to `order` (n_items,), today's order, for a list of titles `items` (n,). `rows` (n_items,) are
        the titles' rows in `facts`, -1 for those without; `recent` (n_items,) marks recent titles; `weight` is how much
        the trees count."""
        changed = order.astype(np.float32)
        found = candidates(items, np.where(rows < 0, -np.inf, order), recent)
        listed = rows[items]
        listed = listed[listed >= 0]
        if not len(listed) or len(found) < 2:
            return np.zeros_like(changed)
        inputs = self.inputs(listed, len(items), rows[found], order[found])
        placed = inputs[:, _PLACE] + np.float32(weight) * self.trees.predict(inputs)
        ranked = np.argsort(-placed, kind="stable")
        for among in (ranked[ranked < BEST], ranked[recent[found[ranked]]]):
            changed[found[among]] = np.sort(changed[found[among]])[::-1]
        return changed - order.astype(np.float32)

    def inputs(self, listed: NDArray[np.intp], n: int, found: NDArray[np.intp], order: Floats) -> NDArray[np.float32]:
        """What describes each candidate, at the rows `found` (m,), beside a list of `n` titles, of which those at the
        rows `listed` have facts: (m, N_INPUTS). Its place in `order` (m,), on the scale of the `BEST`, and its rank
        among these; its facts; the list's length, the means of its facts, and its shares of titles from two years on;
        how far the title's facts are from the means; the shares of the list that are of its year, and of this and the
        years beside it; how many titles of the list are of its franchise; and `_dates`."""
        facts, mean = self.facts[found, _AVERAGED], self.facts[listed, _AVERAGED].mean(axis=0)
        since = self.facts[listed, _YEAR]
        place = (order - order[:BEST].mean()) / max(order[:BEST].std(), 1e-9)
        x = np.empty((len(found), N_INPUTS), np.float32)
        x[:, _PLACE], x[:, 1] = place, np.log1p(np.minimum(np.arange(len(found)), BEST))
        x[:, 2], x[:, 3] = place[0], np.log(n)
        x[:, 4:8], x[:, 8:12], x[:, 12:16] = facts, mean, facts - mean
        x[:, 16], x[:, 17] = (since >= RECENT_YEAR).mean(), (since >= _NEWEST).mean()
        x[:, 18:20] = _shares(self.facts[:, _YEAR], _YEARS, listed, found)
        own = self.franchises[found]
        related = (own[:, None] == self.franchises[listed]).sum(axis=1)
        x[:, 20] = np.where(own < 0, 0, np.minimum(related, _MOST_RELATED))
        x[:, 21:23] = _shares(self.facts[:, _SEASON], _SEASONS, listed, found)
        x[:, 23:] = self._dates(listed, found)
        return x

    def _dates(self, listed: NDArray[np.intp], found: NDArray[np.intp]) -> NDArray[np.float32]:
        """How many years a title began after the newest one of the list, after three quarters and after half of them;
        the share of the list in its last half year; whether the title was on air when the newest one began; and the
        share of the list that was on air when the title began: (m, 6)."""
        begins, ends = self.facts[found, _BEGINS], self.facts[found, _ENDS]
        begun, ended = (np.sort(self.facts[listed, column]) for column in (_BEGINS, _ENDS))
        newest = begun[-1]
        x = np.empty((len(found), 6), np.float32)
        x[:, :3] = begins[:, None] - np.quantile(begun, [1, 0.75, 0.5])
        x[:, 3] = (begun > newest - _LAST_PART).mean()
        x[:, 4] = (begins <= newest + _TOLERANCE) & (ends >= newest - _TOLERANCE)
        over = np.searchsorted(ended, begins - _TOLERANCE)
        x[:, 5] = (np.searchsorted(begun, begins + _BESIDE, side="right") - over) / len(listed)
        return x

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


def candidates(items: Items, order: Floats, recent: NDArray[np.bool_]) -> Items:
    """The `BEST` titles or fewer that are not among `items` (n,), then the `MORE_RECENT` best or fewer of the other
    `recent` (n_items,) ones, both with the highest of `order` (n_items,) first."""
    left = order.copy()
    left[items] = -np.inf
    best = _highest(left, BEST)
    left[best] = -np.inf
    return np.concatenate([best, _highest(np.where(recent, left, -np.inf), MORE_RECENT)])


def _highest(values: Floats, most: int) -> Items:
    """The positions of the `most` highest or fewer of `values` (n,), without -inf."""
    n = min(most, int((values > -np.inf).sum()))
    if n < 1:
        return np.zeros(0, np.intp)
    best = np.argpartition(-values, n - 1)[:n]
    return best[np.lexsort((best, -values[best]))]


def _shares(
    values: NDArray[np.float32], ends: tuple[int, int], listed: NDArray[np.intp], found: NDArray[np.intp]
) -> NDArray[np.float32]:
    """The shares of the titles `listed` (n,) that are at the whole number of each title `found` (m,), and at this and
    the numbers beside it: (m, 2). `values` (n_rows,) are told apart between the `ends`."""
    first, last = ends
    listed, found = (np.clip(values[rows].astype(np.intp), first, last) - first + 1 for rows in (listed, found))
    shares = np.bincount(listed, minlength=last - first + 3).astype(np.float32) / np.float32(len(listed))
    same = shares[found]
    return np.column_stack([same, shares[found - 1] + same + shares[found + 1]])
