"""What to watch before a title, and the order that follows from it: from corrections, relations, names and dates."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from importlib import resources

from recsys.catalogue_build.franchise_index import FIRST, SERIES, TitleIndex, number, rank
from recsys.catalogue_build.franchise_names import Words
from recsys.errors import DataError
from recsys.types import Title

Parents = dict[int, tuple[int, ...]]

#: So many titles at most are listed as required before one, the nearest. Real series need 13. Without a limit, the
#: relations of n parts that follow each other would be n² / 2.
MOST_REQUIRED = 50

#: A title requires no series with a smaller share of the audience of the best-known one of its line.
_LEAST_SHARE = 0.1
#: A sequel is rarely watched by more people than this many times those who began the series.
_KNOWN_SHARE = 0.5
#: Words that mark a story on the side, which no later season requires.
_ASIDE = frozenset(["gaiden", "alternative", "外伝", "オルタナティブ"])


def corrections() -> Parents:
    """Title id -> what to watch directly before it, where names mislead; from franchise_orders.csv.

    Raises `DataError` if titles there require each other.
    """
    text = resources.files("recsys.catalogue_build").joinpath("franchise_orders.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    found = {int(row["anime_id"]): tuple(int(i) for i in row["after"].split("|") if i) for row in rows}
    try:
        TopologicalSorter(found).prepare()
    except CycleError as error:
        raise DataError(f"Titles in franchise_orders.csv require each other: {error.args[1]}.") from None
    return found


def without_cycles(parents: Mapping[int, Iterable[int]], dates: Mapping[int, float]) -> Parents:
    """The same parents, except that no title comes before itself through others.

    A parent that is older than its title is always kept. Any other is left out if it closes a cycle.
    """
    result: Parents = dict.fromkeys(parents, ())
    pairs = [(anime_id, parent) for anime_id, required in parents.items() for parent in required if parent != anime_id]
    needed: set[int] = set()
    for anime_id, parent in sorted(pairs, key=lambda pair: _step(dates[pair[0]], dates[pair[1]])):
        # Neither a step back in time closes a cycle, when all others are such steps, nor a title that none needs yet.
        is_safe = dates[parent] < dates[anime_id] or anime_id not in needed
        if is_safe or anime_id not in _ancestors(result, parent):
            result[anime_id] = (*result[anime_id], parent)
            needed.add(parent)
    return result


def _step(date: float, before: float) -> int:
    """-1 for a step back in time, 0 for none, 1 for one ahead. Dates may be infinite."""
    return (before > date) - (before < date)


def _ancestors(parents: Mapping[int, Sequence[int]], anime_id: int) -> set[int]:
    found: set[int] = set()
    waiting = [anime_id]
    while waiting:
        waiting.extend(parent for parent in parents.get(waiting.pop(), ()) if parent not in found)
        found.update(waiting)
    return found


def watch_order(dates: Mapping[int, float], parents: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """Title id -> its position by date, where each title comes after its parents. `parents` have no cycle."""
    children_last = list(TopologicalSorter(parents).static_order())
    latest = dict(dates)
    for anime_id in reversed(children_last):
        for parent in parents.get(anime_id, ()):
            latest[parent] = min(latest[parent], latest[anime_id])
    depth = {anime_id: position for position, anime_id in enumerate(children_last)}
    ordered = sorted(dates, key=lambda anime_id: (latest[anime_id], depth.get(anime_id, -1), anime_id))
    return {anime_id: position for position, anime_id in enumerate(ordered)}


def infer(index: TitleIndex, order: Mapping[int, int]) -> Parents:
    """Title id -> the title to watch directly before it, always one that is earlier in `order`; titles that can be
    watched first are left out."""
    found = {anime_id: _parent(index, order, title) for anime_id, title in index.titles.items()}
    return {anime_id: (parent,) for anime_id, parent in found.items() if parent is not None}


def chains(parents: Mapping[int, Sequence[int]], order: Mapping[int, int]) -> Parents:
    """What comes before each title, first to last: the latest `MOST_REQUIRED`. Parents are earlier in `order`."""
    result: Parents = {}
    for anime_id in sorted(parents, key=order.__getitem__):
        before = {i for parent in parents[anime_id] for i in (parent, *result.get(parent, ()))}
        result[anime_id] = tuple(sorted(before, key=order.__getitem__)[-MOST_REQUIRED:])
    return result


def _parent(index: TitleIndex, order: Mapping[int, int], title: Title) -> int | None:
    """The nearest earlier main title of the series that a title's name continues."""
    own_id = title.anime_id
    if title.kind in ("music", "recap"):
        return None
    group, own = index.groups[own_id], index.names[own_id]
    for name in own:
        line = index.lines[group, name.words]
        earlier = [i for i in line if index.numbered_before(i, own_id, name.words) and order[i] < order[own_id]]
        if earlier and rank(name) > FIRST:
            earlier = index.same_year(earlier, own_id)
            return max(earlier, key=lambda i: (index.rank_in(i, name.words), order[i]))
        if name.numbered is not None and name.numbered < len(name.words):
            series = index.numbered[group, name.words[: name.numbered]]
            lower = [i for i in series if series[i] < number(name) and order[i] < order[own_id]]
            lower = [i for i in lower if index.titles[i].type == title.type]
            if lower:
                return max(lower, key=lambda i: series[i])
    if index.years[own_id] and title.type in SERIES:
        return None  # a remake
    for stem in dict.fromkeys(index.inferred.stems[own_id]):
        if (group, stem) in index.brands:
            continue
        line = {*index.lines.get((group, stem), ()), *index.extended.get((group, stem), ())}
        before = [i for i in line if order[i] < order[own_id] and _is_series_of(index, i, title, stem)]
        most = max((index.titles[i].members for i in before), default=0)
        before = [i for i in before if index.titles[i].members >= _LEAST_SHARE * most or not index.titles[i].members]
        if before:
            return max(index.same_year(before, own_id), key=order.__getitem__)
    return None


def _is_series_of(index: TitleIndex, other: int, title: Title, stem: Words) -> bool:
    """Whether another title is a series that one may follow: hardly less known, as first parts are."""
    candidate = index.titles[other]
    if other not in index.main or candidate.type not in SERIES:
        return False
    if any(_ASIDE & set(name.words) - set(stem) for name in index.names[other]):
        return False
    return title.type not in SERIES or candidate.members >= _KNOWN_SHARE * title.members
