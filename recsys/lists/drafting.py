"""Read the rows of a text: a table, or notes."""

import csv
import io

from recsys.lists import columns, notes, scores, table, words
from recsys.lists.columns import Draft
from recsys.lists.rows import Source
from recsys.lists.workbook import Tab


def of_text(text: str, delimiter: str = "") -> tuple[list[Draft], Source, bool]:
    """The rows of a table or of notes, where they come from, and whether they may have scores of the fan's own.

    `delimiter` separates the cells of a text that is known to be a table. Raises `BadFileError` or `EmptyListError` if
    there are no titles.
    """
    separator = "" if notes.is_text(text) else delimiter or table.separator(text)
    if not separator:
        return _notes(text)
    found = table.read(text, separator)
    held = columns.find(found)
    named = scores.heading_top(held.score_heading)
    own = held.score is not None and words.heading(held.score_heading)[0] != "site_score"
    return columns.drafts(found, held), Source("table", named, notes=held.notes), own


def of_tab(tab: Tab) -> tuple[list[Draft], Source, bool]:
    """`of_text` for a sheet of a workbook, of which the separator is known."""
    if tab.widest == 1 and not table.read(tab.text, ",").headings:
        return _notes("\n".join("".join(cells) for cells in csv.reader(io.StringIO(tab.text, newline=""))))
    return of_text(tab.text, "," if tab.has_columns else "")


def _notes(text: str) -> tuple[list[Draft], Source, bool]:
    found = notes.read(text)
    held = columns.Columns(names=(0,), score=1, status=2)
    return columns.drafts(found, held), Source("text"), True
