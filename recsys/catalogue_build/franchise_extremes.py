"""The earliest and latest dates within sets of titles, found without a look at every title."""

import heapq
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from collections.abc import Set as AbstractSet

from recsys.types import Title


class Earliest:
    """The earliest title of each set, while dates change. Adding, changing and finding take O(log n) amortised."""

    def __init__(self, dates: Mapping[int, float]) -> None:
        self._dates = dates
        self._heaps: dict[Hashable, list[tuple[float, int]]] = defaultdict(list)  # outdated entries stay until found
        self._sets: dict[int, list[Hashable]] = defaultdict(list)

    def add(self, key: Hashable, anime_id: int) -> None:
        self._sets[anime_id].append(key)
        heapq.heappush(self._heaps[key], (self._dates[anime_id], anime_id))

    def change(self, anime_id: int) -> None:
        """Say that the date of a title has changed."""
        for key in self._sets.get(anime_id, ()):
            heapq.heappush(self._heaps[key], (self._dates[anime_id], anime_id))

    def first(self, key: Hashable) -> int | None:
        """The earliest title of a set, of several the one with the lowest id; None if the set is empty."""
        heap = self._heaps.get(key)
        while heap and self._dates[heap[0][1]] != heap[0][0]:
            heapq.heappop(heap)
        return heap[0][1] if heap else None


class Bounds:
    """The date that titles of the ranks so far set to a title of the next rank.

    Of each rank, the date that comes first by `inner` counts, and of these dates that which comes first by `outer`.
    Finding it takes each rank once for all titles of the same types and years, not once for each title.
    """

    def __init__(
        self,
        titles: Mapping[int, Title],
        years: Mapping[int, AbstractSet[int]],
        inner: Callable[[float, float], float],
        outer: Callable[[float, float], float],
    ) -> None:
        """`years` holds the years in a title's names."""
        self._titles, self._years, self._inner, self._outer = titles, years, inner, outer
        self._ranks: list[dict[tuple[str | None, int | None], float]] = []
        self._found: dict[Hashable, tuple[int, float | None]] = {}

    def add(self, ids: Iterable[int], dates: Mapping[int, float]) -> None:
        """Add all titles of the next rank, whose dates are final."""
        best: dict[tuple[str | None, int | None], float] = {}
        for anime_id in ids:
            for year in (None, *self._years[anime_id]):
                key, date = (self._titles[anime_id].type, year), dates[anime_id]
                best[key] = self._inner(best[key], date) if key in best else date
        self._ranks.append(best)

    def find(self, types: Collection[str | None] | None, years: AbstractSet[int]) -> list[float]:
        """The date, as a list of one or none, of titles of these types, or any if None. Of each rank, titles with one
        of these years in a name count alone if there are any: the seasons of a remake."""
        key = (types if types is None else frozenset(types), frozenset(years))
        at, found = self._found.get(key, (0, None))
        for rank in range(at, len(self._ranks)):
            date = self._of_rank(self._ranks[rank], types, years)
            if date is not None:
                found = date if found is None else self._outer(found, date)
        self._found[key] = len(self._ranks), found
        return [] if found is None else [found]

    def _of_rank(
        self,
        best: Mapping[tuple[str | None, int | None], float],
        types: Collection[str | None] | None,
        years: AbstractSet[int],
    ) -> float | None:
        kinds = {kind for kind, _ in best} if types is None else types
        for among in (years, (None,)):
            dates = [best[kind, year] for kind in kinds for year in among if (kind, year) in best]
            if dates:
                found = dates[0]
                for date in dates[1:]:
                    found = self._inner(found, date)
                return found
        return None
