import gzip
import tracemalloc
import zlib
from pathlib import Path

import pytest

import recsys
from recsys.lists import errors, files, mal_xml
from tests.lists.makers import export

TWO = export({"id": 5114, "score": 9}, {"id": 1535, "score": 0, "status": "On-Hold"})


def test_an_export_is_read(tmp_path: Path) -> None:
    (tmp_path / "animelist.xml").write_bytes(TWO)
    (tmp_path / "animelist.xml.gz").write_bytes(gzip.compress(TWO))
    for source in (
        TWO,
        gzip.compress(TWO),
        bytearray(TWO),
        tmp_path / "animelist.xml",
        str(tmp_path / "animelist.xml.gz"),
    ):
        profile = recsys.lists.mal_xml.read(source)
        assert dict(profile.scores) == pytest.approx({5114: 9})
        assert profile.on_hold == {1535}
        assert profile.name == "Some_fan"


def test_every_status_in_words_and_numbers() -> None:
    words = ("Watching", "Completed", "On-Hold", "Dropped", "Plan to Watch")
    numbers = ("1", "2", "3", "4", "6")
    for statuses in (words, numbers):
        profile = mal_xml.read(export(*({"id": place, "status": each} for place, each in enumerate(statuses, 1))))
        sets = (profile.watching, profile.seen, profile.on_hold, profile.dropped, profile.planned)
        assert sets == ({1}, {2}, {3}, {4}, {5})


def test_odd_entries_are_kept_or_counted() -> None:
    found = mal_xml.import_list(
        export(
            {"id": 1, "score": 8, "status": "Plan to Watch"}, {"id": 2, "score": 11}, {"id": 3, "score": -1},
            {"id": 4, "score": "8.5"}, {"id": 5, "score": ""}, {"id": 6, "score": "good"}, {"id": 4, "score": 9},
            {"id": "", "score": 9}, {"id": "-7", "score": 9}, {"id": "abc", "score": 9}, {"id": 7, "status": "?"},
            {"id": 99999999999, "score": 9}, {"id": 8, "status": "?", "score": 7},
        )
    )  # fmt: skip
    assert dict(found.profile.scores) == pytest.approx({1: 8, 4: 9, 8: 7})
    assert found.profile.seen == {2, 3, 5, 6}
    assert not found.profile.planned
    assert found.skipped == (("no MyAnimeList id", 4), ("status not understood", 1))
    assert len(found.notes) == 4


def test_a_hundred_point_export_is_converted_and_noted() -> None:
    found = mal_xml.import_list(export({"id": 1, "score": 85}, {"id": 2, "score": 100}, {"id": 3, "score": 5}))
    assert dict(found.profile.scores) == pytest.approx({1: 8.5, 2: 10, 3: 1})
    assert found.notes == (
        "3 scores on a 100-point scale, converted to 1–10 in proportion.",
        "1 score raised to 1, the lowest possible score.",
    )


@pytest.mark.parametrize(
    "encoding",
    [
        "utf-8",
        "utf-8-sig",
        "utf-16",
        "latin-1",
        "iso-8859-15",
        "windows-1252",
        "shift_jis",
        "euc-jp",
        "gb18030",
        "koi8-r",
    ],
)
def test_encodings(encoding: str) -> None:
    assert mal_xml.read(export({"id": 5114, "score": 9}, encoding=encoding)).scores[5114] == pytest.approx(9)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark(codec: str) -> None:
    text = TWO.decode().replace('encoding="utf-8"', 'encoding="UTF-16"')
    assert len(mal_xml.read(text.encode(codec)).scores) == 1


@pytest.mark.parametrize("encoding", ["rot13", "base64", "unicode_escape", "nonesuch", "utf-7"])
def test_an_unknown_encoding_is_named(encoding: str) -> None:
    data = TWO.replace(b'"utf-8"', f'"{encoding}"'.encode())
    with pytest.raises(errors.BadFileError, match=encoding):
        mal_xml.read(data.replace(b"<![CDATA[", b"<![CDATA[\xe9"))
    found = mal_xml.import_list(data)  # all of it is UTF-8
    assert dict(found.profile.scores) == pytest.approx({5114: 9})
    assert encoding in found.notes[0]


LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
EXTERNAL = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"\n  \n", "empty", id="blank"),
        pytest.param(b"anime_id,score\n1,2\n", "not XML", id="a table"),
        pytest.param(b"\x00\x01\x02", "not XML", id="noise"),
        pytest.param(b"<html><body>Login</body></html>", "a web page", id="web page"),
        pytest.param(b"<opml/>", "a <opml> file", id="other root"),
        pytest.param(b"PK\x03\x04....", "zip", id="zip"),
        pytest.param(TWO[:-20], "breaks off", id="cut"),
        pytest.param(TWO[:200], "breaks off", id="cut early"),
        pytest.param(gzip.compress(TWO)[:-12], "ends early", id="gzip cut"),
        pytest.param(gzip.compress(TWO)[:5], "ends early", id="gzip cut in its heading"),
        pytest.param(gzip.compress(TWO)[:30] + b"\0" * 200, "damaged", id="gzip damaged"),
        pytest.param(TWO + b"<more/>", "after its end", id="two documents"),
        pytest.param(TWO.replace(b"</my_score>", b"</my_scoer>"), "damaged", id="ill-formed"),
        pytest.param(TWO.replace(b"<myanimelist>", LAUGHS + b"<myanimelist>"), "entities", id="entity bomb"),
        pytest.param(TWO.replace(b"<myanimelist>", EXTERNAL + b"<myanimelist>"), "entities", id="external entity"),
        pytest.param(TWO.replace(b"<myanimelist>", b"<!DOCTYPE x><myanimelist>"), "document type", id="document type"),
        pytest.param(b"<myanimelist><manga><manga_mangadb_id>1</manga_mangadb_id></manga></myanimelist>", "manga"),
        pytest.param(b"<myanimelist>" + b"<a>" * 99, "deeper", id="deep"),
        pytest.param(TWO.replace(b"5114", b"5" * 300), "too long", id="long field"),
        pytest.param(b"<myanimelist><a b='" + b"x" * 2**20, "far longer", id="long token"),
        pytest.param(b"<myanimelist>" + b"x" * 9 * 2**20, "larger than 8 MB", id="large"),
    ],
)  # fmt: skip
def test_each_bad_file_has_its_own_message(data: bytes, text: str) -> None:
    with pytest.raises(errors.BadFileError, match=text):
        mal_xml.read(data)


@pytest.mark.parametrize("path", ["nowhere.xml", ".", "a\0b", "x" * 5000])
def test_a_path_that_cannot_be_read(path: str) -> None:
    with pytest.raises(errors.BadFileError, match="Check the path"):
        mal_xml.read(path)


def test_a_large_file_on_disk_is_refused_without_reading_it_all(tmp_path: Path) -> None:
    path = tmp_path / "large.xml"
    with path.open("wb") as file:
        file.truncate(2**30)
    tracemalloc.start()
    try:
        with pytest.raises(errors.BadFileError, match="larger than 8 MB"):
            mal_xml.read(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * files.MAX_FILE_BYTES


def test_an_empty_list_is_not_a_bad_file() -> None:
    with pytest.raises(errors.EmptyListError, match="empty"):
        mal_xml.read(export())
    with pytest.raises(errors.EmptyListError, match="1 with no MyAnimeList id"):
        mal_xml.read(export({"id": "x"}))


def test_only_a_valid_name_is_kept() -> None:
    assert mal_xml.read(export({"id": 1}, name="[click](http://evil.example)")).name == ""


def test_twenty_thousand_entries() -> None:
    data = gzip.compress(export(*({"id": number, "score": 1 + number % 10} for number in range(1, 20_001))), 1)
    assert len(mal_xml.read(data).scores) == 20_000


def test_more_titles_than_myanimelist_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recsys.lists.build.MAX_ENTRIES", 100)
    with pytest.raises(errors.TooLongError, match="more than 100 titles"):
        mal_xml.read(export(*({"id": number} for number in range(1, 102))))
    with pytest.raises(errors.TooLongError):
        mal_xml.read(export(*({"id": 1} for _ in range(500))))


def test_memory_does_not_grow_with_unread_fields() -> None:
    """20 MB of comments."""
    data = gzip.compress(export(*({"id": number} for number in range(1, 1001)), filler="x" * 20_000), 1)
    tracemalloc.start()
    try:
        assert len(mal_xml.read(data).seen) == 1000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * 2**20


def test_a_gzip_bomb_is_refused_in_bounded_memory() -> None:
    part = gzip.compress(b" " * 2**24)
    bomb = gzip.compress(b"<myanimelist>") + part * 64  # 1 GB in 1 MB
    tracemalloc.start()
    try:
        with pytest.raises(errors.BadFileError):
            mal_xml.read(bomb)
        size = 0
        with pytest.raises(errors.BadFileError, match="unpacks to far more"):  # noqa: PT012 - counts what came before
            for chunk in files.inflate(bomb):
                size += len(chunk)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size <= files.MAX_INFLATED_BYTES
    assert peak < 16 * 2**20


def test_a_gzip_file_of_several_members_and_with_padding() -> None:
    half = len(TWO) // 2
    assert len(mal_xml.read(gzip.compress(TWO[:half]) + gzip.compress(TWO[half:]) + b"\0" * 8).scores) == 1
    raw = zlib.compressobj(wbits=31)
    assert len(mal_xml.read(raw.compress(TWO) + raw.flush()).scores) == 1


def test_the_upload_limit_is_the_same_in_streamlit() -> None:
    config = Path(__file__).parents[2] / ".streamlit" / "config.toml"
    if not config.exists():
        pytest.skip("no .streamlit/config.toml here")
    import tomllib

    assert tomllib.loads(config.read_text("utf-8"))["server"]["maxUploadSize"] * 2**20 == files.MAX_FILE_BYTES
