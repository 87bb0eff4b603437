"""Split the text of a table into cells, whatever separates them."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from recsys.lists import build, layout, scores, words
from recsys.lists.errors import BadFileError, EmptyListError

_SEPARATORS = (",", ";", "\t", "|")
_SAMPLE = 6000
_MAX_COLUMNS = 100
_MAX_CELL = 500
#: Rows among which the headings are looked for.
_HEAD = 12
#: What at least one heading of a table says.
_NAMING = {"title", "mal_id", "anilist_id", "kitsu_id", "id", "link", "manga"}
_SEP_LINE = re.compile(r'\s*"?sep=(.)"?\s*$', re.IGNORECASE)
_RULE = re.compile(r"[\s:|+=–-]*-[\s:|+=–-]*")

Line = layout.Line


@dataclass(frozen=True)
class Table:
    """`headings` may be empty. `rows` are pairs of a line of the file, from 1, and its cells. `above` is the text
    of the lines above the headings."""

    headings: tuple[str, ...]
    rows: tuple[Line, ...]
    above: tuple[str, ...] = ()


def separator(text: str) -> str:
    """What separates the cells of a text, as clevercsv finds it; empty if it is no table."""
    import clevercsv  # it takes long to load

    sample = text[:_SAMPLE]
    if len(text) > _SAMPLE:
        sample = sample.rpartition("\n")[0] or sample
    lines = [line for line in sample.splitlines() if line.strip()]
    if not any(sign in sample for sign in _SEPARATORS):
        return "," if lines and len(lines) > 1 and _known_headings([lines[0].strip(' "')]) else ""
    if match := _SEP_LINE.match(lines[0]):
        return match[1]
    for line in lines[:_HEAD]:
        sign = max(_SEPARATORS, key=line.count)
        if sign in line and _known_headings([cell.strip(' "') for cell in line.split(sign)]):
            return sign
    try:
        found = clevercsv.Sniffer().sniff("\n".join(lines[:100]), delimiters=list(_SEPARATORS))
    except (clevercsv.exceptions.Error, csv.Error, ValueError, RecursionError):
        return ""
    sign = (found.delimiter or "") if found else ""
    # Within titles and sentences, such signs stand in some lines only.
    return sign if sign and sum(sign in line for line in lines) > 0.5 * len(lines) else ""


def read(text: str, delimiter: str) -> Table:
    """The table in `text`. Raises `BadFileError` for broken quotation or too many rows, `EmptyListError` for none."""
    lines = list(_lines(text, delimiter))
    if lines and _SEP_LINE.match(delimiter.join(lines[0][1])) and lines[0][0] <= 1:
        lines = lines[1:]
    known = [_known_headings(cells) for _, cells in lines[:_HEAD]]
    place = known.index(max(known)) if any(known) else _above_numbers(lines)
    lines, place = layout.below_each_other(lines, place)
    if place is None:
        table = Table((), tuple(lines))
    else:
        above = tuple(" ".join(filter(None, cells)) for _, cells in lines[:place])
        headings = lines[place][1]
        table = Table(headings, _rejoined(lines[place + 1 :], headings, delimiter), above)
    if not table.rows:
        raise EmptyListError("The table has no rows. Add at least one title below its first line.")
    return table


def _lines(text: str, delimiter: str) -> Iterator[Line]:
    """The lines that are not blank and no rule (`|---|---|`), with the number of the line on which each ends."""
    sample = [line for line in islice(io.StringIO(text), 200) if line.strip()]
    edged = delimiter == "|" and all(line.lstrip().startswith("|") for line in sample if "|" in line)
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=delimiter != "\t"
    )
    count = 0
    try:
        for cells in reader:
            cells = [cell.strip() for cell in cells[: _MAX_COLUMNS + 2]]
            if edged:
                cells = cells[not cells[:1] or not cells[0] :]
                cells = cells[:-1] if cells and not cells[-1] else cells
            if not any(cells) or (delimiter == "|" and all(_RULE.fullmatch(cell) for cell in cells if cell)):
                continue
            count += 1
            if count > build.MAX_ENTRIES:
                raise BadFileError(f"The table has more than {build.MAX_ENTRIES:,} rows, more than any list.")
            yield reader.line_num, tuple(cell[:_MAX_CELL] for cell in cells[:_MAX_COLUMNS])
    except csv.Error as error:
        raise BadFileError(
            f"Line {reader.line_num} of the table cannot be read ({error}). "
            "Check its quotation marks, or paste your titles into the template."
        ) from None


def _rejoined(lines: Sequence[Line], headings: tuple[str, ...], delimiter: str) -> tuple[Line, ...]:
    """The lines; a title that holds the delimiter, such as `Oh, My Goddess` without quotation marks, is one cell.

    It is one if the row has a cell too many, and only then a score where the heading says so.
    """
    meanings = [words.heading(heading) for heading in headings]
    title = meanings.index(("title", True)) if ("title", True) in meanings else len(headings)
    score = meanings.index(("score", True)) if ("score", True) in meanings else 0
    found: list[Line] = []
    for number, cells in lines:
        extra, end = len(cells) - len(headings), title + len(cells) - len(headings) + 1
        if extra > 0 and title < score and not _may_be_score(cells[score]) and _may_be_score(cells[score + extra]):
            joined = (", " if delimiter == "," else delimiter).join(cells[title:end])
            cells = (*cells[:title], joined, *cells[end:])
        found.append((number, cells))
    return tuple(found)


def _may_be_score(cell: str) -> bool:
    return scores.parse(cell).kind != "unreadable"


def _above_numbers(lines: Sequence[Line]) -> int | None:
    """0 if the first line says `Anime`, and of its other cells some, which are no scores, stand above scores only."""
    first = lines[0][1] if lines else ()
    rest = [cells for _, cells in lines[1:200]]
    if not any(words.heading(cell) == ("title", True) for cell in first) or len(rest) < 2:
        return None
    for i, cell in enumerate(first):
        below = [cells[i] for cells in rest if i < len(cells) and not words.is_no_score(cells[i])]
        if cell and below and not _is_score(cell) and all(map(_is_score, below)):
            return 0
    return None


def _is_score(cell: str) -> bool:
    return scores.parse(cell).kind in ("number", "stars")


def _known_headings(cells: Sequence[str]) -> int:
    """How many of these cells are headings; 0 unless one names titles or ids, and most are known."""
    found = [words.heading(cell) for cell in cells if cell]
    names = {meaning for meaning, _ in found}
    exact = sum(whole for _, whole in found)
    if not names & _NAMING or 2 * exact < min(len(found), 4):
        return 0
    return 0 if any(re.fullmatch(r"[\d.,/%]+", cell) for cell in cells) else exact
