"""Disjoint sets."""

from collections import defaultdict
from collections.abc import Collection, Iterable


class Groups:
    """Disjoint sets of hashable things."""

    def __init__(self) -> None:
        self._parent: dict[object, object] = {}

    def find(self, item: object) -> object:
        self._parent.setdefault(item, item)
        while self._parent[item] != item:
            self._parent[item] = self._parent[self._parent[item]]
            item = self._parent[item]
        return item

    def join(self, a: object, b: object) -> None:
        self._parent[self.find(a)] = self.find(b)


def members(ids: Iterable[int], groups: Groups) -> dict[object, list[int]]:
    """The ids of each set, by the item that `find` gives."""
    found: dict[object, list[int]] = defaultdict(list)
    for anime_id in ids:
        found[groups.find(anime_id)].append(anime_id)
    return found


def named_by_smallest(sets: Iterable[Collection[int]]) -> dict[int, int]:
    """Each id of disjoint sets -> the smallest id of its set."""
    return {i: first for ids in sets for first in (min(ids),) for i in ids}
