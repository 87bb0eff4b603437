"""When each title began, in years: known, or estimated from the dates of near ids and from numbers in names."""

import math
from collections.abc import Callable, Iterable, Mapping
from graphlib import TopologicalSorter
from typing import Any

from recsys.catalogue_build import clean
from recsys.catalogue_build.franchise_index import TitleIndex
from recsys.catalogue_build.franchise_names import Words, parse
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
        for (group, words), ids in sorted(index.lines.items(), key=lambda item: len(item[0][1])):
            ranks = {anime_id: index.rank_in(anime_id, words) for anime_id in ids}
            series = self._series(group, words)
            shorter = [self._series(group, words[:end]) for end in range(1, len(words))]
            for anime_id in ids:
                for line in shorter:
                    self._align_with_series(anime_id, line)
                if titles[anime_id].type != "TV":
                    self._align_with_series(anime_id, [i for i in series if ranks[i] == ranks[anime_id]])
            if len(ids) > 1:
                self._align(ranks, lambda first, second, words=words: index.numbered_before(first, second, words))
                self._align_namesakes(ranks)
        for numbers in index.numbered.values():
            self._align(numbers, lambda first, second: titles[first].type == titles[second].type)

    def follow(self, parents: Mapping[int, Iterable[int]]) -> None:
        """Move estimates of titles after their parents, where they can be moved. `parents` have no cycle."""
        parents_first = list(TopologicalSorter(parents).static_order())
        for anime_id in parents_first:
            self._after(anime_id, (self.dates[parent] for parent in parents.get(anime_id, ())))
        for anime_id in reversed(parents_first):
            for parent in parents.get(anime_id, ()):
                self._before(parent, [self.dates[anime_id]])

    def _align(self, ranks: Mapping[int, Any], may_precede: Callable[[int, int], bool]) -> None:
        """Order titles by rank. Of several with one rank (a remake), any may be the one that another follows."""
        ascending = sorted(ranks, key=lambda anime_id: (ranks[anime_id], anime_id))
        for own in ascending:
            lower: dict[Any, list[int]] = {}
            for i in ascending:
                if ranks[i] < ranks[own] and may_precede(i, own):
                    lower.setdefault(ranks[i], []).append(i)
            self._after(own, (self._first(self.index.same_year(ids, own)) for ids in lower.values()))
        for own in reversed(ascending):
            higher: dict[Any, list[int]] = {}
            for i in ascending:
                if ranks[i] > ranks[own] and may_precede(own, i):
                    higher.setdefault(ranks[i], []).append(i)
            self._before(own, (self._last(self.index.same_year(ids, own)) for ids in higher.values()))

    def _series(self, group: int, words: Words) -> list[int]:
        line = self.index.lines.get((group, words), ())
        return [anime_id for anime_id in line if anime_id in self.index.main and self.titles[anime_id].type == "TV"]

    def _align_with_series(self, anime_id: int, series: Iterable[int]) -> None:
        """Put a title after the first of these series, if the estimates are near."""
        title = self.titles[anime_id]
        first = min(series, key=self.dates.__getitem__, default=anime_id)
        if 0 < self.dates[first] - self.dates[anime_id] < _ERROR:
            self._after(anime_id, [self.dates[first]])
            if title.type == "TV" or title.kind != "main":
                self._before(first, [self.dates[anime_id]])

    def _align_namesakes(self, ranks: Mapping[int, Any]) -> None:
        key = {anime_id: (ranks[anime_id], self.titles[anime_id].type) for anime_id in ranks}
        ascending = sorted(ranks, key=lambda anime_id: (bool(self.index.years[anime_id]), anime_id))
        for own in ascending:
            self._after(own, (self.dates[i] for i in ranks if key[i] == key[own] and self._is_earlier(i, own)))
        for own in reversed(ascending):
            self._before(own, (self.dates[i] for i in ranks if key[i] == key[own] and self._is_earlier(own, i)))

    def _is_earlier(self, first: int, second: int) -> bool:
        """Whether the first of two namesakes began earlier: a year in a name marks a remake."""
        remake = bool(self.index.years[first]), bool(self.index.years[second])
        return remake == (False, True) or (remake[0] == remake[1] and 0 < second - first < _NEAR_IDS)

    def _first(self, ids: Iterable[int]) -> float:
        return min(self.dates[i] for i in ids)

    def _last(self, ids: Iterable[int]) -> float:
        return max(self.dates[i] for i in ids)

    def _after(self, anime_id: int, dates: Iterable[float]) -> None:
        self._move(anime_id, max(self.dates[anime_id], max(dates, default=-math.inf) + _STEP))

    def _before(self, anime_id: int, dates: Iterable[float]) -> None:
        self._move(anime_id, min(self.dates[anime_id], min(dates, default=math.inf) - _STEP))

    def _move(self, anime_id: int, date: float) -> None:
        low, high = self.spans[anime_id]
        if low <= date < high:
            self.dates[anime_id] = date


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
