"""Read scores as people write them, and find the scale of a list."""

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from recsys.lists import words

Kind = Literal["none", "number", "stars", "letter", "unreadable"]

#: The scales that a fan can choose from.
SCALES = (3, 5, 10, 20, 100)
_TOPS = (*SCALES, 4, 6, 7, 50)

#: What a half is written as while a score is read: Unicode's own sign decomposes.
_HALF = "⯨"
_NUMBER = r"(\d{1,4}(?:[.,]\d{1,6})?|\d{0,3}⯨)"
_OUT_OF = re.compile(rf"{_NUMBER}\s*(?:/|out of|of|sur|von|su|de|из|\\)\s*(\d{{1,3}})(?:\.0+)?(?!\d)\s*(.*)")
_PERCENT = re.compile(rf"{_NUMBER}\s*%(.*)")
_STARS_WORD = re.compile(rf"{_NUMBER}\s*(?:stars?|étoiles?|estrellas?|estrelas?|sterne|[★⭐🌟])\W*")
_PLAIN = re.compile(rf"[~≈]?\s*([-−–]?){_NUMBER}\s*(?:points?|pts?|点|點|分|점|балл\w*)?[\s!.*]*")
#: As MyAnimeList names its scores: "(10) Masterpiece", "9 - Great".
_LABELLED = re.compile(r"\((\d{1,2})\)\s*[^\W\d]\D*|(\d{1,2})\s*[-–:]\s+[^\W\d]\D*")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct")
_MONTH = rf"((?:{'|'.join(_MONTHS)})[a-z]{{0,6}})"
_DATE = re.compile(rf"(\d{{1,2}})[-. ]{_MONTH}|{_MONTH}[-. ](\d{{1,2}})", re.IGNORECASE)
#: A day as a workbook has it.
_DAY = re.compile(r"(?:19|20)\d\d-(\d\d)-(\d\d)")
_LETTER = re.compile(r"([A-FS])([+-]?|ss?)", re.IGNORECASE)
_TIER = re.compile(r"(?:tier\s*)?([A-FS][+-]?)(?:[\s-]*tier)?", re.IGNORECASE)
_FULL, _EMPTY = "★⭐🌟✮✭", "☆✩⚝"
_HEADING_TOP = re.compile(
    r"(?:/|out of|of|sur|von|max\.?|[-–~]|から)\s*(\d{1,3})\b|[(\[](\d{1,3})(?:点|分|점)?\D?[)\]]|(%)"
)


@dataclass(frozen=True)
class Score:
    """A score as written. `top` is the highest score of its own scale, if it names one (`8/10`, `90%`)."""

    kind: Kind = "none"
    value: float = 0.0
    top: float | None = None
    text: str = ""


def parse(text: str) -> Score:
    """The score in a cell. What is empty, negative, 0 or a word such as `N/A` is no score."""
    text = unicodedata.normalize("NFKC", text.strip()[:60].replace("½", _HALF))
    if words.is_no_score(text):
        return Score()
    found = _parse_stars(text)
    if found is None:
        found = _parse_number(text) or _parse_date(text)
    if found is None and _LETTER.fullmatch(text):
        return Score("letter", text=text.upper())
    if found is None:
        return Score("unreadable", text=text)
    return found if found.value > 0 else Score()


def is_day(text: str) -> bool:
    """Whether a cell is a day such as 2026-08-10, which may be a score only under a heading that says so."""
    return bool(_DAY.fullmatch(text))


def of_heading(text: str) -> str:
    """The score or grade that a heading such as `10/10`, `S tier` or `9:` gives to the titles below it; else empty."""
    text = text.strip("#*_: \t\uff1a")
    if match := _TIER.fullmatch(text):
        return match[1]
    score = Score() if is_day(text) else parse(text)
    return text if score.kind in ("number", "stars") and (score.top or score.value <= 10) else ""


def _parse_stars(text: str) -> Score | None:
    if match := _STARS_WORD.fullmatch(text):
        return Score("stars", _float(match[1]), text=text)
    signs = [c for c in text if c not in " \ufe0f"]
    full = sum(c in _FULL for c in signs)
    empty = sum(c in _EMPTY for c in signs)
    half = signs.count(_HALF)
    if not full + empty or full + empty + half < len(signs):
        return None
    top = full + empty + half if empty else 0
    return Score("stars", full + 0.5 * bool(half), float(top) if top in SCALES else None, text)


def _parse_number(text: str) -> Score | None:
    lower = text.casefold()
    if match := _OUT_OF.match(lower):
        if re.search(r"\d", match[3]) or int(match[2]) not in _TOPS:
            return None
        return Score("number", _float(match[1]), float(match[2]), text)
    if (match := _PERCENT.match(lower)) and not re.search(r"\d", match[2]):
        return Score("number", _float(match[1]), 100.0, text)
    if match := _LABELLED.fullmatch(lower):
        return Score("number", float(match[1] or match[2]), None, text)
    if match := _PLAIN.fullmatch(lower):
        return Score("number", -_float(match[2]) if match[1] else _float(match[2]), None, text)
    try:
        value = float(lower)  # such as 8e0, as programs write it
    except ValueError:
        return None
    return Score("number", value, None, text) if math.isfinite(value) else None


def _parse_date(text: str) -> Score | None:
    """8/10, which a spreadsheet program took for 8 October or August 10: `08-Oct`, `10-Aug`, `2026-08-10`."""
    if match := _DAY.fullmatch(text):
        day, month = int(match[2]), int(match[1])
    elif match := _DATE.fullmatch(text):
        day, month = int(match[1] or match[4]), _MONTHS.index((match[2] or match[3])[:3].lower()) + 1
    else:
        return None
    value = day if month == 10 else month if day == 10 else 0
    return Score("number", float(value), 10.0, text) if 1 <= value <= 10 else None


def _float(text: str) -> float:
    half = text.endswith(_HALF)
    return float(text.removesuffix(_HALF).replace(",", ".") or 0) + (0.5 if half else 0.0)


@dataclass(frozen=True)
class Scale:
    """The scale of a list's scores: `top` is the highest, `why` how it was found. Not `sure`: ask the fan."""

    top: float = 10.0
    sure: bool = True
    why: str = ""


def heading_top(heading: str) -> float | None:
    """The highest score that a column's heading names, such as `Score (out of 10)`, `Note /20`, `Stars`, `1-5`."""
    heading = unicodedata.normalize("NFKC", heading.casefold())
    if match := _HEADING_TOP.search(heading):
        top = 100.0 if match[3] else float(match[1] or match[2])
        return top if top in _TOPS else None
    return 5.0 if re.search(r"\bstars?\b|★|⭐|별점|\bsterne\b|étoiles|estrellas", heading) else None


def find_scale(found: Sequence[Score], named: float | None = None) -> Scale:
    """The scale of the scores that name none themselves. `named` is the highest score that a heading names.

    A single score above the others' scale counts as a mistake.
    """
    plain = [score for score in found if score.kind == "number" and score.top is None]
    stars = [score for score in found if score.kind == "stars" and score.top is None]
    if not plain:
        if stars:
            most = max(score.value for score in stars)
            # One star may mark a favourite, and three may be the most that the fan gives.
            return Scale(star_top(stars), most > 3, "stars" if most > 3 else "no title has more than three stars")
        tops = [score.top for score in found if score.top]
        return Scale(max(set(tops), key=tops.count), True, "written with the scores") if tops else Scale()
    values = [score.value for score in plain if score.value <= 100] or [10.0]
    tops = [score.top for score in found if score.top]
    if named is None and tops:
        named = max(set(tops), key=tops.count)
    if named is not None and _share_above(values, named) <= 0.05:
        return Scale(named, True, "named in the file")
    if max(values) <= 5:
        return _small(values)
    above = sum(value > 10 for value in values)
    if above == 0 or (above == 1 and len(values) > 2):
        return Scale(10.0, True, "the scores go up to 10")
    if 2 * above > len(values):
        hundred = max(values) > 20
        return Scale(100.0 if hundred else 20.0, True, f"the scores go up to {max(values):g}")
    return Scale(10.0, above <= 0.02 * len(values), "only some scores are above 10")


def _share_above(values: Sequence[float], top: float) -> float:
    return sum(value > top for value in values) / len(values)


def _small(values: Sequence[float]) -> Scale:
    if max(values) <= 1:
        fractions = any(value != 1 for value in values)
        return Scale(1.0 if fractions else 10.0, fractions and len(values) > 2, "all scores are at most 1")
    halves = any(value % 1 for value in values)
    if len(values) >= (5 if halves else 10) and max(values) > 3 and len(set(values)) > 1:
        return Scale(5.0, True, "no score is above 5")
    return Scale(5.0 if len(values) >= 3 else 10.0, False, "no score is above 5")


def star_top(found: Sequence[Score]) -> float:
    """5, or 10 if any row has more stars than 5."""
    return 10.0 if any(score.value > 5 for score in found) else 5.0


def with_top(score: Score, scale: float, stars: float) -> Score:
    """The score with its scale: its own, else that of the list."""
    return score if score.top else replace(score, top=stars if score.kind == "stars" else scale)
