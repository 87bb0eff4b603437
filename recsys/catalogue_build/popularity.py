"""Estimate how many members a title has from its popularity rank, where MyAnimeList's count is unknown."""

from collections.abc import Callable, Iterable

import numpy as np

#: Counts and ranks are of different days, so an estimate is the median of so many neighbours on either side.
_NEIGHBOURS = 4
_MIN_TITLES = 20


def fit(known: Iterable[tuple[int, int]]) -> Callable[[int], int]:
    """A function from rank to members, fitted to pairs of rank and members.

    MyAnimeList ranks by members, so the count of a title is between those of its neighbours. It is interpolated on
    logarithmic scales, and rounded to two digits. It is 0, for unknown, outside the known ranks, or if fewer than
    `_MIN_TITLES` are known.
    """
    pairs = np.array(sorted(known), dtype=np.float64).reshape(-1, 2)
    if len(pairs) < _MIN_TITLES:
        return lambda _: 0
    ranks, counts = np.log(pairs).T
    near = [counts[max(0, i - _NEIGHBOURS) : i + _NEIGHBOURS + 1] for i in range(len(counts))]
    falling = np.minimum.accumulate([np.median(window) for window in near])

    def estimate(rank: int) -> int:
        value = np.interp(np.log(rank), ranks, falling, left=-np.inf, right=-np.inf)
        return int(float(f"{np.exp(value):.2g}"))

    return estimate
