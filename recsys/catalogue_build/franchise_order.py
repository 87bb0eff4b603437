"""The order in which to watch titles, and all that comes before each: from their parents and dates."""

from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from recsys.catalogue_build.facts import own_rows
from recsys.errors import DataError

Parents = dict[int, tuple[int, ...]]

#: So many titles at most are listed as required before one, the nearest. Real series need 13. Without a limit, the
#: relations of n parts that follow each other would be n² / 2.
MOST_REQUIRED = 50


def corrections() -> Parents:
    """Title id -> what to watch directly before it, where names mislead; from franchise_orders.csv.

    Raises `DataError` if titles there require each other.
    """
    rows = own_rows("franchise_orders.csv")
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


def chains(parents: Mapping[int, Sequence[int]], order: Mapping[int, int]) -> Parents:
    """What comes before each title, first to last: the latest `MOST_REQUIRED`. Parents are earlier in `order`."""
    result: Parents = {}
    for anime_id in sorted(parents, key=order.__getitem__):
        before = {i for parent in parents[anime_id] for i in (parent, *result.get(parent, ()))}
        result[anime_id] = tuple(sorted(before, key=order.__getitem__)[-MOST_REQUIRED:])
    return result
