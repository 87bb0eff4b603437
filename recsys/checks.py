"""Checks of single values that cross the public API; each raises `ProfileError`."""

import math
from typing import Any

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
