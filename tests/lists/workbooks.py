"""Write workbooks as spreadsheet programs do, without one."""

import io
import re
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from xml.sax.saxutils import escape, quoteattr

Value = object
Rows = Sequence[Sequence[Value]]
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
_SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"
#: Spreadsheets know no time zones.
_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001


@dataclass(frozen=True)
class Formula:
    """A formula and the value that the program computed."""

    text: str
    value: Value


@dataclass(frozen=True)
class Error:
    """An error such as `#N/A`."""

    text: str


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part, zipfile.ZIP_STORED if name == "mimetype" else None)
    return file.getvalue()


def xlsx(
    sheets: Mapping[str, Rows | str],
    *,
    hidden: Collection[str] = (),
    shared: bool = False,
    merged: Mapping[str, str] | None = None,
) -> bytes:
    """A workbook of Excel. A sheet may be given as the XML of its rows; `shared` puts texts into a table of strings, as
    Excel does; `merged` gives the merged range of a sheet."""  # fmt: skip
    strings: list[str] = []
    parts = dict(xlsx_parts(list(sheets), hidden))
    for number, (name, rows) in enumerate(sheets.items(), 1):
        data = (
            rows if isinstance(rows, str) else "".join(_row(r, row, strings, shared) for r, row in enumerate(rows, 1))
        )
        merge = f'<mergeCells><mergeCell ref="{merged[name]}"/></mergeCells>' if merged and name in merged else ""
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'<worksheet xmlns="{_MAIN}"><sheetData>{data}</sheetData>{merge}</worksheet>'
        )
    items = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{_MAIN}">{items}</sst>'
    return zipped(parts)


def xlsx_parts(names: Sequence[str], hidden: Collection[str] = ()) -> dict[str, str]:
    """The parts of a workbook but its sheets and strings. Style 1 is that of dates, 2 of dates with a time."""
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{i}" r:id="r{i}" state="{"hidden" if name in hidden else "visible"}"/>'
        for i, name in enumerate(names, 1)
    )
    targets = {f"r{i}": ("worksheet", f"worksheets/sheet{i}.xml") for i in range(1, len(names) + 1)}
    targets |= {"rs": ("styles", "styles.xml"), "rt": ("sharedStrings", "sharedStrings.xml")}
    relations = "".join(
        f'<Relationship Id="{key}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for key, (kind, target) in targets.items()
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/>'
        '<xf numFmtId="22"/></cellXfs></styleSheet>',
    }


def column(place: int) -> str:
    """0 -> A, 26 -> AA."""
    return (column(place // 26 - 1) if place > 25 else "") + chr(65 + place % 26)


def _row(number: int, row: Sequence[Value], strings: list[str], shared: bool) -> str:
    cells = "".join(_cell(f"{column(i)}{number}", value, strings, shared) for i, value in enumerate(row))
    return f'<row r="{number}">{cells}</row>'


def _cell(place: str, value: Value, strings: list[str], shared: bool) -> str:
    formula = ""
    if isinstance(value, Formula):
        formula, value = f"<f>{escape(value.text)}</f>", value.value
    if value is None or value == "":
        return f'<c r="{place}" s="1">{formula}</c>'
    if isinstance(value, Error):
        return f'<c r="{place}" t="e">{formula}<v>{value.text}</v></c>'
    if isinstance(value, bool):
        return f'<c r="{place}" t="b">{formula}<v>{value:d}</v></c>'
    if isinstance(value, datetime):
        return f'<c r="{place}" s="2">{formula}<v>{(value - _FIRST_DAY) / timedelta(days=1)!r}</v></c>'
    if isinstance(value, date):
        return f'<c r="{place}" s="1">{formula}<v>{(value - _FIRST_DAY.date()).days}</v></c>'
    if isinstance(value, (int, float)):
        return f'<c r="{place}">{formula}<v>{value!r}</v></c>'
    if formula:
        return f'<c r="{place}" t="str">{formula}<v>{escape(str(value))}</v></c>'
    if shared:
        strings.append(str(value))
        return f'<c r="{place}" t="s"><v>{len(strings) - 1}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'


def ods(sheets: Mapping[str, Rows | str], *, manifest: str = "") -> bytes:
    """A workbook of LibreOffice. A sheet may be given as the XML of its rows."""
    tables = "".join(
        f"<table:table table:name={quoteattr(name)}>"
        f"{rows if isinstance(rows, str) else ''.join(map(_ods_row, rows))}</table:table>"
        for name, rows in sheets.items()
    )
    spaces = " ".join(f'xmlns:{name}="{_OFFICE}:{name}:1.0"' for name in ("office", "table", "text"))
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>{tables}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    listed = f'<manifest:manifest xmlns:manifest="{_OFFICE}:manifest:1.0">{manifest}</manifest:manifest>'
    return zipped({"mimetype": _SPREADSHEET, "META-INF/manifest.xml": listed, "content.xml": content})


def _ods_row(row: Sequence[Value]) -> str:
    return f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>"


def _ods_cell(value: Value) -> str:
    if isinstance(value, Formula):
        cell = _ods_cell(value.value)
        return cell.replace("<table:table-cell", f"<table:table-cell table:formula={quoteattr('of:' + value.text)}", 1)
    if value is None or value == "":
        return "<table:table-cell/>"
    kind, text = "string", str(value)
    given = ""
    if isinstance(value, bool):
        kind, given = "boolean", f' office:boolean-value="{str(value).lower()}"'
    elif isinstance(value, date):
        kind, given = "date", f' office:date-value="{value.isoformat()}"'
    elif isinstance(value, (int, float)):
        kind, given = "float", f' office:value="{value!r}"'
    elif isinstance(value, Error):
        given, text = ' office:string-value=""', value.text
    return f'<table:table-cell office:value-type="{kind}"{given}><text:p>{escape(text)}</text:p></table:table-cell>'


def parts(workbook: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pieces(xml: str) -> list[str]:
    """XML cut into the values of attributes, texts and what stands between."""
    return re.split(r'((?<=")[^"<>]*(?=")|(?<=>)[^<>]+(?=<))', xml)
