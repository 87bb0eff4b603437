"""Scores of any scale, as 1-10."""

import math
from collections.abc import Collection

from recsys.types import MAX_SCORE, MIN_SCORE


def number(value: object) -> float:
    """A score as written: a number, or text of one. 0 for no score (None, empty); NaN if it is not a number."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return 0.0
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return math.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan


def scale_of(scores: Collection[float]) -> int:
    """The top of the scale that `scores` were given on: 10 or 100.

    100 if more than half of the scores above 0 are above 10. A single 11 among scores to 10 is a slip, not a scale.
    """
    given = [score for score in scores if 0 < score <= 100]
    above = sum(score > MAX_SCORE for score in given)
    return 100 if 2 * above > len(given) else 10


def to_ten(score: float, scale: float) -> float | None:
    """`score` from 0-`scale` on 1-10, in proportion; what falls below 1 is 1. None if it is not on the scale at all."""
    if not 0 < score <= scale:
        return None
    return max(float(MIN_SCORE), round(score * MAX_SCORE / scale, 2))
