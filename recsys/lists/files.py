"""Read and inflate files that a fan gives, with a limit on every step."""

import codecs
import zlib
from collections.abc import Iterator
from pathlib import Path

from recsys.lists.errors import BadFileError

#: `server.maxUploadSize` in .streamlit/config.toml is the same.
MAX_FILE_BYTES = 8 * 2**20
#: Three times the size of an export with 20,000 titles.
MAX_INFLATED_BYTES = 64 * 2**20
_CHUNK = 64 * 1024

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
#: Old Office files, and new ones that need a password.
_COMPOUND = b"\xd0\xcf\x11\xe0"
#: Names in a zip archive that is a workbook which can be read.
_WORKBOOKS = (b"xl/workbook.xml", b"opendocument.spreadsheet")
_SHEET = (
    "a spreadsheet of another kind (.xlsb, Numbers)",
    "Save or download it as .xlsx, .ods or CSV, and upload that file",
)
_OLD = "an old Excel or Word file", "Save it as .xlsx, .ods or CSV, and upload that file"
_ARCHIVE = "an archive (zip, rar or the like)", "Unpack it, and upload the list in it"
_PICTURE = "a picture", "Upload the list as text: a table (CSV) or one title on each line"
_DOCUMENT = "a document of a word processor", "Save it as plain text (.txt), and upload that file"
#: How files of other kinds begin, what they are and what to do.
_OTHER_KINDS = {
    b"%PDF": ("a PDF", "Upload the list as text: a table (CSV) or one title on each line"),
    b"{\\rtf": _DOCUMENT,
    _COMPOUND: _OLD,
    **dict.fromkeys((_ZIP, b"7z\xbc\xaf", b"Rar!", b"\xfd7zXZ", b"BZh"), _ARCHIVE),
    **dict.fromkeys((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF"), _PICTURE),
}
#: Names in the first entries of a zip archive that say which program it belongs to.
_ZIPPED = {b"xl/": _SHEET, b"Index/": _SHEET, b"word/": _DOCUMENT}
_ZIPPED[b"opendocument.text"] = _DOCUMENT

LOCKED = "The spreadsheet needs a password. Save it without one (File, Save as), or as CSV, and upload that file."

#: Byte order marks, longest first, and the encodings that remove them.
MARKS = (
    *((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF8, "utf-8-sig")),
    *((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")),
)


def read_bytes(source: str | Path | bytes | bytearray | memoryview, workbooks: bool = False) -> bytes:
    """The content of a path, or the bytes.

    Raises `BadFileError` over `MAX_FILE_BYTES`, if unreadable, or if it is of a kind that is not read; `workbooks` says
    whether workbooks are.
    """
    if isinstance(source, (str, Path)):
        try:
            with Path(source).open("rb") as file:
                data = file.read(MAX_FILE_BYTES + 1)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "not a valid path"
            raise BadFileError(f"Cannot read {str(source)!r}: {reason}. Check the path.") from None
    else:
        data = bytes(source)
    if len(data) > MAX_FILE_BYTES:
        raise BadFileError(
            f"The file is larger than {MAX_FILE_BYTES // 2**20} MB, far more than a list. Upload the anime list alone; "
            "an export of MyAnimeList as .xml.gz, as it is offered there."
        )
    if not data.strip(b"\x00 \t\r\n"):
        raise BadFileError("The file is empty. Download the list again and upload that file.")
    if is_workbook(data):
        if not workbooks:
            raise BadFileError("This file is a spreadsheet, not an export of MyAnimeList. Upload it as a list.")
        return data
    for mark, (kind, step) in _OTHER_KINDS.items():
        if data.startswith(mark):
            if mark == _COMPOUND and "EncryptedPackage".encode("utf-16-le") in data:
                raise BadFileError(LOCKED)
            if mark == _ZIP:
                kind, step = next((said for name, said in _ZIPPED.items() if name in data), (kind, step))
            raise BadFileError(f"This file is {kind}, which cannot be read as a list. {step}.")
    return data


def is_workbook(data: bytes) -> bool:
    """Whether a file is a workbook of Excel or LibreOffice."""
    return data.startswith(_ZIP) and any(name in data for name in _WORKBOOKS)


def inflate(data: bytes, limit: int = MAX_INFLATED_BYTES) -> Iterator[bytes]:
    """`data` in chunks, inflated if it is gzip. Keeps one chunk in memory.

    Raises `BadFileError` if the gzip file is damaged, cut off, or larger than `limit` bytes when inflated.
    """
    if not data.startswith(_GZIP):
        for start in range(0, len(data), _CHUNK):
            yield data[start : start + _CHUNK]
        return
    size = 0
    while data.startswith(_GZIP):  # a gzip file may have several members
        member = zlib.decompressobj(wbits=31)
        while not member.eof:
            try:
                chunk = member.decompress(data, _CHUNK)
            except zlib.error:
                raise BadFileError("The .gz file is damaged. Download the list again.") from None
            data = member.unconsumed_tail
            size += len(chunk)
            if size > limit:
                raise BadFileError("The .gz file unpacks to far more than a list can be. Download the list again.")
            if not chunk and not data and not member.eof:
                raise BadFileError("The .gz file ends early. Download the list again.")
            yield chunk
        data = member.unused_data
