"""Read a column of statuses, which may be words, numbers, check marks, dates or counts of episodes."""

import re
from collections.abc import Callable, Sequence

from recsys.lists import words

#: The status of a row, by the text of its cell and whether the row has a score; empty for watched.
Reader = Callable[[str, bool], str]

_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}([-./]\d{1,4})?.*|(?=.*\b(?:19|20)\d\d\b).*[^\W\d]{3,}.*")
_MOST_CODES = 9


def as_written(text: str, scored: bool) -> str:
    """The text itself."""
    return text


def under(heading: str) -> Reader:
    """Asks what `yes` and `no` mean below a heading that is not known, such as `Liked?`."""
    return lambda text, scored: f"{heading[:40]} {text}" if text and not scored else ""


def find(cells: Sequence[str]) -> tuple[Reader, tuple[str, ...]]:
    """How to read a column with these cells, and what to tell the fan about it.

    An empty cell of a row without a score means that a title was not watched where the others are check marks; else it
    is asked about.
    """
    filled = [cell for cell in cells if cell]
    if not filled:
        return as_written, ()
    marks = all(words.is_mark(cell) and words.status(cell) for cell in filled)
    if marks and len(filled) < len(cells):
        return _marked, ("Titles with neither a check mark nor a score were read as planned.",)
    if all(cell.isdecimal() for cell in filled) and any(words.status(cell) is None for cell in filled):
        return (_counted, ()) if max(map(int, filled)) > _MOST_CODES else (_coded, ())
    if all(_DATE.fullmatch(cell) and words.status(cell) is None for cell in filled):
        return _dated, ()
    return _worded, ()


def _marked(text: str, scored: bool) -> str:
    return text or ("" if scored else "no")


def _counted(text: str, scored: bool) -> str:
    if text and not text.isdecimal():
        return text
    return "no" if text.strip("0") == "" and not scored else "yes"


def _coded(text: str, scored: bool) -> str:
    return f"status {text}" if text.isdecimal() else _worded(text, scored)


def _dated(text: str, scored: bool) -> str:
    if text and not _DATE.fullmatch(text):
        return text
    return "yes" if text or scored else "no date"


def _worded(text: str, scored: bool) -> str:
    return text or ("" if scored else "no status")
