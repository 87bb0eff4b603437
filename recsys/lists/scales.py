"""Convert scores of any scale to 1-10."""

import math
from collections.abc import Collection

from recsys.types import MAX_SCORE, MIN_SCORE


def number(value: object) -> float:
    """A score from a number or its text. 0 for no score (None, empty); NaN if it is not a number."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return 0.0
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return math.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan


def scale_of(scores: Collection[float]) -> int:
    """The highest score of the scale of `scores`: 100 if more than half of those above 0 are above 10, else 10.

    So a single 11 among scores up to 10 counts as a mistake.
    """
    given = [score for score in scores if 0 < score <= 100]
    above = sum(score > MAX_SCORE for score in given)
    return 100 if 2 * above > len(given) else 10


def to_ten(score: float, scale: float) -> float | None:
    """`score` converted in proportion from 0-`scale` to at least 1 and at most 10. None if it is not on the scale."""
    if not 0 < score <= scale:
        return None
    return max(float(MIN_SCORE), round(score * MAX_SCORE / scale, 2))
