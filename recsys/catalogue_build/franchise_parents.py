"""What to watch directly before a title, from names, numbers in them, audiences and the order of dates."""

from collections.abc import Iterator, Mapping

from recsys.catalogue_build.franchise_index import FIRST, SERIES, TitleIndex, number, rank
from recsys.catalogue_build.franchise_latest import ByMembers, ByRank
from recsys.catalogue_build.franchise_names import Words
from recsys.catalogue_build.franchise_order import Parents
from recsys.types import Title

#: A title requires no series with a smaller share of the audience of the best-known one of its line.
_LEAST_SHARE = 0.1
#: A sequel is rarely watched by more people than this many times those who began the series.
_KNOWN_SHARE = 0.5
#: Words that mark a story on the side, which no later season requires.
_ASIDE = frozenset(["gaiden", "alternative", "外伝", "オルタナティブ"])


def infer(index: TitleIndex, order: Mapping[int, int]) -> Parents:
    """Title id -> the title to watch directly before it, always one that is earlier in `order`; titles that can be
    watched first are left out. Takes O(n log n) steps for n titles, also where all have one name."""
    before = _Before(index, order)
    found: Parents = {}
    for anime_id in sorted(index.titles, key=order.__getitem__):
        parent = before.parent(index.titles[anime_id])
        if parent is not None:
            found[anime_id] = (parent,)
        before.add(index.titles[anime_id])
    return found


class _Before:
    """The titles before one. Sets have keys of a franchise, words of a name, and maybe a type or a year in names."""

    def __init__(self, index: TitleIndex, order: Mapping[int, int]) -> None:
        self._index, self._order = index, order
        self._ranked = ByRank(lambda _, new: new)  # the latest of one rank
        self._numbered = ByRank(min)
        self._series = ByMembers(order)

    def add(self, title: Title) -> None:
        """Add the title that comes next."""
        index, own_id = self._index, title.anime_id
        group, names, years = index.groups[own_id], index.names[own_id], index.years[own_id]
        lines = dict.fromkeys(name.words for name in names)
        for name in names:
            if name.numbered is not None and number(name):
                head = name.words[: name.numbered]
                self._numbered.add((group, head, title.type), index.numbered[group, head][own_id], own_id)
        if own_id not in index.main:
            return
        for words in lines:
            for year in (None, *years):
                self._ranked.add((group, words, title.type, year), index.rank_in(own_id, words), own_id)
        if title.type in SERIES:
            stems = lines | dict.fromkeys(index.inferred.stems[own_id])
            stems = [words for words in stems if not any(_ASIDE & set(name.words) - set(words) for name in names)]
            keys = [(group, words, year) for words in stems for year in (None, *years)]
            self._series.add(keys, title.members, own_id)

    def parent(self, title: Title) -> int | None:
        """The nearest earlier main title of the series that a title's name continues."""
        if title.kind in ("music", "recap"):
            return None
        for name in self._index.names[title.anime_id]:
            if rank(name) > FIRST and (earlier := self._lower_rank(title, name.words)) is not None:
                return earlier
            if name.numbered is not None and name.numbered < len(name.words):
                key = (self._index.groups[title.anime_id], name.words[: name.numbered], title.type)
                if lower := self._numbered.below(key, number(name)):
                    return lower[1]
        if self._index.years[title.anime_id] and title.type in SERIES:
            return None  # a remake
        return next(self._series_before(title), None)

    def _lower_rank(self, title: Title, words: Words) -> int | None:
        """The title of the highest lower rank in a line, if it may come before, and the latest of these; one with the
        same year in its name if there is any, as for the seasons of a remake."""
        index, own_id = self._index, title.anime_id
        limit = index.rank_in(own_id, words)
        for years in (index.years[own_id], (None,)):
            keys = [(index.groups[own_id], words, kind, year) for kind in {title.type, *SERIES} for year in years]
            found = [below for key in keys if (below := self._ranked.below(key, limit))]
            if found:
                highest = max(rank for rank, _ in found)
                return max((i for rank, i in found if rank == highest), key=self._order.__getitem__)
        return None

    def _series_before(self, title: Title) -> Iterator[int]:
        """For each series that a title continues, the longest name first: the latest part that is a series itself, and
        hardly less known than this title, as first parts are."""
        index, own_id = self._index, title.anime_id
        known = _KNOWN_SHARE * title.members if title.type in SERIES else 0
        for stem in dict.fromkeys(index.inferred.stems[own_id]):
            key = (index.groups[own_id], stem)
            most = self._series.most((*key, None))
            if key in index.brands or most is None or most < known:
                continue
            least = max(known, _LEAST_SHARE * most)
            for years in (index.years[own_id], (None,)):
                latest = self._series.latest([(*key, year) for year in years], least, or_unknown=not known)
                if latest is not None:
                    yield latest
                    break
