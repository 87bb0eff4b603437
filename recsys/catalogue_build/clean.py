"""Clean raw catalogue values, one function for each kind of value. Unknown values become None or empty."""

import datetime as dt
import html
import re
import unicodedata
from datetime import UTC

from recsys.seasons import NAMES as SEASONS
from recsys.settings import COVER_HOSTS
from recsys.statuses import AIRING, CANCELLED, FINISHED, NOT_AIRED
from recsys.types import MAX_ANIME_ID, MAX_SCORE, MIN_SCORE

FIRST_YEAR = 1900  # MyAnimeList's oldest title is from 1917
MAX_EPISODES = 20_000  # the longest series has about 8,000
MAX_MEMBERS = 100_000_000
MAX_MINUTES = 24 * 60
MAX_TEXT = 500
TYPES = ("TV", "Movie", "OVA", "ONA", "Special", "Music")
STATUSES = (FINISHED, AIRING, NOT_AIRED, CANCELLED)
AGE_RATINGS = (
    "G - All Ages",
    "PG - Children",
    "PG-13 - Teens 13 or older",
    "R - 17+ (violence & profanity)",
    "R+ - Mild Nudity",
    "Rx - Hentai",
)
ADULT_GENRES = frozenset({"Hentai", "Erotica"})

_UNKNOWN = frozenset({"", "unknown", "none", "nan", "null", "n/a", "none found", "add some", "not available", "?"})
_JAPAN = dt.timezone(dt.timedelta(hours=9))
_TYPE_NAMES = {name.lower(): name for name in TYPES} | {"tv special": "Special", "pv": "Special", "cm": "Special"}
_STATUS_NAMES = {name.lower(): name for name in STATUSES}
#: Letters of Chinese, Japanese and Korean; the middle dot and the like are none.
_WIDE_LETTER = re.compile("[\u3040-\u30fa\u30fc-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
#: So many days before a season a title may begin and still belong to it.
_NEAR_SEASON = dt.timedelta(days=31)
_ENTITY = re.compile(r"&(#\d+|#x[0-9a-f]+|\w+);", re.IGNORECASE)


def text(value: object) -> str | None:
    """One line of text with HTML entities decoded (even twice) and no control characters or repeated spaces."""
    if value is None:
        return None
    result = str(value)
    for _ in range(2):
        if "&" not in result or not _ENTITY.search(result):
            break
        result = html.unescape(result)
    if not result.isprintable():
        result = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in result)
    result = " ".join(result.split())[:MAX_TEXT]
    return None if result.lower() in _UNKNOWN else result


def latin(value: object) -> str | None:
    """A text without Chinese, Japanese or Korean letters, as an English name is, else None."""
    result = text(value)
    return None if result and _WIDE_LETTER.search(result) else result


def texts(value: object, separator: str = ",") -> tuple[str, ...]:
    """Split a list, drop repetitions and keep the order."""
    full = text(value)
    if full is None:
        return ()
    parts = (text(part) for part in full.split(separator))
    return tuple(dict.fromkeys(part for part in parts if part))


def number(value: object, low: float, high: float) -> float | None:
    """A number in [low, high], else None."""
    try:
        result = float(str(value).strip())
    except ValueError:
        return None
    return result if low <= result <= high else None


def integer(value: object, low: int, high: int) -> int | None:
    result = number(value, low, high)
    return int(result) if result is not None and result == int(result) else None


def anime_id(value: object) -> int | None:
    return integer(value, 1, MAX_ANIME_ID)


def episodes(value: object) -> int | None:
    return integer(value, 1, MAX_EPISODES)


def mean_score(value: object) -> float | None:
    return number(value, MIN_SCORE, MAX_SCORE)


def members(value: object) -> int:
    return integer(value, 0, MAX_MEMBERS) or 0


def kind_of_release(value: object) -> str | None:
    """MyAnimeList's type, one of `TYPES`."""
    return _TYPE_NAMES.get((text(value) or "").lower())


def is_adult(genres: tuple[str, ...], age_rating: str | None) -> bool:
    """Whether a title is pornographic: by genre, or by MyAnimeList's age rating Rx. "Ecchi" is not."""
    return not ADULT_GENRES.isdisjoint(genres) or (age_rating or "").lower().startswith("rx")


def url(value: object) -> str | None:
    """A web address, else None: nothing else may become a link."""
    result = text(value)
    return result if result and re.fullmatch(r"https?://[^\s<>\"']+", result) else None


def cover(value: object) -> str | None:
    """The address of a picture at one of `recsys.settings.COVER_HOSTS`, over https."""
    result = url(value)
    host = re.match(r"https://([^/?#]+)/", result) if result else None
    return result if host and host[1] in COVER_HOSTS else None


def status(value: object) -> str | None:
    """One of `STATUSES`."""
    return _STATUS_NAMES.get((text(value) or "").lower())


def season(value: object) -> str | None:
    """One of `SEASONS`."""
    name = (text(value) or "").capitalize()
    return name if name in SEASONS else None


def age_rating(value: object) -> str | None:
    """One of `AGE_RATINGS`."""
    name = text(value)
    return name if name in AGE_RATINGS else None


def year(value: object) -> int | None:
    return integer(value, FIRST_YEAR, dt.datetime.now(UTC).year + 5)


def date(value: object) -> dt.date | None:
    """A day such as "1998-04-03" in a year that `year` accepts."""
    try:
        result = dt.date.fromisoformat(text(value) or "")
    except ValueError:
        return None
    return result if year(result.year) else None


def month(value: object) -> str:
    """A month such as "2026-08", "" where unknown."""
    result = text(value) or ""
    return result if re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", result) else ""


def day_in_japan(moment: dt.datetime) -> dt.date | None:
    return date(moment.astimezone(_JAPAN).date().isoformat())


def year_and_season(begin: dt.date | None) -> tuple[int | None, str | None]:
    """Year and season of a day, None where it is unknown; a season is a quarter of the year."""
    if begin is None:
        return None, None
    return year(begin.year), SEASONS[(begin.month - 1) // 3]


def premiere(stated_year: object, stated_season: object, begin: dt.date | None) -> tuple[int | None, str | None]:
    """Year and season as stated; as `begin` says where they are not, or if it is long before or after that season.

    The first of January stands for a year of which nothing else is known, so it corrects nothing.
    """
    known, name = year(stated_year), season(stated_season)
    if begin is None:
        return known, name
    own = year_and_season(begin)
    if not known or not name or (begin.month, begin.day) == (1, 1):
        return known or own[0], name or own[1]
    quarter = SEASONS.index(name)
    first = dt.date(known, 3 * quarter + 1, 1)
    after = dt.date(known + quarter // 3, (3 * quarter + 3) % 12 + 1, 1)
    return (known, name) if first - _NEAR_SEASON <= begin < after else own


def minutes(value: object) -> float | None:
    """Minutes per episode from "24 min per ep", "1 hr 52 min", "45 sec" or a bare number of minutes."""
    duration = (text(value) or "").lower()
    bare = number(duration, 0.01, MAX_MINUTES)
    if bare is not None:
        return bare
    units = {"hr": 60.0, "min": 1.0, "sec": 1 / 60}
    parts = re.findall(r"(\d+)\s*(hr|min|sec)", duration)
    return number(round(sum(int(n) * units[unit] for n, unit in parts), 2), 0.01, MAX_MINUTES)
