"""Read the sheets of a workbook (.xlsx, .ods) as the text that their CSV exports would have."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from recsys.lists import files, workbook_parts
from recsys.lists.errors import BadFileError

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

#: The table reader uses no more of a cell.
_MAX_CELL = 500


@dataclass(frozen=True)
class Tab:
    """A sheet that is not empty. `text` is CSV; its lines are the rows of the sheet, from the first one.

    `widest` is the largest number of filled cells in a row, `has_columns` whether most rows have more than one.
    """

    name: str
    text: str
    is_hidden: bool
    widest: int
    has_columns: bool


def read(data: bytes) -> list[Tab]:
    """The sheets of a workbook that are not empty, in its order.

    Raises `BadFileError` if it is damaged, needs a password, or is larger than the limits of `workbook_parts`.
    """
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum  # only few files need it

    copy = workbook_parts.checked(data)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(copy)) as book:
            if len(book.sheets_metadata) > workbook_parts.MAX_SHEETS:
                raise workbook_parts.too_large(f"{workbook_parts.MAX_SHEETS} sheets")
            tabs: dict[str, Tab] = {}
            room, cells = files.MAX_FILE_BYTES, 0
            for place, sheet in enumerate(book.sheets_metadata):
                if sheet.typ == SheetTypeEnum.WorkSheet:
                    found = book.get_sheet_by_index(place)
                    row, column = found.end or (0, 0)
                    cells += (row + 1) * (column + 1)
                    if cells > workbook_parts.MAX_CELLS:
                        raise workbook_parts.too_large(f"{workbook_parts.MAX_CELLS:,} cells")
                    text, widths = _text(_filled_down(found), room)
                    room -= len(text)
                    if widths:
                        name = sheet.name if sheet.name not in tabs else f"{sheet.name} ({place + 1})"
                        hidden = sheet.visible != SheetVisibleEnum.Visible
                        tabs[name] = Tab(name, text, hidden, max(widths), 2 * sum(n > 1 for n in widths) > len(widths))
            return list(tabs.values())
    except BadFileError:
        raise
    except BaseException as error:
        # What calamine raises depends on the damage; a panic of its Rust code is no Exception.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise workbook_parts.damaged() from None
        raise


def _filled_down(sheet: "CalamineSheet") -> Iterator[Sequence[object]]:
    """The rows of a sheet, from the first one. What is merged over several rows counts for each that has more."""
    (top, left), (end, right) = sheet.start or (0, 0), sheet.end or (0, 0)
    merged = {
        (row, column - left): last
        for (row, column), (last, column_to) in sheet.merged_cell_ranges or ()
        if top <= row < last and row <= end and left <= column == column_to <= right
    }
    columns = {column for _, column in merged}
    until: dict[int, tuple[int, object]] = {}
    for number, cells in enumerate(sheet.iter_rows()):
        row: list[object] = list(cells)
        is_blank = not any(cell != "" for cell in row)
        for column in columns:
            if last := merged.get((number, column)):
                until[column] = last, row[column]
            elif not is_blank and column in until and number <= until[column][0]:
                row[column] = until[column][1]
        yield row


def _text(rows: Iterable[Sequence[object]], room: int) -> tuple[str, list[int]]:
    """CSV of a sheet without the empty rows at its end, and how many cells are filled in each row that is not empty.

    A line is a row. Raises `BadFileError` if it is longer than `room`.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    widths: list[int] = []
    end = 0
    for row in rows:
        cells = [_cell(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        writer.writerow(cells)
        if cells:
            widths.append(sum(map(bool, cells)))
            end = file.tell()
        if end > room:
            raise workbook_parts.too_large(f"{files.MAX_FILE_BYTES // 2**20} MB of text")
    return file.getvalue()[:end], widths


def _cell(value: object) -> str:
    """The text of a cell, as a program writes it into CSV: 8.0 is 8, a check box TRUE or FALSE, an error empty."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return f"{value:.15g}"  # as many digits as spreadsheet programs show
    if isinstance(value, datetime):
        return value.isoformat(" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    return " ".join(str(value)[:_MAX_CELL].splitlines()).strip()
