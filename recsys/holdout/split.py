"""The split of fans into train, validation and test by a hash of the fan's id. It must never change."""

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from recsys.data.ratings import Lists, Ratings

Part = Literal["train", "validation", "test"]

#: Percent of fans. Models are fitted on `train`; tuning, early stopping, interval calibration and blend weights use
#: `validation`; only `scripts.evaluate` reads `test`.
SHARES: dict[Part, int] = {"train": 80, "validation": 10, "test": 10}


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SplitMix64's finaliser (Steele, Lea & Flood 2014): it makes the parts of neighbouring ids independent."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _percent(user_ids: NDArray[np.int64]) -> NDArray[np.intp]:
    """Where each of `user_ids` (n,) stands among the hundredths of all fans: (n,) of 0 to 99."""
    return (_mix(np.asarray(user_ids).astype(np.uint64)) % np.uint64(100)).astype(np.intp)


def members(user_ids: NDArray[np.int64], part: Part) -> NDArray[np.bool_]:
    """A mask (n,) of the `user_ids` (n,) that belong to `part`."""
    percent, low = _percent(user_ids), 0
    for name, share in SHARES.items():
        if name == part:
            return (percent >= low) & (percent < low + share)
        low += share
    raise ValueError(f"There is no part {part!r}; the parts are {', '.join(SHARES)}.")


def fold_of(user_ids: NDArray[np.int64], n: int) -> NDArray[np.intp]:
    """One of `n` folds for each of `user_ids` (m,), independent of the fans' parts: (m,) of 0 to n - 1."""
    return (_mix(np.asarray(user_ids).astype(np.uint64)) // np.uint64(100) % np.uint64(n)).astype(np.intp)


#: Turns after which each fan of the train and validation parts has been a validation fan once.
TURNS = (SHARES["train"] + SHARES["validation"]) // SHARES["validation"]


def turned(lists: Lists, turn: int) -> Lists:
    """The same lists, whose fans have other ids, so that each of `TURNS` turns has other validation fans.

    The validation fans of turn t were t places further down among the train and validation parts; turn 0 is `lists`.
    The test fans are the same in every turn.
    """
    if turn == 0:
        return lists
    percent, others = _percent(lists.ratings.user_ids), SHARES["train"] + SHARES["validation"]
    percent = np.where(percent < others, (percent + turn * SHARES["validation"]) % others, percent)
    new = _ids_in(percent)
    places, ids = np.argsort(np.argsort(new)).astype(np.int32), np.sort(new)
    ratings, unscored = lists.ratings, lists.unscored
    moved = places[ratings.users]
    ratings = replace(rows_of(replace(ratings, users=moved), np.lexsort((ratings.items, moved))), user_ids=ids)
    moved = places[unscored.users]
    return Lists(ratings, replace(unscored, users=moved).of(np.lexsort((unscored.items, moved))))


def _ids_in(percent: NDArray[np.intp]) -> NDArray[np.int64]:
    """Made-up ids of fans, each at the hundredth that `percent` (n,) says: (n,), all different."""
    wanted = np.bincount(percent, minlength=100)
    ids = np.arange(150 * wanted.max() + 10_000)
    at = np.argsort(_percent(ids), kind="stable")
    starts = np.searchsorted(_percent(ids)[at], np.arange(100))
    order = np.argsort(percent, kind="stable")
    rank = np.arange(len(percent)) - (np.cumsum(wanted) - wanted)[percent[order]]
    result = np.empty(len(percent), np.int64)
    result[order] = ids[at[starts[percent[order]] + rank]]
    return result


def part_of(ratings: Ratings, part: Part) -> Ratings:
    """The ratings of one part's fans; positions and ids do not change."""
    return rows_of(ratings, members(ratings.user_ids, part)[ratings.users])


def lists_of(lists: Lists, part: Part) -> Lists:
    """The lists of one part's fans; positions and ids do not change."""
    rows = members(lists.ratings.user_ids, part)[lists.unscored.users]
    return Lists(part_of(lists.ratings, part), lists.unscored.of(rows))


def rows_of(ratings: Ratings, rows: NDArray[np.bool_] | NDArray[np.integer]) -> Ratings:
    """The ratings that `rows` selects, in its order; positions and ids do not change."""
    return replace(ratings, users=ratings.users[rows], items=ratings.items[rows], scores=ratings.scores[rows])
