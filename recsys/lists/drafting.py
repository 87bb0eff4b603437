"""Read the rows of a text: a table, or notes."""

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recsys.lists import columns, notes, scores, table, words
from recsys.lists.columns import Draft
from recsys.lists.rows import Source

if TYPE_CHECKING:
    from recsys.lists.workbook import Tab


@dataclass(frozen=True)
class Drafts:
    """Rows and where they come from. `has_scores`: they may have scores of the fan's own; `has_titles`: a heading says
    that they have titles."""

    rows: list[Draft]
    source: Source
    has_scores: bool = True
    has_titles: bool = False


def of_text(text: str, delimiter: str = "") -> Drafts:
    """The rows of a table or of notes.

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
    titled = any(words.heading(heading) == ("title", True) for heading in found.headings)
    return Drafts(columns.drafts(found, held), Source("table", named, notes=held.notes), own, titled)


def of_tab(tab: "Tab") -> Drafts:
    """`of_text` for a sheet of a workbook, of which the separator is known."""
    if tab.widest == 1 and not table.read(tab.text, ",").headings:
        return _notes("\n".join("".join(cells) for cells in csv.reader(io.StringIO(tab.text, newline=""))))
    return of_text(tab.text, "," if tab.has_columns else "")


def _notes(text: str) -> Drafts:
    found = notes.read(text)
    held = columns.Columns(names=(0,), score=1, status=2)
    return Drafts(columns.drafts(found, held), Source("text"))
