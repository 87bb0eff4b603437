"""Files of any kind through one function."""

import csv
import gzip
import io
from pathlib import Path

import pytest

import recsys
from recsys.lists import Import, errors, read, template
from tests.lists.catalogue import Match
from tests.lists.makers import export


def table(text: str, **options) -> Import:
    return read(text.encode(), Match(), **options)


def accounted(found: Import) -> bool:
    report = found.report
    return report.rows == report.scored + report.watched + report.planned + report.asked + report.refused


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(export({"id": 11, "score": 8}), id="export"),
        pytest.param(export({"id": 11, "score": 8}, encoding="utf-16"), id="export in UTF-16"),
        pytest.param(b"\n\n" + export({"id": 11, "score": 8}), id="export after blank lines"),
        pytest.param(gzip.compress(export({"id": 11, "score": 8})), id="gzip"),
        pytest.param(b"anime_id,score\n11,8\n", id="csv"),
        pytest.param(gzip.compress(b"anime_id,score\n11,8\n"), id="csv in gzip"),
        pytest.param(b"Hoshi no Uta: 8/10\n", id="notes"),
        pytest.param(b'[{"title": "Hoshi no Uta", "score": 8}]', id="json"),
        pytest.param(b'\xef\xbb\xbf{"list": [{"mal_id": 11, "score": 8}]}', id="json with a mark"),
        pytest.param('{"list": [{"mal_id": 11, "score": 8}]}'.encode("utf-16"), id="json in UTF-16"),
    ],
)
def test_the_content_says_what_a_file_is(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "list.bin"
    path.write_bytes(data)
    for source in (data, path, str(path)):
        found = recsys.lists.read(source, match=Match())
        assert dict(found.profile.scores) == {11: 8}
        assert found.report.is_complete
        assert accounted(found)


def test_the_template_can_be_read_back_and_opened_in_a_spreadsheet() -> None:
    assert template().startswith(b"\xef\xbb\xbf")  # else Excel takes titles for Windows-1252
    assert next(csv.reader(io.StringIO(template().decode("utf-8-sig")))) == ["anime_id", "title", "score", "status"]
    found = read(template(), lambda text: [(1535 if text == "Death Note" else 1, text, 1.0)])
    assert dict(found.profile.scores) == {5114: 9, 1: 8.5}
    assert found.profile.dropped == {1535}


@pytest.mark.parametrize(
    "text",
    [
        "anime_name,rating\nHoshi no Uta,8\n", "Title,My Rating\nHoshi no Uta,8\n",
        "sep=;\nTitle;Score\nHoshi no Uta;8",
        "Anime Name,Score (out of 10)\nHoshi no Uta,8\n", "Title|Score\nHoshi no Uta|8\n",
        "title,rating,score\nHoshi no Uta,R - 17+,8\n", "My list 2026,,\nTitle,Score,Status\nHoshi no Uta,8,Completed",
        "| Title | Score |\n|:---|---|\n| Hoshi no Uta | 8 |\n", "Название;Оценка\nHoshi no Uta;8\n",
        "作品名,評価\n星の歌,8\n", "Titre\tMa note\r\nHoshi no Uta\t8,0\r\n", "Nombre;Nota\nHoshi no Uta;8\n",
        "제목,평점\nHoshi no Uta,8\n", "title,average score,my personal score\nHoshi no Uta,6.1,8\n",
        "Title,MAL Score,Score\nHoshi no Uta,6.1,8\n", "Hoshi no Uta,8\nKaze Monogatari,\n",
        "1,Hoshi no Uta,8\n2,Wind Story,\n",
        "english title,romaji title,score\nNo such,Hoshi no Uta,8\n", "\ufeffTitle;Score\n\n\nHoshi no Uta;8\n;\n",
        "mal_id,score\n11,8\n", "MyAnimeList ID\tScore\n11.0\t8\n", "link,score\nhttps://myanimelist.net/anime/11/x,8\n",
        "anilist id,score\n1011,8\n", "id,anime_id,score\n1,11,8\n", "id,title,score\n11,Song of Stars,8\n",
        "id;score\n11;8\n", "Title,Score\n[Hoshi no Uta](https://example.org),8\n",
        '"Title","Score"\n"Hoshi no Uta"," 8 "\n',
        "#,Title,Score,Notes\n7,Hoshi no Uta,8,\"so, good; really\"\n", "score,title\n8,Hoshi no Uta\n",
    ],
)  # fmt: skip
def test_columns_are_found_however_they_are_written(text: str) -> None:
    found = table(text)
    assert dict(found.profile.scores) == {11: 8}
    assert accounted(found)
    assert not found.report.titles + found.report.left_out


def test_row_numbers_are_no_ids() -> None:
    found = table("ID,Title,Score\n11,Kaze Monogatari,9\n12,Hoshi no Uta,8\n13,Yoru no Tabi,7\n")
    assert dict(found.profile.scores) == {13: 9, 11: 8, 14: 7}
    assert "3 ids do not belong to the titles beside them" in found.report.notes[0]
    numbers = table("id,title,score\n1,Hoshi no Uta,8\n2,Wind Story,9\n3,No such,5\n")
    assert dict(numbers.profile.scores) == {11: 8, 13: 9}
    assert [item.row for item in numbers.report.left_out] == [4]
    with pytest.raises(errors.EmptyListError, match="row number"):
        table("id,score\n1,8\n2,9\n3,10\n")


def test_a_named_id_beside_another_title_is_asked_about() -> None:
    rows = "".join(f"{anime_id},{name},5\n" for anime_id, name in ((11, "Song of Stars"), (13, "Wind Story"),
        (14, "Yoru no Tabi"), (15, "Ame to Yuki"), (16, "Hoshi no Uta")))  # fmt: skip
    found = table(f"anime_id,title,score\n{rows}17,a name in another language,6\n99999,Lost film,7\n")
    (question,) = found.report.titles
    assert (question.text, [candidate[0] for candidate in question.candidates]) == ("Hoshi no Uta", [11, 16])
    assert found.profile.scores.keys() == {11, 13, 14, 15, 17, 99999}  # the column is believed where nothing disagrees


def test_ids_that_the_catalogue_cannot_map_are_refused_with_the_reason() -> None:
    found = table("anilist_id,score\n1011,8\n777,9\n")
    assert dict(found.profile.scores) == {11: 8}
    assert "AniList’s id 777" in found.report.left_out[0].reason
    kitsu = table("kitsu id,title,score\n2013,,7\n5,Hoshi no Uta,8\n6,,9\n")
    assert dict(kitsu.profile.scores) == {13: 7, 11: 8}
    assert "Kitsu" in kitsu.report.left_out[0].reason


def test_statuses_in_peoples_words() -> None:
    found = table(
        "Title,Score,Status\nHoshi no Uta,8,Done\nKaze Monogatari,,In progress\nYoru no Tabi,,PTW\n"
        "Ame to Yuki,7,Terminé\n"
        'Mori no Koe,,Binged\n"Umi, Sora; Kumo",6,Binged\n'
    )
    profile = found.profile
    assert dict(profile.scores) == {11: 8, 15: 7, 17: 6}
    assert (profile.watching, profile.planned, profile.seen) == ({13}, {14}, {16})
    (question,) = found.report.statuses
    assert (question.word, question.rows) == ("Binged", 2)
    answered = found.answer(statuses={"Binged": "dropped"})
    assert answered.profile.dropped == {16, 17}
    assert answered.report.is_complete


def test_a_row_with_a_status_alone_gives_it_to_the_rows_below() -> None:
    found = table("Anime,Score\nDropped,\nHoshi no Uta,3\nPlan to watch,\nWind Story,\n")
    assert found.profile.dropped == {11}
    assert found.profile.planned == {13}
    assert found.report.rows == 2


def test_doubtful_titles_are_asked_and_everything_else_is_kept() -> None:
    found = table("title,score\nHoshi no Uta 2nd Season,9\nhoshi,80\nNo such,5\nhoshi,70\n", scale=100)
    assert found.profile.scores.keys() == {12}
    assert [(item.row, item.likely) for item in found.report.titles] == [(3, 11), (5, 11)]
    assert [candidate[0] for candidate in found.report.titles[0].candidates] == [11, 12]
    assert (found.report.asked, found.report.refused) == (2, 1)
    first = found.answer({3: 11})
    assert first.profile.scores.keys() == {11, 12}
    assert first.profile.scores[11] == pytest.approx(8)
    second = first.answer({5: None})
    assert second.profile == first.profile
    assert (second.report.asked, second.report.refused) == (0, 2)
    assert [item.reason for item in second.report.left_out] == [
        "no title like this in the catalogue",
        "left out by you",
    ]
    assert all(map(accounted, (found, first, second)))
    assert found.answer({99: 5}).profile == found.profile


def test_the_most_doubtful_come_first_and_without_a_suggestion() -> None:
    def match(text: str) -> list[tuple[int, str, float]]:
        return [(1, "one", float(text)), (2, "two", 0.1)]

    found = read(b"title,score\n0.89,9\n0.6,8\n0.7,7\n0.95,5\n", match)
    assert [(item.text, item.likely) for item in found.report.titles] == [("0.6", None), ("0.7", None), ("0.89", 1)]


def test_the_scale_can_be_changed_without_reading_again() -> None:
    match = Match()
    found = read(b"Title;Score\nHoshi no Uta;16\nWind Story;17,5\nAme to Yuki;19\n", match)
    assert dict(found.profile.scores) == pytest.approx({11: 8, 13: 8.75, 15: 9.5})
    assert (found.report.scale.top, found.report.scale.sure) == (20, True)
    asked = len(match.asked)
    assert found.answer(scale=100).profile.scores[11] == pytest.approx(1.6)
    assert len(match.asked) == asked
    assert read(b"Title;Score\nHoshi no Uta;16\n", match, scale=100).profile.scores[11] == pytest.approx(1.6)
    export_of_five = read(export({"id": 11, "score": 5}), match)
    assert export_of_five.profile.scores[11] == 5
    assert export_of_five.answer(scale=5).profile.scores[11] == 10


def test_a_doubtful_scale_is_asked() -> None:
    found = table("title,score\nHoshi no Uta,4\nWind Story,5\nAme to Yuki,3\n")
    assert (found.report.scale.top, found.report.scale.sure, found.report.is_complete) == (5, False, False)
    assert found.answer(scale=10).report.is_complete


def test_grades_are_asked_about() -> None:
    found = table("title,grade\nHoshi no Uta,A\nWind Story,b+\nAme to Yuki,A\n")
    assert found.report.letters == ("A", "B+")
    assert found.profile.seen == {11, 13, 15}
    answered = found.answer(letters={"A": 9, "B+": 8})
    assert dict(answered.profile.scores) == {11: 9, 13: 8, 15: 9}
    assert answered.report.is_complete


def test_scores_that_cannot_be_used_are_named_and_their_titles_count() -> None:
    found = table("title,score\nHoshi no Uta,great\nWind Story,11\nAme to Yuki,8\nMori no Koe,9\nYoru no Tabi,N/A\n")
    assert dict(found.profile.scores) == {15: 8, 16: 9}
    assert found.profile.seen == {11, 13, 14}
    assert [item.row for item in found.report.unread] == [2, 3]
    assert "not understood" in found.report.unread[0].reason
    assert "above 10" in found.report.unread[1].reason


def test_what_was_not_read_is_a_table() -> None:
    found = table("title,score\n=HYPERLINK(),9\nhoshi,7\nWind Story,wow\nAme to Yuki,7\nAme to Yuki,8\n")
    rows = list(csv.reader(io.StringIO(found.report.to_csv().decode("utf-8-sig"))))
    assert rows[0] == ["row", "title", "reason"]
    texts = {row[0]: row[1] for row in rows[1:]}
    assert texts == {"2": "'=HYPERLINK()", "3": "hoshi", "4": "Wind Story", "6": "Ame to Yuki"}
    assert accounted(found)
    assert found.profile.scores[15] == 8
    lines = found.report.lines()
    assert lines[0] == "5 rows: 1 scored, 1 watched, 1 to confirm, 2 left out."
    assert any("hoshi: not certain which title is meant" in line for line in lines)


def test_titles_without_a_catalogue() -> None:
    with pytest.raises(errors.EmptyListError, match="no catalogue"):
        read(b"title,score\nHoshi no Uta,9\n")
    assert dict(read(b"anime_id,title,score\n11,Hoshi no Uta,9\n").profile.scores) == {11: 9}


def test_each_title_is_searched_once_and_progress_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    match, seen = Match(), []
    data = b"title,score\nhoshi,1\nhoshi,2\nWind Story,3\n"
    read(data, match, progress=lambda *now: seen.append(now))
    assert match.asked == ["hoshi", "Wind Story"]
    assert seen == [(1, 3), (2, 3), (3, 3)]
    monkeypatch.setattr("recsys.lists.resolve._MAX_SEARCHES", 1)
    with pytest.raises(errors.BadFileError, match="More than 1 titles"):
        read(data, match)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "shift_jis"])
def test_japanese_in_any_encoding(encoding: str) -> None:
    text = "タイトル,評価,視聴状況\n星の歌,9,視聴済み\n雨と雪,8,視聴中\n森の声のうた,7,視聴済み\n"
    found = read(text.encode(encoding), Match())
    assert dict(found.profile.scores) == {11: 9}


@pytest.mark.parametrize(
    ("encoding", "name", "anime_id"), [("cp1252", "Été sans fin", 14), ("cp1251", "Лесной голос", 16)]
)
def test_a_guessed_encoding_is_noted(encoding: str, name: str, anime_id: int) -> None:
    found = read(f"title,score\n{name},9\n".encode(encoding), Match())
    assert dict(found.profile.scores) == {anime_id: 9}
    assert f"read as {encoding}" in found.report.notes[0]


@pytest.mark.parametrize(
    ("data", "error", "text"),
    [
        (b"", errors.BadFileError, "empty"),
        (b"PK\x03\x04", errors.BadFileError, "archive.*Unpack it"),
        (b"PK\x03\x04...xl/workbook.bin", errors.BadFileError, "spreadsheet of another kind.*as .xlsx"),
        (b"PK\x03\x04...Index/Tables", errors.BadFileError, "spreadsheet of another kind.*as .xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", errors.BadFileError, "old Excel.*as .xlsx"),
        (b"\xff\xd8\xff\xe0..JFIF", errors.BadFileError, "picture.*as text"),
        (rb"{\rtf1 Hoshi no Uta - 9\par}", errors.BadFileError, "word processor.*plain text"),
        (bytes(range(256)) * 4, errors.BadFileError, "not text"),
        (b"anime_id,score\n", errors.EmptyListError, "no rows"),
        (b"score,status\n8,done\n9,done\n", errors.BadFileError, "titles or ids"),
        (b'title,score\n"Hoshi,9\nUta,8\n', errors.BadFileError, "Line 3.*quotation"),
        (b"anime_id,score\n" + b"1,9\n" * 3_000_000, errors.BadFileError, "larger than 8 MB"),
        (b"anime_id,score\n" + b"1,9\n" * 60_000, errors.BadFileError, "more than 50,000 rows"),
        (b"anime_id,score\nabc,1\ndef,2\n", errors.EmptyListError, "2 × the id is not a number"),
        (b"title,score\n" + b"x" * 400 + b",9\n", errors.EmptyListError, "too long"),
        (b"<html><body>", errors.BadFileError, "web page"),
        (b"<!DOCTYPE html><html><body>", errors.BadFileError, "web page"),
        (b'[{"title": "Hoshi', errors.BadFileError, "JSON file is damaged"),
        (b"[" * 100_000, errors.BadFileError, "JSON file is nested"),
        (b'{"a": [1, 2]}', errors.BadFileError, "no list of titles"),
    ],
)
def test_each_bad_file_has_its_own_message(data: bytes, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        read(data, Match())
