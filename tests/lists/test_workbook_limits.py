"""Damaged, protected and huge workbooks: each gives a `RecsysError`, and none takes much memory."""

import contextlib
import os
from datetime import date

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from recsys import RecsysError
from recsys.lists import errors, read, workbook_parts
from tests.lists import workbooks
from tests.lists.catalogue import Match
from tests.lists.test_fuzz_files import reads
from tests.lists.workbooks import ods, xlsx

many = hypothesis_settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "100")), deadline=None, suppress_health_check=list(HealthCheck)
)
LIST: list[list[object]] = [["Title", "Score"], ["Hoshi no Uta", 8], ["Wind Story", 7.5]]


def broken(name: str, text: str = "") -> bytes:
    """A workbook of which one part is something else, or missing."""
    parts: dict[str, str | bytes] = {**workbooks.parts(xlsx({"a": LIST}))}
    return workbooks.zipped({key: text if key == name else part for key, part in parts.items() if text or key != name})


def stored(strings: str, rows: str) -> bytes:
    parts: dict[str, str | bytes] = {**workbooks.parts(xlsx({"a": rows}))}
    return workbooks.zipped({**parts, "xl/sharedStrings.xml": f"<sst>{strings}</sst>"})


def repeated(rows: int, columns: int, text: str = "x") -> bytes:
    return ods({"a": f'<table:table-row table:number-rows-repeated="{rows}"><table:table-cell '
                     f'table:number-columns-repeated="{columns}" office:value-type="string"><text:p>{text}</text:p>'
                     "</table:table-cell></table:table-row>"})  # fmt: skip


MANGA: list[list[object]] = [["Title", "Chapters"], ["x", 2]]
TWO_SCORES: list[list[object]] = [["Title", "Anna", "Ben"], ["Akira", 8, 3], ["Monster", 7, 9]]
SCORES: list[list[object]] = [["score", "status"], [8, "done"], [9, "done"]]
LOCKED = b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
LOCKED_ODS = ods({"a": LIST}, manifest="<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param(LOCKED, "password", id="password of Excel"),
        pytest.param(LOCKED_ODS, "password", id="password of LibreOffice"),
        pytest.param(xlsx({"a": LIST})[:-30], "damaged", id="cut"),
        pytest.param(broken("xl/workbook.xml", "<workbook>"), "damaged", id="not well-formed"),
        pytest.param(broken("xl/workbook.xml", '<!DOCTYPE a [<!ENTITY b "c">]><workbook/>'), "damaged", id="entities"),
        pytest.param(broken("xl/worksheets/sheet1.xml"), "damaged", id="no sheet"),
        pytest.param(xlsx({"a": '<row><c r="A1" t="s"><f>B1</f><v>99</v></c></row>'}), "damaged", id="no string"),
        pytest.param(xlsx({"a": '<row><c r="1A"><v>1</v></c></row>'}), "damaged", id="no place"),
        pytest.param(xlsx({"a": "<row><row/></row>"}), "damaged", id="a row in a row"),
        pytest.param(xlsx({"a": "<a>" * 200 + "</a>" * 200}), "damaged", id="deep"),
        pytest.param(xlsx({"a": f"<!--{'x' * 2**20}-->"}), "damaged", id="long token"),
        pytest.param(workbooks.zipped({"a.xlsx": b"PK xl/workbook.xml"}), "archive.*Unpack", id="archive"),
        pytest.param(xlsx({"a": TWO_SCORES, "b": [["Sum", 3], ["Mean", 2]]}),
                     "More than one column may hold your scores", id="two columns of scores"),
        pytest.param(xlsx({"a": []}), "empty", id="empty"),
        pytest.param(xlsx({"a": [], "b": [[], ["", None]]}), "empty", id="empty sheets"),
        pytest.param(xlsx({"a": [["Total", 1], ["Mean", 2]]}), "No row", id="no list"),
        pytest.param(xlsx({"a": MANGA, "b": SCORES}),
                     "No sheet.*“a”: This looks like a list of manga.*“b”: The table has no", id="no sheet is one"),
        pytest.param(xlsx({"a": "\n" * 70 * 2**20}), "more than 64 MB when it is unpacked", id="zip bomb"),
        pytest.param(xlsx({"a": "<row/>" * 1_500_001}), "1,500,000 cells", id="many elements"),
        pytest.param(broken("xl/styles.xml", f"<a>{'<b/>' * 200_001}</a>"), "200,000 cells or formats", id="formats"),
        pytest.param(xlsx({"a": '<row><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>'}),
                     "row 1,048,576 or in column 16,384.*Delete", id="far corners"),
        pytest.param(stored(f"<si><t>{'x' * 2**20}</t></si>", '<row><c t="s"><v>0</v></c></row>' * 20),
                     "16 MB of text in its cells", id="a text in many cells"),
        pytest.param(stored(f"<si><t>{'x' * 2**20}</t></si>", '<row><c t="s"><f>1</f><v>0</v></c></row>' * 20),
                     "16 MB of text in its cells", id="a text in many formulas"),
        pytest.param(stored("<si><t>" + "x" * 400 + "</t></si>", '<row><c t="s"><v>0</v></c></row>' * 30_000),
                     "8 MB of text", id="much text"),
        pytest.param(repeated(1_000_000, 16_000), "16 MB of text in its cells", id="repeated cells"),
        pytest.param(repeated(1_000_000, 2), "more than 1,000,000 cells", id="repeated rows"),
        pytest.param(repeated(1, 1, '<text:s text:c="900000000"/>'), "16 MB of text", id="repeated spaces"),
        pytest.param(xlsx({f"{i}": LIST for i in range(51)}), "more than 50 sheets", id="many sheets"),
        pytest.param(workbooks.zipped({f"xl/workbook.xml{i}": "" for i in range(5001)}), "5,000 parts", id="parts"),
        pytest.param(repeated(60_000, 1), "more than 50,000", id="many rows"),
    ],
)  # fmt: skip
def test_each_bad_workbook_has_its_own_message(data: bytes, text: str) -> None:
    with pytest.raises(RecsysError, match=text):
        read(data, Match())


def test_cells_that_have_a_format_alone_do_not_count() -> None:
    rows = '<row r="1"><c r="A1" t="str"><v>Hoshi no Uta</v></c></row><row r="1048576"><c r="XFD1048576" s="1"/></row>'
    assert read(xlsx({"a": rows}), Match()).profile.seen == {11}
    rows = (
        '<table:table-row><table:table-cell office:value-type="string"><text:p>Hoshi no Uta</text:p></table:table-cell>'
        '</table:table-row><table:table-row table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    assert read(ods({"a": rows}), Match()).profile.seen == {11}


def test_macros_pictures_and_comments_do_not_reach_the_reader() -> None:
    parts: dict[str, str | bytes] = {**workbooks.parts(xlsx({"a": LIST}))}
    others = {"xl/vbaProject.bin": b"\xd0\xcf", "xl/media/image1.png": b"x", "xl/comments1.xml": "<not"}
    data = workbooks.zipped({**parts, **others})
    assert workbooks.parts(workbook_parts.checked(data)).keys() == parts.keys()
    assert read(data, Match()).profile.scores.keys() == {11, 13}


def test_a_panic_of_the_reader_is_a_damaged_file(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):  # as pyo3 raises it
        pass

    def from_filelike(_: object) -> None:
        raise failure("x")

    import python_calamine

    monkeypatch.setattr(python_calamine, "CalamineWorkbook", type("Book", (), {"from_filelike": from_filelike}))
    failure: type[BaseException] = PanicException
    with pytest.raises(errors.BadFileError, match="damaged"):
        read(xlsx({"a": LIST}), Match())
    failure = KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        read(xlsx({"a": LIST}), Match())


GOOD = (
    xlsx({"Seen": LIST, "b": [["Hoshi no Uta", True, date(2024, 1, 2)]]}, shared=True, merged={"Seen": "A2:A3"}),
    ods({"Seen": LIST, "b": [["Hoshi no Uta", True, date(2024, 1, 2)]]}),
)
#: What replaces an attribute's value, or a text.
odd = st.sampled_from(
    ["", "-1", "9" * 12, "9" * 30, "1e400", "NaN", "A0", "XFD1048576", "s", "d", "PT", "2958466", "[h]:mm"]
)


@many
@given(st.sampled_from(GOOD), st.data())
def test_damaged_bytes(good: bytes, data) -> None:
    broken_bytes = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        broken_bytes[data.draw(st.integers(4, len(good) - 1))] = data.draw(st.integers(0, 255))
    reads(bytes(broken_bytes[: data.draw(st.integers(4, len(good)))] if data.draw(st.booleans()) else broken_bytes))


@many
@given(st.sampled_from(GOOD), st.data())
def test_damaged_parts(good: bytes, data) -> None:
    parts = workbooks.parts(good)
    for _ in range(data.draw(st.integers(1, 3))):
        name = data.draw(st.sampled_from(sorted(parts)))
        pieces = workbooks.pieces(parts[name].decode())
        place = data.draw(st.integers(0, len(pieces) - 1))
        pieces[place] = data.draw(odd | st.just(pieces[place] * 2) | st.text(max_size=5))
        parts[name] = "".join(pieces).encode("utf-8", "replace")
    with contextlib.suppress(ValueError):  # a name that no zip archive can have
        reads(workbooks.zipped(parts))
