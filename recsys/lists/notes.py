"""Read lists that people write as text: one title on a line, such as `- Naruto: 8/10` below a line `Watching:`."""

import re
from itertools import takewhile

from recsys.lists import build, scores, words
from recsys.lists.errors import BadFileError, EmptyListError
from recsys.lists.table import Table

_MAX_LINE = 300
_BULLET = re.compile(r"\s*(?:(?:[-*•◦‣▪·–—>+]|\d{1,4}[.)]|#\d{1,4}[.:]?)\s+)*")
_BOX = re.compile(r"\[([ xX✓✔]?)\]\s*|([☐☑✅✔✓])\s*")
_HEADING = re.compile(r"[#*=_~\s]*(.+?)[\s*=_~]*(?:\(\d+\))?\s*:?[\s*=_~]*")
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
#: A line that is marked as a heading.
_MARKED = re.compile(r"#+\s.*|\*\*.*\*\*|__.*__")
_STATUS = re.compile(r"(?P<title>.+?)\s*(?:[-–—:,]\s+|[(\[])(?P<status>[^()\[\]]{2,30})[)\]]?\s*")


def read(text: str) -> Table:
    """The titles in `text`, as a table with the headings title, score and status.

    Raises `EmptyListError` without titles, `BadFileError` if there are more than any list has.
    """
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > build.MAX_ENTRIES:
        raise BadFileError(f"The file has more than {build.MAX_ENTRIES:,} lines, more than any list.")
    section, above, bare = "", [], _ends_in_scores(lines)
    rows: list[tuple[int, tuple[str, ...]]] = []
    for place, (number, line) in enumerate(lines):
        if (status := _section(line)) is not None:
            section, bare = status, _ends_in_scores(lines[place + 1 :])
            continue
        title, score, status = _entry(line[:_MAX_LINE], bare)
        bare_line = not (rows or score or status or section or _bullet(line))
        if bare_line and (line[-1] in ":!\uff1a" or _MARKED.fullmatch(line)):
            above.append(line)
            continue
        if title:
            rows.append((number, (title, score, status or section)))
    if not rows:
        raise EmptyListError("The file has no titles. Write one title on each line, with its score after it.")
    return Table(("title", "score", "status"), tuple(rows), tuple(above))


def _bullet(line: str) -> int:
    """How many characters of a line are its bullet or number."""
    match = _BULLET.match(line)
    return match.end() if match else 0


def _section(line: str) -> str | None:
    """The status of the lines below a line such as `## Completed (12)` or `Watching:`; None if it is no such line."""
    match = _HEADING.fullmatch(line[:80])
    text = match[1] if match else ""
    if len(text) < 3 or words.status(text) is None or _bullet(line):
        return None
    return text


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


def _ends_in_scores(lines: list[tuple[int, str]]) -> bool:
    """Whether most lines of a section end in a number from 1 to 10: then it is a score and no part of the title."""
    section = list(takewhile(lambda line: _section(line) is None, (line for _, line in lines)))
    return len(section) > 2 and sum(bool(_LAST_NUMBER.fullmatch(line)) for line in section) > 0.7 * len(section)
