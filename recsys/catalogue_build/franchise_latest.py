"""The titles so far in watch order, indexed so that the nearest one before a title is found without a look at each."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any


class ByRank:
    """Sets of titles by key, in which those with the highest rank below a limit are found by bisection.

    Adding and finding take O(log n) comparisons.
    """

    def __init__(self, choose: Callable[[int, int], int]) -> None:
        """`choose` gives the one of two titles of the same rank that is kept: the one added before, the new one."""
        self._choose = choose
        self._ranks: dict[Hashable, list[Any]] = defaultdict(list)
        self._titles: dict[tuple[Hashable, Any], int] = {}

    def add(self, key: Hashable, rank: Any, anime_id: int) -> None:
        old = self._titles.get((key, rank))
        if old is None:
            insort(self._ranks[key], rank)
            self._titles[key, rank] = anime_id
        else:
            self._titles[key, rank] = self._choose(old, anime_id)

    def below(self, key: Hashable, limit: Any) -> tuple[Any, int] | None:
        """The highest rank under `limit` and its title, or None."""
        ranks = self._ranks.get(key, ())
        at = bisect_left(ranks, limit)
        return (ranks[at - 1], self._titles[key, ranks[at - 1]]) if at else None


class ByMembers:
    """Sets of titles by key, each added after those before it, in which the latest with enough members is found.

    A title with no more members than one after it is never the answer, so that members of those kept only descend:
    adding is O(1) amortised, finding O(log n).
    """

    def __init__(self, order: Mapping[int, int]) -> None:
        self._order = order
        self._kept: dict[Hashable, list[tuple[int, int]]] = defaultdict(list)  # (-members, title)
        self._unknown: dict[Hashable, int] = {}

    def add(self, keys: Iterable[Hashable], members: int, anime_id: int) -> None:
        for key in keys:
            kept = self._kept[key]
            while kept and -kept[-1][0] <= members:
                kept.pop()
            kept.append((-members, anime_id))
            if not members:
                self._unknown[key] = anime_id

    def most(self, key: Hashable) -> int | None:
        """The largest number of members, or None if the set is empty."""
        kept = self._kept.get(key)
        return -kept[0][0] if kept else None

    def latest(self, keys: Iterable[Hashable], least: float, or_unknown: bool) -> int | None:
        """The latest title of these sets with at least so many members, or with none if `or_unknown`."""
        found = []
        for key in keys:
            kept = self._kept.get(key, [])
            enough = bisect_left(kept, True, key=lambda entry: -entry[0] < least)
            if enough:
                found.append(kept[enough - 1][1])
            if or_unknown and key in self._unknown:
                found.append(self._unknown[key])
        return max(found, key=self._order.__getitem__, default=None)
