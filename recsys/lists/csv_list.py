"""Read a list from a table: one row for each title, with `anime_id` or `title`, and `score`.

anime_id,title,score,status
5114,,9,completed
,Cowboy Bebop,8.5,
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from recsys.lists import build, files
from recsys.lists.errors import BadFileError, EmptyListError
from recsys.lists.http import Progress
from recsys.types import Profile

SOURCE = "CSV"

#: Finds titles by name: `search(text)` returns (anime id, title, confidence 0..1), best first.
Search = Callable[[str], Sequence[tuple[int, str, float]]]

#: A match with at least this confidence, and this much more than the next one, is accepted without asking.
CERTAIN, MARGIN = 0.9, 0.05
_CANDIDATES = 5
_MAX_TEXT = 300
_MAX_COLUMNS = 100
#: A search takes a few milliseconds.
_MAX_SEARCHES = 5000

_COLUMNS = {
    "anime_id": ("animeid", "id", "malid", "myanimelistid", "seriesanimedbid"),
    "title": ("title", "name", "anime", "animetitle", "seriestitle"),
    "score": ("score", "rating", "myscore", "yourscore"),
    "status": ("status", "mystatus"),
}


@dataclass(frozen=True)
class Rejected:
    """A row that was left out, and why. `row` is the line of the file, from 1, with the header."""

    row: int
    text: str
    reason: str


@dataclass(frozen=True)
class Uncertain:
    """A row with several possible titles. `candidates` are (anime id, title, confidence), best first."""

    row: int
    text: str
    candidates: tuple[tuple[int, str, float], ...]


@dataclass(frozen=True)
class _Row:
    row: int
    anime_id: int
    status: str
    score: float


@dataclass(frozen=True)
class CsvImport:
    """The content of a table. `profile` has the certain rows; `confirm` adds those that the fan decides."""

    profile: Profile
    uncertain: tuple[Uncertain, ...]
    rejected: tuple[Rejected, ...]
    notes: tuple[str, ...]
    _rows: tuple[_Row, ...] = field(repr=False)
    _open: tuple[_Row, ...] = field(repr=False)
    _scale: float = field(repr=False)
    _own_notes: tuple[str, ...] = field(repr=False)

    def confirm(self, choices: Mapping[int, int | None]) -> "CsvImport":
        """The table after the fan chose an anime id for each row in `choices` (None: leave the row out)."""
        chosen = [replace(row, anime_id=choices[row.row] or 0) for row in self._open if choices.get(row.row)]
        left_out = [
            Rejected(item.row, item.text, "left out by you")
            for item in self.uncertain
            if item.row in choices and not choices[item.row]
        ]
        return _finish(
            [*self._rows, *chosen],
            [row for row in self._open if row.row not in choices],
            [item for item in self.uncertain if item.row not in choices],
            [*self.rejected, *left_out],
            self._scale,
            self._own_notes,
        )


def template() -> bytes:
    """A table to fill in with a spreadsheet program."""
    rows = [
        "anime_id,title,score,status",
        "5114,,9,completed",
        ",Cowboy Bebop,8.5,completed",
        "1535,Death Note,,dropped",
    ]
    return ("\ufeff" + "\r\n".join(rows) + "\r\n").encode("utf-8")


def read(source: str | Path | bytes, search: Search | None = None) -> Profile:
    """The list in a table. Raises the errors of `parse`, and `BadFileError` if any row is uncertain or rejected."""
    found = parse(source, search)
    problems = [f"row {item.row}: {item.reason}" for item in found.rejected]
    problems += [f"row {item.row}: {item.text!r} could be several titles" for item in found.uncertain]
    if problems:
        more = f" and {len(problems) - 3:,} more" if len(problems) > 3 else ""
        raise BadFileError(f"Some rows are not certain ({'; '.join(problems[:3])}{more}). Correct them, or add ids.")
    return found.profile


def parse(
    source: str | Path | bytes,
    search: Search | None = None,
    *,
    scale: float | None = None,
    progress: Progress | None = None,
) -> CsvImport:
    """A table's rows: certain, uncertain and rejected.

    `source` is a path or the file's bytes, in UTF-8 or UTF-16, separated by comma, semicolon or tab. An id has priority
    over a title. A row without a status is a completed title; without a score, or with 0 or below, it is not scored.
    `scale` is the highest possible score (5, 10, 100, …); None: 10 or 100, detected from the scores. `progress` gets
    the number of rows done and of all rows.

    Raises `BadFileError` if the file is not such a table, `EmptyListError` if it has no rows.
    """
    text, note = files.decode_table(files.read_bytes(source))
    records = _records(text)
    if not records:
        raise EmptyListError("The table has no rows. Add at least one title below its first line.")
    if scale is None:
        scale = build.scale_of([_score(record.get("score", "")) for _, record in records])
    rows: list[_Row] = []
    waiting: list[_Row] = []
    uncertain: list[Uncertain] = []
    rejected: list[Rejected] = []
    matches: dict[str, tuple[tuple[int, str, float], ...]] = {}
    for done, (number, record) in enumerate(records, start=1):
        named = (record.get("anime_id") or record.get("title") or "")[:_MAX_TEXT]
        parsed = _row(number, record, scale)
        if isinstance(parsed, str):
            rejected.append(Rejected(number, named, parsed))
        elif parsed.anime_id:
            rows.append(parsed)
        elif search is None:
            rejected.append(Rejected(number, named, "no anime id, and no catalogue to look the title up in"))
        else:
            if named not in matches:
                if len(matches) >= _MAX_SEARCHES:
                    raise BadFileError(
                        f"More than {_MAX_SEARCHES:,} titles have no anime_id. Add ids, or split the table."
                    )
                ordered = sorted(search(named), key=lambda match: -match[2])
                matches[named] = tuple(ordered[:_CANDIDATES])
            found = matches[named]
            if not found:
                rejected.append(Rejected(number, named, "no title like this in the catalogue"))
            elif _is_certain(found):
                rows.append(replace(parsed, anime_id=int(found[0][0])))
            else:
                waiting.append(parsed)
                uncertain.append(Uncertain(number, named, found))
        if progress:
            progress(done, len(records))
    return _finish(rows, waiting, uncertain, rejected, scale, (note,) if note else ())


def _is_certain(found: Sequence[tuple[int, str, float]]) -> bool:
    runner_up = found[1][2] if len(found) > 1 else 0.0
    return found[0][2] >= CERTAIN and found[0][2] - runner_up >= MARGIN


def _finish(
    rows: Sequence[_Row],
    waiting: Sequence[_Row],
    uncertain: Sequence[Uncertain],
    rejected: Sequence[Rejected],
    scale: float,
    own_notes: tuple[str, ...],
) -> CsvImport:
    builder = build.ListBuilder(SOURCE)
    for row in rows:
        builder.add(row.anime_id, row.status, row.score)
    made = builder.build(scale=scale, notes=own_notes) if rows else build.ImportedList(Profile(), SOURCE, own_notes)
    return CsvImport(
        profile=made.profile,
        uncertain=tuple(uncertain),
        rejected=tuple(sorted(rejected, key=lambda item: item.row)),
        notes=made.notes,
        _rows=tuple(rows),
        _open=tuple(waiting),
        _scale=scale,
        _own_notes=own_notes,
    )


def _records(text: str) -> list[tuple[int, dict[str, str]]]:
    """The rows that are not blank, each with the number of its last line."""
    heading = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=heading.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: list[str] = []
    records: list[tuple[int, dict[str, str]]] = []
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if not columns:
                columns = _columns(cells)
                continue
            pairs = zip(columns, cells, strict=False)
            records.append((reader.line_num, {name: cell.strip() for name, cell in pairs if name}))
            if len(records) > build.MAX_ENTRIES:
                raise BadFileError(f"The table has more than {build.MAX_ENTRIES:,} rows, more than any list.")
    except csv.Error as error:
        raise BadFileError(
            f"Line {reader.line_num} of the table cannot be read ({error}). "
            "Check its quotation marks, or paste your titles into the template."
        ) from None
    return records


def _columns(cells: Sequence[str]) -> list[str]:
    """The name of each column, empty if it is not used. Raises `BadFileError` if a required column is missing."""
    names = {alias: name for name, aliases in _COLUMNS.items() for alias in aliases}
    columns = [names.get("".join(filter(str.isalnum, cell.lower())), "") for cell in cells[:_MAX_COLUMNS]]
    for place, name in enumerate(columns):
        if name in columns[:place]:
            columns[place] = ""
    if "anime_id" not in columns and "title" not in columns:
        raise BadFileError("The table's first line has no column anime_id or title. Paste your list into the template.")
    if "score" not in columns and "status" not in columns:
        raise BadFileError("The table's first line has no column score. Paste your list into the template.")
    return columns


def _score(text: str) -> float:
    """A score as spreadsheets write it: 8.5, 8,5, or a dash for no score. NaN if it is not a number."""
    return 0.0 if text in ("", "-", "–") else build.number(text.replace(",", "."))


def _row(number: int, record: Mapping[str, str], scale: float) -> _Row | str:
    """The row, with id 0 if its title must be looked up; or the reason why it is rejected."""
    anime_id = 0
    if text := record.get("anime_id", ""):
        known = build.anime_id_of(text.removesuffix(".0"))
        if known is None:
            return "anime_id is not a MyAnimeList number"
        anime_id = known
    elif not record.get("title"):
        return "neither anime_id nor title"
    elif len(record["title"]) > _MAX_TEXT:
        return "the title is too long"
    status = build.status_of(text) if (text := record.get("status", "")) else "completed"
    if status is None:
        return "status is not one of completed, watching, on hold, dropped, plan to watch"
    score = _score(record.get("score", ""))
    if not score <= scale:
        return f"score is not a number up to {scale:g}"
    return _Row(number, anime_id, status, score)
