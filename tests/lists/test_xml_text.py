"""Faults of hand-made exports: repaired and noted where there is one way to do it, else named with their line."""

import gzip

import pytest

from recsys.lists import errors, files, mal_xml
from recsys.lists.xml_text import XmlText
from tests.lists.makers import export

ENTRY = "<anime><series_animedb_id>{}</series_animedb_id><my_score>{}</my_score>{}</anime>\n"


def document(extra: str, before: str = "", encoding: str = "UTF-8") -> str:
    """An export with two titles, the first of which has `extra` in it."""
    entries = ENTRY.format(1, 8, extra) + ENTRY.format(2, 9, "")
    return f'{before}<?xml version="1.0" encoding="{encoding}"?>\n<myanimelist>\n{entries}</myanimelist>\n'


def title(text: str) -> str:
    return document(f"<series_title>{text}</series_title>")


def read(data: str | bytes) -> tuple[str, ...]:
    """Check that both titles are read; return the notes."""
    found = mal_xml.import_list(data if isinstance(data, bytes) else data.encode())
    assert dict(found.profile.scores) == pytest.approx({1: 8, 2: 9})
    return found.notes


@pytest.mark.parametrize(
    "before", ["\n", " \t\r\n\r\n", "\ufeff\n", "\n\ufeff", "\ufeff\ufeff", "\xef\xbb\xbf", " " * 9999]
)
@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16"])
def test_white_space_and_marks_before_the_declaration(before: str, encoding: str) -> None:
    text = document("", before, encoding)
    assert "before the XML declaration" in read(text.encode(encoding))[0]
    assert "before the XML declaration" in read(gzip.compress(text.encode(encoding)))[0]


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_white_space_before_utf_16_without_a_mark(codec: str) -> None:
    assert len(read(document("", "\r\n\n", "UTF-16").encode(codec))) == 1


@pytest.mark.parametrize(
    "text",
    [
        title("Ghost & Tea"), title("A&B"), title("A &amp B"), title("I <3 you"), title("a < b"), title("&a;"),
        title("R&D; x"), title("&#; "), title("&#xZZ;"), title("]]> x"), title("x &"), document('<x y="a & b"/>'),
        title("<![CDATA[x]]> y ]]>"),
    ],
)  # fmt: skip
def test_characters_that_should_be_escaped(text: str) -> None:
    assert read(text) == ("1 character (&, < or ]]>) not written as XML requires, read as text.",)


@pytest.mark.parametrize("text", ["&nbsp;", "Caf&eacute;", "&Agrave;", "&NotEqualTilde;", "&AMP;", "&LT;"])
def test_html_entities(text: str) -> None:
    assert read(title(text)) == ("1 character written as HTML entities, which XML does not have.",)


@pytest.mark.parametrize(
    "text", ["\x0b", "\x01", "\uffff", "&#0;", "&#11;", "&#xB;", "&#xD800;", "&#x110000;", "&#65535;"]
)
def test_characters_that_xml_forbids(text: str) -> None:
    assert read(title(text)) == ("1 character removed that XML does not allow.",)


def test_bytes_that_the_encoding_forbids() -> None:
    assert read(title("xx").encode().replace(b"xx", b"\xff\xfe")) == (
        "2 characters not readable in the file's encoding.",
    )


@pytest.mark.parametrize("stated", ["ISO-8859-1", "Windows-1252", "Shift_JIS", "GB18030", "UTF-16", "x-unknown"])
def test_utf_8_that_is_stated_to_be_another_encoding(stated: str) -> None:
    # In Shift JIS, the last byte of the character and the bracket after it would be one character.
    text = document("<series_title><![CDATA[ヲ進撃ア]]></series_title>", encoding=stated)
    assert read(text.encode()) == (f"The file says that its encoding is {stated}, but it is UTF-8: read as UTF-8.",)


@pytest.mark.parametrize("stated", ["ISO-8859-1", "Shift_JIS", "ISO-2022-JP", "UTF-16"])
def test_the_stated_encoding_of_ascii_is_not_noted(stated: str) -> None:
    assert read(document("", encoding=stated)) == ()


@pytest.mark.parametrize(
    "text",
    [
        title("a &amp; b &lt; &#233; &#xE9; &#39321; &#X41; &apos;"), title("<![CDATA[a & b < c &nbsp; <!-- <?]]>"),
        document("<!-- Made by -- a tool & more <anime> -->"), document("<?php x & y ?>"), document('<a b="&quot;"/>'),
        "\n<myanimelist>" + document("").partition("<myanimelist>")[2], document("<a/>", '<?xml version="1.1"?>'),
        document("").replace('"UTF-8"', "UTF-8"),
    ],
)  # fmt: skip
def test_correct_and_unread_parts_are_not_noted(text: str) -> None:
    assert read(text) == ()


def test_text_keeps_its_meaning() -> None:
    text = "".join(XmlText(title("&nbsp;&#65;&X; <3 <![CDATA[&amp; ]]> &#10;<!-- y -->").encode()))
    assert "<series_title>&#160;&#65;&amp;X; &lt;3 <![CDATA[&amp; ]]> &#10;<!---->" in text


def test_an_undefined_entity_is_text_and_not_an_id() -> None:
    found = mal_xml.import_list(export({"id": "&a;", "score": 9}, {"id": 2, "score": 8}))
    assert dict(found.profile.scores) == pytest.approx({2: 8})
    assert found.skipped == (("no MyAnimeList id", 1),)


def test_usernames_are_read_after_the_repair() -> None:
    assert mal_xml.read(export({"id": 1}, name="&#70;an")).name == "Fan"
    assert mal_xml.read(export({"id": 1}, name="a&b")).name == ""


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (title("a <b c"), r"damaged \(line 3: "),
        ("\n\n" + title("</series_titel>"), r"damaged \(line 5: mismatched tag"),
        (document("<x y=z/>"), r"damaged \(line 3: not well-formed"),
        (document("") + "<more/>", r"after its end \(line 6: "),
        (title("<![CDATA[x"), r"breaks off \(line 6: unclosed CDATA section"),
        (document("<!-- x"), r"breaks off \(line 3: unclosed token"),
        (document("\n<? x"), r"breaks off \(line \d: no element found"),
        ("Warning: x\n" + document(""), r"not XML \(line 1: syntax error"),
        ('<?xml version="1.0"\n', r"not XML \(line 2: no element found"),
    ],
)
def test_a_fault_that_cannot_be_repaired_is_named_with_its_line(text: str, fault: str) -> None:
    with pytest.raises(errors.BadFileError, match=fault):
        mal_xml.read(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        '<!DOC<!-- -->TYPE x [<!ENTITY a "ha">]><myanimelist>&a;</myanimelist>',
        '<!-- --> \ufeff<!DOCTYPE x [<!ENTITY a "ha">]><myanimelist>&a;</myanimelist>',
        '<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/hostname"><myanimelist/>',
        '<?a?><!DOCTYPE x [<!ENTITY % p SYSTEM "http://a.invalid/">%p;]><myanimelist/>',
    ],
)
def test_a_document_type_is_refused_after_any_repair(text: str) -> None:
    with pytest.raises(errors.BadFileError, match=r"document type|not XML"):
        mal_xml.read(text.encode())


@pytest.mark.parametrize("size", [1, 2, 7, 64])
def test_chunks_of_any_size_give_the_same_text(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    faults = "a & b &eacute; <3 &#0; <![CDATA[ ]] ] & ]]> <!-- - -- \n --> ]]> &unknown; \x01 進"
    data = document(f"<series_title>{faults}</series_title>", "\n\ufeff \n", "Latin-1").encode()
    whole = XmlText(data)
    expected = "".join(whole)
    monkeypatch.setattr(files, "_CHUNK", size)
    pieces = XmlText(data)
    assert "".join(pieces) == expected
    assert pieces.notes() == whole.notes()
    assert len(whole.notes()) == 5


def test_the_number_of_repairs_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recsys.lists.xml_text._MAX_TOKENS", 101)  # the declaration is one
    assert read(title("&" * 100)) == ("100 characters (&, < or ]]>) not written as XML requires, read as text.",)
    with pytest.raises(errors.BadFileError, match="more in it"):
        mal_xml.read(title("&" * 101).encode())
