"""The rows of a list, where they come from, and those of the sheets that are read."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from recsys.lists.build import LeftOut
from recsys.lists.report import Candidate, Sheet
from recsys.lists.scores import Scale, Score, find_scale


@dataclass(frozen=True)
class Row:
    """A row of a list: with the id of its title, with `candidates` to ask about, or `refused` with the reason."""

    number: int
    text: str
    score: Score = field(default_factory=Score)
    status: str = ""
    anime_id: int = 0
    candidates: tuple[Candidate, ...] = ()
    refused: str = ""


@dataclass(frozen=True)
class Source:
    """Where a list comes from. `named` is the highest score that the file names, `name` the fan's.

    `sheets` are those of a workbook between which the fan can choose, each with a source of its own. `scale` is that of
    the scores that do not tell their own; None: it is to be found.
    """

    kind: str
    named: float | None = None
    name: str = ""
    notes: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    sheets: tuple[tuple[Sheet, "Source"], ...] = ()
    scale: Scale | None = None


def select(
    rows: Sequence[Row], source: Source, names: Collection[str] | None
) -> tuple[Sequence[Row], Source, tuple[Sheet, ...]]:
    """The rows of the sheets with these names (None: of those that are read unless the fan chooses), the source of
    these rows, and all sheets. Everything, if there is nothing to choose."""
    if not source.sheets:
        return rows, source, ()
    sheets = tuple(sheet for sheet, _ in source.sheets)
    if names is not None:
        sheets = tuple(replace(sheet, is_read=sheet.name in names, is_asked=False) for sheet in sheets)
    read = [(sheet, own) for sheet, (_, own) in zip(sheets, source.sheets, strict=True) if sheet.is_read]
    found: list[tuple[Row, float | None]] = []
    notes = list(source.notes)
    for sheet, own in read:
        own_rows = [row for row in rows if sheet.start < row.number <= sheet.end]
        top = own.named
        if top and len(read) > 1:
            found_top = find_scale([row.score for row in own_rows], top)
            top = found_top.top if found_top.sure else None
        found += [(row, top) for row in own_rows]
        notes += [f"Sheet “{sheet.name}”: {note}" if len(read) > 1 else note for note in own.notes]
    tops = {named for row, named in found if _is_open(row)}
    named, scale = next(iter(tops), None), None
    if len(tops) > 1:
        named, scale = None, find_scale([row.score for row, own in found if own is None])
        found = [(_with_top(row, own), own) for row, own in found]
    return [row for row, _ in found], Source(source.kind, named, source.name, tuple(notes), scale=scale), sheets


def _is_open(row: Row) -> bool:
    """Whether a row's score does not say what the highest one is."""
    return row.score.kind == "number" and row.score.top is None


def _with_top(row: Row, top: float | None) -> Row:
    """The row with the highest possible score of its own sheet, where other sheets name another one."""
    return replace(row, score=replace(row.score, top=top)) if _is_open(row) else row
