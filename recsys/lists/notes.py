"""Read lists that people write as text: one title on a line, such as `- Naruto: 8/10` below a line `Watching:`."""

import re
from itertools import pairwise, takewhile

from recsys.lists import build, scores, words
from recsys.lists.errors import BadFileError, EmptyListError
from recsys.lists.table import Table

Line = tuple[int, str]

_MAX_LINE = 300
_BULLET = re.compile(r"\s*(?:(?:[-*•◦‣▪·–—>+]|\d{1,4}[.)]|#\d{1,4}[.:]?)\s+)*")
_BOX = re.compile(r"\[([ xX✓✔]?)\]\s*|([☐☑✅✔✓])\s*")
_HEADING = re.compile(r"[#*=_~\s]*(.+?)[\s*=_~]*(?:\(\d+\))?\s*:?[\s*=_~]*")
#: How many titles are below a heading: `Watching: 12`.
_COUNT = re.compile(r"\s*[:–-]\s*\d+(?:\s+[^\W\d]+)?$")
_STAR = r"[★⭐🌟✮✭☆✩⚝½\ufe0f]"
_NUMBER = r"\d{1,3}(?:[.,]\d{1,2})?½?"
_OUT_OF = rf"{_NUMBER}\s*(?:/|out of)\s*\d{{1,3}}|{_NUMBER}\s*%|{_STAR}{{1,10}}|{_NUMBER}\s*stars?"
_ALONE = rf"{_NUMBER}|[A-FS][+-]?|[?]+|n/?a"
_BETWEEN = r"(?:\s+[-–—=]+>?\s*|\s*[:\uff1a=|→]\s*|\s*[-–—]\s+|\s*\.{2,}\s*|\s{3,})"
#: What stands between a title and its score: spaces alone suffice only before a score that cannot be part of a title.
_ENDS = (
    rf"(?P<title>.+?)[\s:=|,;(\[–—-]*(?P<score>{_OUT_OF})[)\]]?(?P<rest>.*)",
    rf"(?P<title>.+?){_BETWEEN}(?P<score>{_ALONE})\s*(?P<rest>[(,;–—-].*)?",
    rf"(?P<title>.+?)\s*[(\[](?P<score>{_ALONE})[)\]]\s*(?P<rest>[(,;:–—-].*)?",
)
_PATTERNS = tuple(re.compile(pattern, re.IGNORECASE) for pattern in _ENDS)
_LAST_NUMBER = re.compile(r"(?P<title>.+?)\s+(?P<score>(?:10|\d)(?:[.,]\d)?)")
_SAMPLE = 6000
#: How lines of Markdown begin.
_MARK = re.compile(r"(?:[-*•]|#+)\s")
#: A line that is marked as a heading.
_MARKED = re.compile(r"#+\s.*|\*\*.*\*\*|__.*__")
_STATUS = re.compile(r"(?P<title>.+?)\s*(?:[-–—:,]\s+|[(\[])(?P<status>[^()\[\]]{2,30})[)\]]?\s*")
#: A number, and a score with its scale, in front of a title.
_FIRST_NUMBER = re.compile(r"(?P<score>\d{1,3}(?:[.,]\d)?)\s*[-–—:]\s+(?P<title>.+)")
_FIRST_OUT_OF = re.compile(
    rf"(?P<score>(?:{_NUMBER}\s*/\s*(?:5|10|100))(?!\d)|[★⭐🌟½]{{1,10}})[\s:–—-]*(?P<title>.*\w.*)"
)


def read(text: str) -> Table:
    """The titles in `text`, as a table with the headings title, score and status.

    Raises `EmptyListError` without titles, `BadFileError` if there are more than any list has.
    """
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    _refuse_too_many(lines)
    lines = _apart(_numbers_in_front(lines))
    _refuse_too_many(lines)
    section, above, bare = "", [], _ends_in_scores(lines)
    scored, given = _score_lines(lines), ""
    rows: list[tuple[int, tuple[str, ...]]] = []
    for place, (number, line) in enumerate(lines):
        if line in scored:
            given = scored[line]
            continue
        if (status := _section(line)) is not None:
            section, bare, given = status, _ends_in_scores(lines[place + 1 :]), ""
            continue
        title, score, status = _entry(line[:_MAX_LINE], bare)
        bare_line = not (score or status or _bullet(line))
        if bare_line and line[-1] in ":\uff1a" and rows:
            section, given = title, ""  # what it means is asked
            continue
        on_top = bare_line and not (rows or given or (section and not above))
        if on_top and (line[-1] in ":!\uff1a" or _MARKED.fullmatch(line)):
            above.append(line)
            section = line.strip("#*_:! ") if words.mentions_status(line) else section
            continue
        if title:
            rows.append((number, (title, score or given, status or section)))
    if not rows:
        raise EmptyListError("The file has no titles. Write one title on each line, with its score after it.")
    return Table(("title", "score", "status"), tuple(rows), tuple(above))


def _refuse_too_many(lines: list[Line]) -> None:
    if len(lines) > build.MAX_ENTRIES:
        raise BadFileError(f"The file has more than {build.MAX_ENTRIES:,} lines, more than any list.")


def _bullet(line: str) -> int:
    """How many characters of a line are its bullet or number."""
    match = _BULLET.match(line)
    return match.end() if match else 0


def _section(line: str) -> str | None:
    """The status of the lines below a line such as `## Completed (12)` or `Watching:`; None if it is no such line."""
    match = _HEADING.fullmatch(line[:80])
    text = _COUNT.sub("", match[1]) if match else ""
    known = len(text) >= 3 and not re.search(r"\d", text) and words.status(text) is not None
    return text if known and not _bullet(line) and not _titles_behind(text) else None


def _titles_behind(line: str) -> tuple[str, str] | None:
    """The status and the titles of a line such as `Watching: Naruto, Bleach`."""
    status, colon, titles = re.sub(r"\*\*|__", "", line).replace("\uff1a", ":").partition(":")
    known = colon and titles.strip() and re.fullmatch(r"\D{3,}", status) and words.status(status)
    known = known and not _COUNT.fullmatch(f":{titles}")
    return (status, titles) if known and not _bullet(line) else None


def _tier_behind(line: str) -> tuple[str, str] | None:
    """The tier and the titles of a line such as `S: Naruto, Bleach`."""
    tier, colon, titles = line.partition(":")
    grade = scores.parse(scores.of_heading(tier)).kind == "letter"
    return (tier, titles) if grade and colon and titles.strip() else None


def _in_one_line(text: str) -> bool:
    parts = text[:_SAMPLE].split(",")
    worded = sum(any(c.isalpha() for c in part) for part in parts) > 0.7 * len(parts)
    return text.count(", ") > 1 and worded and not any(scores.parse(part).kind == "number" for part in parts)


def is_text(text: str) -> bool:
    """Whether a text is no table although it has commas: several titles behind a status, or all in one line, or
    bullets."""
    lines = [line.strip() for line in text[:_SAMPLE].splitlines() if line.strip()]
    if len(lines) == 1:
        return _in_one_line(lines[0])
    marked = sum(bool(_titles_behind(line) or _tier_behind(line) or _MARK.match(line)) for line in lines)
    return marked > 0.7 * len(lines)


def _apart(lines: list[Line]) -> list[Line]:
    """The lines, with the titles of `Watching: Naruto, Bleach`, and of a text of one line, on lines of their own.

    They are counted then, since a row's number names it.
    """
    tiers = sum(bool(_tier_behind(line)) for _, line in lines) > 1
    found: list[str] = []
    for _, line in lines:
        if behind := _titles_behind(line) or (_tier_behind(line) if tiers else None):
            found += [f"{behind[0]}:", *behind[1].split(", ")]
        else:
            found += line.split(", ") if len(lines) == 1 and _in_one_line(line) else [line]
    if len(found) == len(lines):
        return lines
    return [(number, line.strip()) for number, line in enumerate(found, 1) if line.strip()]


def _numbers_in_front(lines: list[Line]) -> list[Line]:
    """The lines without the places of `1 - Naruto`, and with scores such as `9 - Naruto` behind their titles.

    Numbers that count up or down are places.
    """
    front = [(number, _FIRST_NUMBER.fullmatch(line) or _FIRST_OUT_OF.fullmatch(line)) for number, line in lines]
    found = [match for _, match in front if match]
    if len(found) < 3 or len(found) <= 0.7 * len(lines):
        return lines
    values = [scores.parse(match["score"]).value for match in found]
    steps = {round(later - sooner, 2) for sooner, later in pairwise(values)}
    places = steps in ({1}, {-1})
    bare = [value for match, value in zip(found, values, strict=True) if match.re is _FIRST_NUMBER]
    if not places and bare and not 0 < min(bare) <= max(bare) <= 10:
        return lines
    return [
        (number, line if not match else match["title"] if places else f"{match['title']}: {match['score']}")
        for (number, match), (_, line) in zip(front, lines, strict=True)
    ]


def _score_lines(lines: list[Line]) -> dict[str, str]:
    """Lines that are nothing but the score, or the tier, of the titles below them; none unless the text begins so."""
    found = {line: score for _, line in lines if not _bullet(line) and (score := scores.of_heading(line))}
    first = next(
        (line for _, line in lines if (_section(line) is None and not line.endswith(":")) or line in found), ""
    )
    if len(found) < 2 or first not in found or 2 * len(found) > len(lines):
        return {}
    return found


def _entry(line: str, bare: bool) -> tuple[str, str, str]:
    line = line[_bullet(line) :]
    status = ""
    if box := _BOX.match(line):
        status = "yes" if (box[1] or box[2] or "").strip() not in ("", "☐") else "no"
        line = line[box.end() :]
    line = re.sub(r"\*\*|__|~~", "", line).strip()
    for pattern in (*_PATTERNS, *((_LAST_NUMBER,) if bare else ())):
        if (match := pattern.fullmatch(line)) and scores.parse(match["score"]).kind != "unreadable":
            groups = match.groupdict()
            rest = (groups.get("rest") or "").strip(" ()[],;:-–—")
            title, inner = _without_status(match["title"])
            return title, match["score"], status or inner or (rest if words.status(rest) else "")
    title, inner = _without_status(line)
    return title, "", status or inner


def _without_status(title: str) -> tuple[str, str]:
    """A title without the status behind it, such as `Naruto (dropped)`."""
    title = title.strip(' \t"“”:|-–—')
    match = _STATUS.fullmatch(title)
    if match and not match["status"].strip().isdecimal() and words.status(match["status"]):
        return match["title"].strip(' \t"“”'), match["status"]
    return title, ""


def _ends_in_scores(lines: list[Line]) -> bool:
    """Whether most lines of a section end in a number from 1 to 10: then it is a score and no part of the title."""
    section = list(takewhile(lambda line: _section(line) is None, (line for _, line in lines)))
    return len(section) > 2 and sum(bool(_LAST_NUMBER.fullmatch(line)) for line in section) > 0.7 * len(section)
