"""Check the parts of a workbook, which is a zip archive of XML, before a reader builds its sheets in memory.

The reader keeps every cell of a sheet's rectangle, repeats what LibreOffice's format says is repeated, and copies a
shared text into each cell that has it. So a small file may ask for any amount of memory; what it asks for is counted
here. The reader gets a new archive of the parts that were checked, and nothing else of the file.
"""

import io
import re
import zipfile
import zlib
from array import array
from xml.parsers import expat

from recsys.lists import files
from recsys.lists.errors import BadFileError

#: Cells in the rectangle from a sheet's first cell to its last one; characters of all cells; XML elements of a file.
MAX_CELLS, MAX_TEXT, MAX_ELEMENTS = 1_000_000, 16 * 2**20, 1_500_000
MAX_SHEETS = 50
_MAX_PARTS, _MAX_DEPTH, _CHUNK = 5000, 100, 64 * 1024
#: expat keeps an incomplete tag or comment, and some versions parse it again with each chunk.
_MAX_TOKEN = 512 * 1024
#: Elements of a part that holds no cells: the reader keeps formats and names.
_MAX_OTHER = 200_000
_DAMAGED = "The spreadsheet is damaged. Download or save it again, or save it as CSV and upload that file."
#: The parts of either format that hold sheets and what their cells mean. Pictures, comments and macros are not copied.
_EXCEL = re.compile(
    r"\[content_types\]\.xml|(.*/)?_rels/(workbook\.xml)?\.rels|(.*/)?"
    r"(workbook|sharedstrings|styles|worksheets/[^/]+)\.xml"
)
_CELLS = re.compile(r"worksheets/|sharedstrings|content\.xml")
_LIBRE = re.compile(r"mimetype|content\.xml|meta-inf/manifest\.xml")
_PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")


def damaged() -> BadFileError:
    """The error for what no program could open."""
    return BadFileError(_DAMAGED)


def too_large(what: str) -> BadFileError:
    """The error for more of something than the limits allow."""
    return BadFileError(
        f"The spreadsheet has more than {what}, far more than a list. Copy your list into a new spreadsheet, or save "
        "it as CSV, and upload that file."
    )


def locked() -> BadFileError:
    """The error for a file that needs a password."""
    return BadFileError(files.LOCKED)


def checked(data: bytes) -> bytes:
    """An archive with the parts of the workbook `data` that hold its sheets.

    Raises `BadFileError` if the workbook is damaged, needs a password, or would take more memory than the limits allow.
    """
    if data.count(b"PK\x01\x02") > _MAX_PARTS:
        raise too_large(f"{_MAX_PARTS:,} parts")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _copied(archive)
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, OSError, ValueError, LookupError, RuntimeError):
        raise damaged() from None


def _copied(archive: zipfile.ZipFile) -> bytes:
    by_name = {entry.filename.lower(): entry for entry in archive.infolist()}
    if "encrypted-package" in by_name or any(entry.flag_bits & 1 for entry in by_name.values()):
        raise locked()
    is_excel = any(name.endswith("workbook.xml") for name in by_name)
    if not is_excel and "content.xml" not in by_name:
        raise BadFileError("This file is an archive. Unpack it, and upload the list in it.")
    wanted, check = (_EXCEL, _Excel()) if is_excel else (_LIBRE, _Libre())
    parts = sorted(filter(wanted.fullmatch, by_name), key=lambda name: "sharedstrings" not in name)
    file, size = io.BytesIO(), 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
        for name in parts:
            if by_name[name].compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise damaged()
            reader = None if name == "mimetype" else check.reader(name)
            before = size
            with archive.open(by_name[name]) as source, copy.open(by_name[name].filename, "w") as target:
                while chunk := source.read(_CHUNK):
                    size += len(chunk)
                    if size > files.MAX_INFLATED_BYTES:
                        raise too_large(f"{files.MAX_INFLATED_BYTES // 2**20} MB when it is unpacked")
                    if reader:
                        reader.Parse(chunk)
                        if size - before - reader.CurrentByteIndex > _MAX_TOKEN:
                            raise damaged()
                    target.write(chunk)
            if reader:
                reader.Parse(b"", True)
    return file.getvalue()


class _Check:
    """Counts what the elements of all parts ask for; a subclass knows a format."""

    #: Elements that the reader expects not to be nested in themselves.
    single: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self.part = ""
        self.text = 0
        self._elements = self._of_part = self._limit = 0
        self._open: list[str] = []

    def reader(self, part: str) -> expat.XMLParserType:
        """A parser of a part. Both formats are UTF-8 whatever a part says, as for the reader."""
        self.part, self._open, self._of_part = part, [], 0
        self._limit = MAX_ELEMENTS if _CELLS.search(part) else _MAX_OTHER
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._starts
        parser.EndElementHandler = self._ends
        parser.CharacterDataHandler = self.holds
        parser.StartDoctypeDeclHandler = self._declares
        return parser

    def start(self, name: str, attributes: dict[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def holds(self, text: str) -> None: ...

    def name(self, name: str) -> str:
        return name

    def _starts(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        name = self.name(name)
        self._of_part += 1
        if self._elements > MAX_ELEMENTS or self._of_part > self._limit:
            raise too_large(f"{self._limit:,} cells or formats")
        if len(self._open) > _MAX_DEPTH or (name in self.single and name in self._open):
            raise damaged()
        self._open.append(name)
        self.start(name, attributes)

    def _ends(self, name: str) -> None:
        self.end(self._open.pop())

    def _declares(self, *_: object) -> None:
        raise damaged()

    def add_text(self, length: int) -> None:
        """Count the characters of cells."""
        self.text += length
        if self.text > MAX_TEXT:
            raise too_large(f"{MAX_TEXT // 2**20} MB of text in its cells")


def _check_area(rows: int, columns: int) -> None:
    if rows * columns > MAX_CELLS:
        raise BadFileError(
            f"A sheet of the spreadsheet has more than {MAX_CELLS:,} cells, since something stands in row {rows:,} or "
            f"in column {columns:,}. Delete what is far from your list, or save the sheet as CSV, and upload that file."
        )


class _Excel(_Check):
    single = frozenset(("row", "c", "si"))

    def __init__(self) -> None:
        super().__init__()
        #: Characters of each shared text.
        self._lengths = array("L")
        self._row = self._column = self._rows = self._columns = 0
        self._shared = False
        self._index = ""

    def name(self, name: str) -> str:
        return name.rpartition(":")[2]

    def reader(self, part: str) -> expat.XMLParserType:
        self._row = self._column = self._rows = self._columns = 0
        return super().reader(part)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self._lengths.append(0)
        elif name == "row" and (given := attributes.get("r")):
            self._row = int(given) - 1
        elif name == "c":
            if place := attributes.get("r"):
                self._row, self._column = _place(place)
            self._shared = attributes.get("t") == "s"
        elif len(self._open) > 1 and self._open[-2] == "c":  # cells with a format alone are not kept
            self._rows, self._columns = max(self._rows, self._row + 1), max(self._columns, self._column + 1)
            self._index = ""
            _check_area(self._rows, self._columns)

    def end(self, name: str) -> None:
        if name == "row":
            self._row, self._column = self._row + 1, 0
        elif name == "c":
            self._column += 1
        elif name == "v" and self._shared:
            if not re.fullmatch("[0-9]{0,9}", self._index):
                raise damaged()
            index = int(self._index or 0)
            self.add_text(self._lengths[index] if index < len(self._lengths) else 0)

    def holds(self, text: str) -> None:
        if "sharedstrings" in self.part:
            if self._lengths:
                self._lengths[-1] += len(text)
        elif "c" in self._open:
            if self._shared and "v" in self._open:
                self._index += text[:20]
            else:
                self.add_text(len(text))


def _place(text: str) -> tuple[int, int]:
    """Row and column, from 0, of a place such as C4."""
    found = _PLACE.fullmatch(text)
    if not found:
        raise damaged()
    column = 0
    for letter in found[1].upper():
        column = 26 * column + ord(letter) - 64
    return int(found[2]) - 1, column - 1


class _Libre(_Check):
    single = frozenset(("table:table-row", "table:table-cell", "table:covered-table-cell"))
    _CELLS = ("table:table-cell", "table:covered-table-cell")

    def __init__(self) -> None:
        super().__init__()
        #: The row and the cell now: how often each is repeated, and where it begins.
        self._row_repeat = self._repeat = 1
        self._rows = self._columns = self._widest = self._column = 0
        self._filled = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "manifest:encryption-data":
            raise locked()
        if name == "table:table":
            self._rows = self._widest = 0
        elif name == "table:table-row":
            self._row_repeat = _times(attributes.get("table:number-rows-repeated", "1"))
            self._column = self._columns = 0
        elif name in self._CELLS:
            self._repeat = _times(attributes.get("table:number-columns-repeated", "1"))
            self._filled = any(key.startswith("office:") or key == "table:formula" for key in attributes)
            self._count(sum(map(len, attributes.values())) if self._filled else 0)
        elif name == "text:s":
            self._count(_times(attributes.get("text:c", "1")))

    def end(self, name: str) -> None:
        if name in self._CELLS:
            self._column += self._repeat
            self._columns = self._column if self._filled else self._columns
        elif name == "table:table-row":
            self._rows += self._row_repeat
            if self._columns:
                self._widest = max(self._widest, self._columns)
                _check_area(self._rows, self._widest)

    def holds(self, text: str) -> None:
        if self._open and any(cell in self._open for cell in self._CELLS):
            self._filled = self._filled or bool(text.strip())
            self._count(len(text))

    def _count(self, length: int) -> None:
        self.add_text(length * self._repeat * self._row_repeat)


def _times(text: str) -> int:
    if not text.strip().isdecimal():
        raise damaged()
    return int(text.strip()[:9])
