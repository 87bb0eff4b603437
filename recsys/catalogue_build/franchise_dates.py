"""When each title began, in years: known, or estimated from the dates of near ids and from numbers in names."""

import math
from collections.abc import Callable, Mapping, Sequence

from recsys.catalogue_build import clean
from recsys.catalogue_build.franchise_index import TitleIndex
from recsys.catalogue_build.franchise_names import Words, parse
from recsys.types import Title

#: Titles of one name whose ids differ by less were announced at about the same time.
_NEAR_IDS = 100
_QUARTER = 0.25
#: Where in a year a title of unknown season is put.
_LATE = 3.5 * _QUARTER
_UNDATED = 9999.0
#: The distance that keeps two dates apart; less than that of neighbouring ids.
_STEP = 1e-9


def estimate(index: TitleIndex) -> dict[int, float]:
    """Title id -> date in years, a different one for each title.

    An estimate gives way to what names say: it is moved behind titles with a lower number and before those with a
    higher one, behind a title of the same name that was announced just before, and behind the first title whose name
    it extends. A known date is not moved beyond the quarter, or the year, that is known.
    """
    spans = {anime_id: _span(title) for anime_id, title in index.titles.items()}
    dates = _from_near_ids(index.titles, spans)

    def move(anime_id: int, date: float) -> None:
        low, high = spans[anime_id]
        if low <= date < high:
            dates[anime_id] = date

    def align(ids: Sequence[int], before: Callable[[int, int], bool]) -> None:
        for anime_id in ids:
            earliest = max((dates[i] for i in ids if before(i, anime_id)), default=-math.inf) + _STEP
            if dates[anime_id] < earliest:
                move(anime_id, earliest)
        for anime_id in reversed(ids):
            latest = min((dates[i] for i in ids if before(anime_id, i)), default=math.inf) - _STEP
            if dates[anime_id] > latest:
                move(anime_id, latest)

    for (group, words), ids in sorted(index.lines.items(), key=lambda item: len(item[0][1])):
        for anime_id in ids:
            earliest = _extended(index, dates, anime_id, group, words) + _STEP
            if dates[anime_id] < earliest:
                move(anime_id, earliest)
        if len(ids) > 1:
            ordered = sorted(ids, key=lambda anime_id: (index.rank_in(anime_id, words), anime_id))
            align(ordered, lambda first, second: _before(index, first, second, words))
    for numbers in index.numbered.values():
        types = {anime_id: index.titles[anime_id].type for anime_id in numbers}
        align(
            sorted(numbers, key=lambda anime_id: (numbers[anime_id], anime_id)),
            lambda first, second: numbers[first] < numbers[second] and types[first] == types[second],
        )
    return dates


def _before(index: TitleIndex, first: int, second: int, words: Words) -> bool:
    """Whether two titles of one line are in this order by their numbers, or by their ids if one name is all they have."""
    if index.numbered_before(first, second, words):
        return True
    same = index.rank_in(first, words) == index.rank_in(second, words)
    return same and 0 < second - first < _NEAR_IDS and index.titles[first].type == index.titles[second].type


def _extended(index: TitleIndex, dates: Mapping[int, float], anime_id: int, group: int, words: Words) -> float:
    """When the line began that a title's name extends, among titles of its type; the latest for several lines."""
    result = -math.inf
    for end in range(1, len(words)):
        first = (
            dates[i]
            for i in index.lines.get((group, words[:end]), ())
            if i in index.main and index.titles[i].type == index.titles[anime_id].type
        )
        result = max(result, min(first, default=-math.inf))
    return result


def _span(title: Title) -> tuple[float, float]:
    """The first possible date, and the first that is too late."""
    if title.year:
        start = title.year + _season(title) if title.season in clean.SEASONS else title.year
        return start, start + (_QUARTER if title.season in clean.SEASONS else 1)
    name = parse(title.title)
    if clean.year(name.year):
        return float(name.year or 0), math.inf if (name.season or 1) > 1 or name.part else (name.year or 0) + 1.0
    return -math.inf, math.inf


def _season(title: Title) -> float:
    return clean.SEASONS.index(title.season) * _QUARTER if title.season in clean.SEASONS else _LATE


def _from_near_ids(titles: Mapping[int, Title], spans: Mapping[int, tuple[float, float]]) -> dict[int, float]:
    """The known dates; where unknown, the median of those of near ids, which were added at about the same time."""
    ids = sorted(titles)
    apart = {anime_id: anime_id / 1e8 for anime_id in ids}
    known = [(i, math.floor(spans[i][0]) + _season(titles[i]) + apart[i]) for i in ids if spans[i][0] > 0]
    result = dict(known)
    at = 0
    for anime_id in ids:
        while at < len(known) and known[at][0] < anime_id:
            at += 1
        near = sorted(date for _, date in known[max(0, at - 10) : at + 10])
        result.setdefault(anime_id, near[len(near) // 2] + apart[anime_id] / 1000 if near else _UNDATED + apart[anime_id])
    return result
