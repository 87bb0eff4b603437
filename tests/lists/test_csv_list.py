import contextlib
import csv
import gzip
import io
import tracemalloc
from pathlib import Path

import pytest

import recsys
from recsys import RecsysError
from recsys.lists import csv_list, errors

CATALOGUE = {
    "cowboy bebop": [(1, "Cowboy Bebop", 1.0), (5, "Cowboy Bebop: The Movie", 0.7)],
    "fate": [(356, "Fate/stay night", 0.93), (10087, "Fate/Zero", 0.91)],
    "naruto shipuden": [(1735, "Naruto: Shippuuden", 0.8)],
}


def search(text: str) -> list[tuple[int, str, float]]:
    return CATALOGUE.get(text.lower(), [])


def table(text: str, **options) -> csv_list.CsvImport:
    return csv_list.parse(text.encode(), search, **options)


def test_the_template_can_be_read_back_and_opened_in_a_spreadsheet(tmp_path: Path) -> None:
    template = recsys.lists.csv_list.template()
    assert template.startswith(b"\xef\xbb\xbf")  # else Excel takes titles for Windows-1252
    assert next(csv.reader(io.StringIO(template.decode("utf-8-sig")))) == ["anime_id", "title", "score", "status"]
    path = tmp_path / "list.csv"
    path.write_bytes(template)
    for source in (template, path, str(path)):
        profile = recsys.lists.csv_list.read(source, search)
        assert dict(profile.scores) == pytest.approx({5114: 9, 1: 8.5})
        assert profile.dropped == {1535}


@pytest.mark.parametrize(
    "text",
    [
        "anime_id,score\n5114,9\n", "MAL ID;Rating\r\n5114;9\r\n", "id\tmy_score\n5114\t9", "Score,,Anime Id\n9,x,5114",
        "\n\nanime_id,score\n\n5114.0,9.0\n,,\n", "series_animedb_id,my_score,my_status\n5114,9,Completed",
        "id;score\n5114;9,0", '"anime_id","score"\n"5114"," 9 "', "anime_id,score,score\n5114,9,1",
    ],
)  # fmt: skip
def test_columns_are_found_however_they_are_written(text: str) -> None:
    found = table(text)
    assert dict(found.profile.scores) == pytest.approx({5114: 9})
    assert (found.rejected, found.uncertain) == ((), ())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_titles_of_any_language(encoding: str) -> None:
    data = "title,score\n進撃の巨人,9\n".encode(encoding)
    found = csv_list.parse(data, lambda text: [(16498, text, 1.0)] if text == "進撃の巨人" else [])
    assert dict(found.profile.scores) == pytest.approx({16498: 9})
    assert found.notes == ()


def test_a_guessed_encoding_is_noted() -> None:
    found = csv_list.parse("title,score\nPokémon,9\n".encode("cp1252"), lambda text: [(527, text, 1.0)])
    assert dict(found.profile.scores) == pytest.approx({527: 9})
    assert "not UTF-8" in found.notes[0]


def test_a_compressed_table() -> None:
    assert csv_list.read(gzip.compress(b"anime_id,score\n5114,9\n")).scores[5114] == pytest.approx(9)


def test_every_row_is_certain_uncertain_or_rejected() -> None:
    text = (
        "anime_id,title,score,status\n1535,,8,\n,Cowboy Bebop,9,\n,Fate,7,watching\n,naruto shipuden,6,\n,No such,5,\n"
        "abc,,5,\n,,5,\n20,,eleven,\n21,,11,\n22,,5,sometimes\n23,,-1,\n24,,0,dropped\n25,,-,plan to watch\n26,,nan,\n"
    )
    found = table(text)
    assert dict(found.profile.scores) == pytest.approx({1535: 8, 1: 9})
    assert (found.profile.seen, found.profile.dropped, found.profile.planned) == ({23}, {24}, {25})
    assert [(item.row, item.text) for item in found.uncertain] == [(4, "Fate"), (5, "naruto shipuden")]
    assert [candidate[0] for candidate in found.uncertain[0].candidates] == [356, 10087]
    rejected = {item.row: item.reason for item in found.rejected}
    assert list(rejected) == [6, 7, 8, 9, 10, 11, 15]
    assert "no title like this" in rejected[6]
    assert "not a MyAnimeList number" in rejected[7]
    assert "neither" in rejected[8]
    assert "score is not a number up to 10" in {rejected[9], rejected[10], rejected[15]}.pop()
    assert "plan to watch" in rejected[11]


def test_the_fan_confirms_uncertain_rows() -> None:
    found = table("title,score\nCowboy Bebop,9\nFate,70\nnaruto shipuden,60\n", scale=100)
    assert dict(found.profile.scores) == pytest.approx({1: 1})
    first = found.confirm({3: 10087})
    assert dict(first.profile.scores) == pytest.approx({1: 1, 10087: 7})
    assert [item.row for item in first.uncertain] == [4]
    second = first.confirm({4: None})
    assert dict(second.profile.scores) == pytest.approx({1: 1, 10087: 7})
    assert second.uncertain == ()
    assert [(item.row, item.reason) for item in second.rejected] == [(4, "left out by you")]
    assert found.confirm({99: 5}).profile == found.profile


def test_a_hundred_point_table() -> None:
    found = table("anime_id,score\n1,85\n2,100\n3,40\n4,0\n")
    assert dict(found.profile.scores) == pytest.approx({1: 8.5, 2: 10, 3: 4})
    assert found.profile.seen == {4}
    assert "100-point scale" in found.notes[0]


def test_five_stars_if_the_fan_says_so() -> None:
    found = table("anime_id,score\n1,5\n2,3.5\n3,6\n", scale=5)
    assert dict(found.profile.scores) == pytest.approx({1: 10, 2: 7})
    assert "up to 5" in found.rejected[0].reason


def test_a_repeated_row_counts_once() -> None:
    found = table("anime_id,score,status\n1,8,dropped\n1,9,\n1,,watching\n")
    assert dict(found.profile.scores) == pytest.approx({1: 9})
    assert "2 repeated entries" in found.notes[0]


def test_titles_without_a_catalogue() -> None:
    found = csv_list.parse(b"title,score\nCowboy Bebop,9\n")
    assert found.profile.is_empty
    assert "no catalogue" in found.rejected[0].reason


def test_each_title_is_searched_once_and_progress_is_reported() -> None:
    asked: list[str] = []
    seen: list[tuple[int, int | None]] = []

    def counting(text: str) -> list[tuple[int, str, float]]:
        asked.append(text)
        return search(text)

    data = b"title,score\nFate,1\nFate,2\nCowboy Bebop,3\n"
    csv_list.parse(data, counting, progress=lambda *now: seen.append(now))
    assert asked == ["Fate", "Cowboy Bebop"]
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_read_refuses_a_table_with_uncertain_rows() -> None:
    with pytest.raises(errors.BadFileError, match="row 3: 'Fate' could be several"):
        csv_list.read(b"title,score\nCowboy Bebop,9\nFate,8\n", search)
    with pytest.raises(errors.BadFileError, match=r"row 2: .*; row 3: .*; row 4: .* and 1 more"):
        csv_list.read(b"anime_id,score\nx,1\ny,2\nz,3\nv,4\n")


@pytest.mark.parametrize("data", [b"anime_id,score\n", b"anime_id,score\n\n,\n", b"\xef\xbb\xbf  \n"])
def test_a_table_without_rows(data: bytes) -> None:
    with pytest.raises(errors.EmptyListError, match="no rows"):
        csv_list.parse(data, search)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "empty"),
        (b"5114,9\n", "no column anime_id or title"),
        (b"anime_id,title\n5114,x\n", "no column score"),
        (b"<?xml version='1.0'?><myanimelist/>", "no column"),
        (b"PK\x03\x04", "spreadsheet"),
        (b'title,score\n"Cowboy,9\nBebop,8\n', "Line 3.*quotation"),
        (b'title,score\n"Cow"boy,9\n', "Line 2.*quotation"),
        (b"title,score\n" + b"x" * 200_000 + b",9\n", "Line 2"),
        (b"anime_id,score\n" + b"1,9\n" * 3_000_000, "larger than 8 MB"),
        (b"anime_id,score\n" + b"1,9\n" * 60_000, "more than 50,000 rows"),
    ],
)
def test_each_bad_table_has_its_own_message(data: bytes, text: str) -> None:
    with pytest.raises(errors.BadFileError, match=text):
        csv_list.parse(data, search)


def test_a_title_too_long_is_rejected_not_searched() -> None:
    found = csv_list.parse(b"title,score\n" + b"x" * 400 + b",9\n", lambda text: pytest.fail("searched"))
    assert "too long" in found.rejected[0].reason


def test_the_number_of_searches_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_list, "_MAX_SEARCHES", 2)
    assert len(table("title,score\na,1\nb,1\na,2\n").rejected) == 3
    with pytest.raises(errors.BadFileError, match="More than 2 titles"):
        table("title,score\na,1\nb,1\nc,2\n")


def test_matches_are_sorted_by_confidence() -> None:
    found = csv_list.parse(b"title,score\nx,9\n", lambda text: [(1, "one", 0.5), (2, "two", 1.0), (3, "three", 0.96)])
    assert [candidate[0] for candidate in found.uncertain[0].candidates] == [2, 3, 1]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(gzip.compress(b"anime_id,score\n" + b"\n" * 2**26, 1), id="gzip bomb"),
        pytest.param(b"," * 3 * 2**20 + b"\n", id="millions of columns"),
        pytest.param(b"anime_id,score,x\n" + (b"1,9," + b"x" * 1500 + b"\n") * 3000, id="long rows"),
    ],
)
def test_memory_stays_bounded(data: bytes) -> None:
    tracemalloc.start()
    try:
        with contextlib.suppress(RecsysError):
            table_of = csv_list.parse(data, search)
            assert table_of.profile.scores
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 80 * 2**20
