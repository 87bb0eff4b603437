"""One split of fans into train, validation and test, by a hash of the fan's id: the same in every command, for ever."""

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from recsys.data.ratings import Ratings

Part = Literal["train", "validation", "test"]

#: Shares of fans, in percent. Training fits on `train`; tuning, early stopping, band calibration and blend weights use
#: `validation`; only `scripts.evaluate` reads `test`.
SHARES: dict[Part, int] = {"train": 80, "validation": 10, "test": 10}


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SplitMix64's finaliser (Steele, Lea & Flood 2014): neighbouring ids land in unrelated places."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def members(user_ids: NDArray[np.int64], part: Part) -> NDArray[np.bool_]:
    """Which of `user_ids` (n,) belong to `part`, as a mask (n,)."""
    percent = _mix(np.asarray(user_ids).astype(np.uint64)) % np.uint64(100)
    low = 0
    for name, share in SHARES.items():
        if name == part:
            return (percent >= low) & (percent < low + share)
        low += share
    raise ValueError(f"No part {part!r}; the parts are {', '.join(SHARES)}.")


def part_of(ratings: Ratings, part: Part) -> Ratings:
    """The ratings of one part's fans; positions and ids stay as they were."""
    return rows_of(ratings, members(ratings.user_ids, part)[ratings.users])


def rows_of(ratings: Ratings, rows: NDArray[np.bool_] | NDArray[np.integer]) -> Ratings:
    """The ratings that `rows` selects, in its order; positions and ids stay as they were."""
    return replace(ratings, users=ratings.users[rows], items=ratings.items[rows], scores=ratings.scores[rows])
