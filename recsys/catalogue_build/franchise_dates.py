"""When each title began, in years: known, or estimated from the dates of near ids and from numbers in names."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterable, Mapping
from graphlib import TopologicalSorter
from typing import Any

from recsys.catalogue_build import clean
from recsys.catalogue_build.franchise_extremes import Bounds, Earliest
from recsys.catalogue_build.franchise_index import SERIES, TitleIndex
from recsys.catalogue_build.franchise_names import parse
from recsys.seasons import NAMES as SEASONS
from recsys.types import Title

#: Titles of one name whose ids differ by less were announced at about the same time.
_NEAR_IDS = 100
_QUARTER = 0.25
#: Where in a year a title of unknown season is put.
_LATE = 3.5 * _QUARTER
_UNDATED = 9999.0
#: Estimates from near ids are good to about so many years.
_ERROR = 2.0
#: The distance that keeps two dates apart; less than that of neighbouring ids.
_STEP = 1e-9


class Timeline:
    """`dates` maps a title id to its date in years, a different one for each title.

    Names correct estimates. A title comes after those with a lower number and before those with a higher one. Of two
    with the same name and type, the one with a year in its name is later, else the one with the higher id. A title
    comes after the first TV series whose name it has or extends, unless it seems to be much older. A known date is
    moved within the known quarter or year only.
    """

    def __init__(self, index: TitleIndex) -> None:
        self.index = index
        titles = self.titles = index.titles
        self.spans = {anime_id: _span(title) for anime_id, title in titles.items()}
        self.dates = _from_near_ids(titles, self.spans)
        self._series = self._all_series()
        for (group, words), ids in sorted(index.lines.items(), key=lambda item: len(item[0][1])):
            ranks = {anime_id: index.rank_in(anime_id, words) for anime_id in ids}
            for anime_id in ids:
                for end in range(1, len(words)):
                    self._align_with_series(anime_id, (group, words[:end]))
                if titles[anime_id].type != "TV":
                    self._align_with_series(anime_id, (group, words, ranks[anime_id]))
            if len(ids) > 1:
                self._align(ranks, is_line=True)
                self._align_namesakes(ranks)
        for numbers in index.numbered.values():
            self._align(numbers, is_line=False)

    def follow(self, parents: Mapping[int, Iterable[int]]) -> None:
        """Move estimates of titles after their parents, where they can be moved. `parents` have no cycle."""
        parents_first = list(TopologicalSorter(parents).static_order())
        for anime_id in parents_first:
            self._after(anime_id, (self.dates[parent] for parent in parents.get(anime_id, ())))
        for anime_id in reversed(parents_first):
            for parent in parents.get(anime_id, ()):
                self._before(parent, [self.dates[anime_id]])

    def _align(self, ranks: Mapping[int, Any], is_line: bool) -> None:
        """Order titles by rank. Of several with one rank (a remake), any may be the one that another follows. Titles
        of other types than series limit only those of their own type; in a line, series limit titles of any type."""
        by_rank: dict[Any, list[int]] = {}
        for anime_id in sorted(ranks, key=lambda anime_id: (ranks[anime_id], anime_id)):
            by_rank.setdefault(ranks[anime_id], []).append(anime_id)
        titles, years, main = self.titles, self.index.years, self.index.main
        lower = Bounds(titles, years, min, max)
        for ids in by_rank.values():
            for own in ids:
                types = {titles[own].type, *SERIES} if is_line else {titles[own].type}
                self._after(own, lower.find(types, years[own]))
            lower.add([i for i in ids if not is_line or i in main], self.dates)
        higher = Bounds(titles, years, max, min)
        for ids in reversed(by_rank.values()):
            for own in reversed(ids):
                if not is_line or own in main:
                    types = None if is_line and titles[own].type in SERIES else {titles[own].type}
                    self._before(own, higher.find(types, years[own]))
            higher.add(ids, self.dates)

    def _all_series(self) -> Earliest:
        """The TV series of each line, and of each rank in it."""
        found = Earliest(self.dates)
        for line, ids in self.index.lines.items():
            for anime_id in ids:
                if anime_id in self.index.main and self.titles[anime_id].type == "TV":
                    found.add(line, anime_id)
                    found.add((*line, self.index.rank_in(anime_id, line[1])), anime_id)
        return found

    def _align_with_series(self, anime_id: int, line: Hashable) -> None:
        """Put a title after the first series of a line, if the estimates are near."""
        title, first = self.titles[anime_id], self._series.first(line)
        if first is not None and 0 < self.dates[first] - self.dates[anime_id] < _ERROR:
            self._after(anime_id, [self.dates[first]])
            if title.type == "TV" or title.kind != "main":
                self._before(first, [self.dates[anime_id]])

    def _align_namesakes(self, ranks: Mapping[int, Any]) -> None:
        """Order titles of one name, type and rank: those with a year in the name are remakes and come last, and of
        those with near ids the one with the higher id is later."""
        same: dict[Any, tuple[list[int], list[int]]] = {}
        for anime_id in sorted(ranks):
            originals_and_remakes = same.setdefault((ranks[anime_id], self.titles[anime_id].type), ([], []))
            originals_and_remakes[bool(self.index.years[anime_id])].append(anime_id)
        for originals, remakes in same.values():
            for ids, before in ((originals, []), (remakes, originals)):
                last = [max(self.dates[i] for i in before)] if before else []
                for at, own in enumerate(ids):
                    near = ids[bisect_right(ids, own - _NEAR_IDS) : at]
                    self._after(own, [*last, *(self.dates[i] for i in near)])
            for ids, after in ((remakes, []), (originals, remakes)):
                first = [min(self.dates[i] for i in after)] if after else []
                for at, own in reversed(list(enumerate(ids))):
                    near = ids[at + 1 : bisect_left(ids, own + _NEAR_IDS)]
                    self._before(own, [*first, *(self.dates[i] for i in near)])

    def _after(self, anime_id: int, dates: Iterable[float]) -> None:
        self._move(anime_id, max(self.dates[anime_id], max(dates, default=-math.inf) + _STEP))

    def _before(self, anime_id: int, dates: Iterable[float]) -> None:
        self._move(anime_id, min(self.dates[anime_id], min(dates, default=math.inf) - _STEP))

    def _move(self, anime_id: int, date: float) -> None:
        low, high = self.spans[anime_id]
        if low <= date < high and date != self.dates[anime_id]:
            self.dates[anime_id] = date
            self._series.change(anime_id)


def _span(title: Title) -> tuple[float, float]:
    """The first possible date, and the first that is too late."""
    if title.year and title.season in SEASONS:
        start = title.year + SEASONS.index(title.season) * _QUARTER
        return start, start + _QUARTER
    if title.year:
        return title.year, title.year + 1
    name = parse(title.title)
    year = clean.year(name.year)
    if year is None:
        return -math.inf, math.inf
    return year, math.inf if name.marks - {"film", "noise"} else year + 1  # a later season, a special of that series


def _from_near_ids(titles: Mapping[int, Title], spans: Mapping[int, tuple[float, float]]) -> dict[int, float]:
    """The known dates; where unknown, the median of those of near ids, which were added at about the same time."""
    known = []
    for anime_id, (low, high) in sorted(spans.items()):
        if high < math.inf:
            known.append((anime_id, low if high - low == _QUARTER else low + _LATE))
    result = {anime_id: date + anime_id / 1e8 for anime_id, date in known}
    at = 0
    for anime_id in sorted(titles):
        while at < len(known) and known[at][0] < anime_id:
            at += 1
        near = sorted(date for _, date in known[max(0, at - 10) : at + 10])
        middle = near[len(near) // 2] if near else _UNDATED
        result.setdefault(anime_id, max(middle, spans[anime_id][0]) + anime_id / 1e8)
    return result
