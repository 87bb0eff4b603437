"""Read a workbook: which of its sheets are the fan's list, and their rows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from recsys.errors import ListError
from recsys.lists import build, drafting, words, workbook
from recsys.lists.drafting import Drafts
from recsys.lists.errors import BadFileError, EmptyListError, TooLongError
from recsys.lists.importing import Answers, Import, assemble
from recsys.lists.report import Candidate, Sheet
from recsys.lists.resolve import Match, Progress, resolve
from recsys.lists.rows import Row, Source
from recsys.lists.workbook import Tab

#: A sheet is a list if this share of its rows are titles that were found.
_LIST = 0.3
#: Two sheets are of two people if they score as many titles in common, and this share of these, differently.
_CLASHES, _CLASH = 2, 0.3
_BESIDE_STATUS = re.compile(r"\b(?:my|anime|list|\d+)\b", re.IGNORECASE)


@dataclass
class _Read:
    """A sheet as read. `is_titled`: its name or a heading says that it has titles; `is_own`: its statuses or scores
    make it sure that the fan has watched them, or will; `takes_name`: its name is the status of some of them."""

    tab: Tab
    rows: list[Row]
    source: Source
    start: int
    end: int
    is_titled: bool
    is_own: bool
    takes_name: bool

    @property
    def is_list(self) -> bool:
        """Whether its rows are titles of anime. Almost any text is like some title, so candidates say nothing."""
        found = sum(bool(row.anime_id) for row in self.rows)
        return self.is_titled or (found > 0 and found >= _LIST * len(self.rows))


def read(data: bytes, match: Match | None, answers: Answers, progress: Progress | None) -> Import:
    """The list in a workbook. A sheet alone is read; of several, those that are surely the fan's own list: the others
    are asked about. Raises `BadFileError` if no sheet can be read, `EmptyListError` if none has anything that can be
    used."""
    drafted, unread = _drafted(workbook.read(data))
    if not drafted:
        raise _nothing(unread)
    rows = sum(len(found.rows) for _, found in drafted)
    searched: dict[str, tuple[Candidate, ...]] = {}
    every: list[_Read] = []
    for tab, found in drafted:
        done = sum(len(one.rows) for one in every)
        step = progress and (lambda n, _, done=done: progress(done + n, rows))
        every.append(_resolved(tab, found, every[-1].end if every else 0, match, step, searched))
    doubtful = {name: error for name, error in unread.items() if not words.is_manga(name)}
    if doubtful and not any(one.is_list for one in every):
        raise _nothing(doubtful)
    notes = [f"The sheet “{name}” was not read. {error}" for name, error in unread.items()]
    if as_named := [f"“{one.tab.name}”" for one in every if one.takes_name]:
        notes.append(f"The name of a sheet is the status of its titles that have no other: {', '.join(as_named)}.")
    sheets = _decide(every)
    both = list(zip(sheets, every, strict=True))
    all_rows = [row for sheet, one in both for row in (_of_unknown_status(one) if sheet.is_asked else one.rows)]
    kind = "spreadsheet" if len(every) > 1 else every[0].source.kind
    source = Source(kind, notes=tuple(notes), sheets=tuple((sheet, one.source) for sheet, one in both))
    return assemble(all_rows, source, answers, may_be_empty=any(sheet.is_asked for sheet in sheets))


def _resolved(
    tab: Tab,
    found: Drafts,
    start: int,
    match: Match | None,
    progress: Progress | None,
    searched: dict[str, tuple[Candidate, ...]],
) -> _Read:
    """A sheet whose rows are numbered from `start` on, with the titles of its rows."""
    known = sum(words.status(draft.status) is not None for draft in found.rows if draft.status)
    named = _status(tab.name)
    takes_name = bool(named) and any(not draft.status for draft in found.rows)
    drafts = [replace(one, number=start + one.number, status=one.status or named) for one in found.rows]
    rows, said = resolve(drafts, match, progress, searched)
    is_own = (
        bool(named) or 2 * known > len(drafts) or (found.has_scores and any(d.score.kind != "none" for d in drafts))
    )
    source = replace(found.source, notes=found.source.notes + said)
    end = max(draft.number for draft in drafts)
    return _Read(tab, rows, source, start, end, bool(named) or found.has_titles, is_own, takes_name)


def _drafted(tabs: Sequence[Tab]) -> tuple[list[tuple[Tab, Drafts]], dict[str, ListError]]:
    """The sheets that have rows, and what is wrong with the others. Raises `TooLongError`."""
    drafted: list[tuple[Tab, Drafts]] = []
    unread: dict[str, ListError] = {}
    rows = 0
    for tab in tabs:
        try:
            if len(tabs) > 1 and words.is_manga(tab.name):
                raise BadFileError("It is named as a list of manga or novels.")
            found = drafting.of_tab(tab)
            if not found.rows:
                raise EmptyListError("It has no titles. Write one in each row.")
            drafted.append((tab, found))
            rows += len(found.rows)
        except ListError as error:
            unread[tab.name] = error
        if rows > build.MAX_ENTRIES:
            raise TooLongError(
                f"The spreadsheet has more than {build.MAX_ENTRIES:,} rows, more titles than there are on MyAnimeList. "
                "Copy your list into a new one, and upload that."
            )
    return drafted, unread


def _of_unknown_status(one: _Read) -> list[Row]:
    """The rows of a sheet that is asked about. Should the fan choose it, its name is a status that is asked about, too,
    unless its titles have statuses or scores."""
    if one.is_own:
        return one.rows
    status = one.tab.name if words.status(one.tab.name) is None else f"sheet {one.tab.name}"
    return [row if row.status else replace(row, status=status) for row in one.rows]


def _nothing(unread: dict[str, ListError]) -> ListError:
    if not unread:
        return EmptyListError("The spreadsheet is empty. Add your titles to it, and upload it again.")
    if len(unread) == 1:
        return next(iter(unread.values()))
    said = " ".join(f"“{name}”: {error}" for name, error in list(unread.items())[:3])
    return BadFileError(f"No sheet of the spreadsheet can be read as a list. {said}")


def _status(name: str) -> str:
    """The status that a sheet is named for, such as `Dropped` or `My watched anime 2024`; empty if none."""
    for text in (name, " ".join(_BESIDE_STATUS.sub(" ", name).split())):
        if not text.isdecimal() and not words.is_mark(text) and words.status(text):
            return text
    return ""


def _decide(found: Sequence[_Read]) -> list[Sheet]:
    """Which sheets are read at once, and which are asked about: a hidden one only if no other is a list."""
    shown = [one for one in found if not one.tab.is_hidden] or list(found)
    lists = [one for one in shown if one.is_list] or shown
    sheets = []
    for one in found:
        why = ""
        if one.tab.is_hidden and one not in shown:
            why = "it is hidden"
        elif one not in lists:
            why = "few of its rows are titles of anime"
        elif len(lists) > 1:
            other = next((two for two in lists if two is not one and _clash(one.rows, two.rows)), None)
            if other:
                why = f"it scores the same titles differently from “{other.tab.name}”"
            elif not one.is_own:
                why = "it has neither scores nor statuses of your own"
        is_asked = bool(why) and (one in lists or (one.is_list and not lists[0].is_list))
        sheets.append(Sheet(one.tab.name, one.start, one.end, len(one.rows), not why, is_asked, why))
    return sheets


def _clash(one: Sequence[Row], two: Sequence[Row]) -> bool:
    """Whether two sheets score the same titles differently."""
    first, second = (
        {row.anime_id: row.score.value for row in rows if row.anime_id and row.score.value} for rows in (one, two)
    )
    both = first.keys() & second.keys()
    different = sum(first[anime_id] != second[anime_id] for anime_id in both)
    return different >= _CLASHES and different > _CLASH * len(both)
