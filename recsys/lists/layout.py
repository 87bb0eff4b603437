"""Spreadsheets with titles side by side: a column for each status, tier or score, or several tables in one sheet."""

from collections.abc import Sequence
from itertools import pairwise

from recsys.lists import build, scores, words
from recsys.lists.errors import BadFileError

Line = tuple[int, tuple[str, ...]]


def below_each_other(lines: Sequence[Line], place: int | None) -> tuple[list[Line], int | None]:
    """The lines with one title on each, and the place of their headings, which is `place` unless they were rearranged.

    Rearranged lines are counted from 1, since several come from one line of the file. Raises `BadFileError` for too
    many.
    """
    starts, kind = _starts(lines, place)
    if not starts:
        return list(lines), place
    top = place or 0
    cells = lines[top][1]
    width = max(len(row) for _, row in lines)
    blocks = list(pairwise((*starts, width)))
    others = {words.simplify(text): text for i, text in enumerate(cells) if text and i > starts[0] and i not in starts}
    found = [("title", kind, *others.values())]
    for start, end in blocks:
        own = {words.simplify(text): i for i, text in enumerate(cells[:end]) if i > start}
        said = cells[start] if place is None else _status_above(lines[:top], start, end)
        for _, row in lines[top + 1 :]:
            values = {name: row[own[name]] if name in own and own[name] < len(row) else "" for name in others}
            if start < len(row) and row[start]:
                found.append((row[start], said, *values.values()))
        if len(found) > build.MAX_ENTRIES:
            raise BadFileError(f"The table has more than {build.MAX_ENTRIES:,} titles, more than any list.")
    return list(enumerate(found, 1)), 0


def _starts(lines: Sequence[Line], place: int | None) -> tuple[list[int], str]:
    """The first column of each block, and what the text above it says: a status or a score. Empty for one block."""
    if not lines:
        return [], ""
    cells = lines[place or 0][1]
    if place is not None:
        titles = [i for i, cell in enumerate(cells) if words.heading(cell) == ("title", True)]
        names = {words.simplify(cells[i]) for i in titles}
        return (titles, "status") if len(titles) > 1 and len(names) == 1 else ([], "")
    filled = [i for i, cell in enumerate(cells) if cell]
    statuses = [i for i in filled if len(cells[i]) > 1 and words.status(cells[i])]
    if len(statuses) > 1 and all(i in statuses or words.heading(cells[i])[1] for i in filled):
        return statuses, "status"
    tiers = [scores.of_heading(cells[i]) for i in filled]
    below = [cell for _, row in lines[1:] for cell in row if cell]
    worded = 2 * sum(any(c.isalpha() for c in cell) and len(cell) > 2 for cell in below) > len(below)
    return (filled, "score") if len(filled) > 1 and all(tiers) and len({*tiers}) == len(tiers) and worded else ([], "")


def _status_above(lines: Sequence[Line], start: int, end: int) -> str:
    """The status that stands above the columns of a block."""
    above = (cell for _, row in reversed(lines) for cell in row[start:end] if words.status(cell))
    return next(above, "")
