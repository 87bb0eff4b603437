"""Checks of values that cross the public API; each raises `ProfileError`."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.countries import CODES
from recsys.errors import ProfileError

MIN_SCORE, MAX_SCORE = 1, 10
MAX_ANIME_ID = 2**31 - 1


def anime_id(value: Any) -> int:
    """The value as an anime id."""
    if isinstance(value, bool) or not isinstance(value, int):
        try:
            if isinstance(value, (str, bool)) or int(value) != value:
                raise ValueError
            value = int(value)
        except (TypeError, ValueError, OverflowError):
            raise ProfileError(f"{value!r} is not an anime id; use MyAnimeList's number, such as 5114.") from None
    if not 0 < value <= MAX_ANIME_ID:
        raise ProfileError(f"{value} is not an anime id; MyAnimeList's numbers are positive and below 2^31.")
    return value


def score(anime_id: int, value: Any) -> float:
    """The value as a title's score."""
    try:
        found = math.nan if isinstance(value, (str, bool)) else float(value)
    except (TypeError, ValueError, OverflowError):
        found = math.nan
    if not MIN_SCORE <= found <= MAX_SCORE:
        raise ProfileError(f"Score {value!r} for title {anime_id} is outside 1-10; put unscored titles in `seen`.")
    return found


def country(value: Any) -> str:
    """The value as a country's code, in capitals."""
    code = value.upper() if isinstance(value, str) else value
    if code not in CODES:
        raise ProfileError(
            f"Filter country is a code of two letters, such as 'DE' or 'JP' (ISO 3166-1), not {value!r}."
        )
    return code


def whole_numbers(values: Iterable[Any]) -> NDArray[np.int64]:
    """Anime ids as an array (n,). Raises `ProfileError` unless all are whole numbers that fit into 64 bits."""
    given = [values] if isinstance(values, str) else list(values)
    try:
        found = np.array(given)
        if found.dtype == np.int64 and found.ndim == 1:
            return found
        with np.errstate(invalid="ignore"):  # not a number: the comparison tells
            whole = found.astype(np.int64)
        if given and (found.ndim != 1 or found.dtype.kind not in "iuf" or (whole != found).any()):
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        wrong = next((value for value in given if not _is_whole(value)), given)
        raise ProfileError(f"{wrong!r:.80} is not an anime id; use MyAnimeList's number, such as 5114.") from None
    return whole


def _is_whole(value: Any) -> bool:
    """Whether a value is a whole number that fits into 64 bits."""
    try:
        return not isinstance(value, str | bool) and int(value) == value and -(2**63) <= value < 2**63
    except (TypeError, ValueError, OverflowError):
        return False


def whole_number(name: str, value: Any, least: int | None = None) -> int:
    """The argument `name` of a public function as an int. Raises `ProfileError` unless it is one from `least` up."""
    if not _is_whole(value) or (least is not None and value < least):
        bound = "" if least is None else f" of at least {least}"
        raise ProfileError(f"{name} is a whole number{bound}, not {value!r:.80}.")
    return int(value)


def number_within(name: str, value: Any, low: float, high: float) -> float:
    """The argument `name` of a public function. Raises `ProfileError` unless it is a number from `low` to `high`."""
    try:
        fits = not isinstance(value, str | bool) and low <= value <= high and math.isfinite(value)
    except (TypeError, ValueError, OverflowError):
        fits = False
    if not fits:
        upwards = f"from {low:g} upwards" if high == math.inf else f"from {low:g} to {high:g}"
        raise ProfileError(f"{name} is a number {upwards}, not {value!r:.80}.")
    return float(value)
