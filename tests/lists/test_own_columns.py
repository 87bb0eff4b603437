"""Which columns hold the fan's own scores, and what the year, the season and the kind beside a title say."""

import json
from typing import Any

import pytest

from recsys.lists import Import, errors, read
from tests.lists.catalogue import Match


def table(text: str) -> Import:
    return read(text.encode(), Match())


def objects(data: Any) -> Import:
    return read(json.dumps(data).encode(), Match())


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("Anime,Mia,Tom,Ada\nHoshi no Uta,9,4,7\nKaze Monogatari,8,,3\n", "“Mia”, “Tom”, “Ada”"),
        ("title,score,rating\nHoshi no Uta,8.61,9\nKaze Monogatari,7.9,4\n", "“score”, “rating”"),
        ("Title,Vote,Rating\nHoshi no Uta,9.5,8.1\nKaze Monogatari,7,6.9\n", "“Vote”, “Rating”"),
    ],
)
def test_several_columns_that_may_hold_the_scores_are_not_chosen_from(text: str, columns: str) -> None:
    with pytest.raises(errors.BadFileError, match=f"{columns}. Name yours “My score”"):
        table(text)


@pytest.mark.parametrize(
    "text",
    [
        "Anime,Mia,Tom,My score\nHoshi no Uta,4,5,9\nKaze Monogatari,8,,3\n",
        "title,score,your rating\nHoshi no Uta,8.61,9\nKaze Monogatari,7.9,3\n",
        "title,rating,score\nHoshi no Uta,9,9\nKaze Monogatari,3,3\n",
        "Title,Me,Tom\nHoshi no Uta,9,4\nKaze Monogatari,3,8\n",
        "Title,Score,Plays\nHoshi no Uta,9,28\nKaze Monogatari,3,12\n",
    ],
)
def test_the_fans_own_column(text: str) -> None:
    assert dict(table(text).profile.scores) == {11: 9, 13: 3}


def test_a_column_with_an_unknown_heading_is_named() -> None:
    found = table("Anime,Verdict\nHoshi no Uta,9\nKaze Monogatari,3\n")
    assert dict(found.profile.scores) == {11: 9, 13: 3}
    assert any("“Verdict”" in note for note in found.notes)


@pytest.mark.parametrize("heading", ["Rated on", "rated", "Score"])
def test_a_column_of_days_is_no_column_of_scores(heading: str) -> None:
    days = ("2025-10-08", "2025-03-21")
    names = ("Hoshi no Uta", "Kaze Monogatari")
    text = "\n".join([f"Title,{heading}", *(f"{name},{day}" for name, day in zip(names, days, strict=True))])
    assert (table(text).profile.seen, dict(table(text).profile.scores)) == ({11, 13}, {})
    found = objects([{"title": name, heading: day} for name, day in zip(names, days, strict=True)])
    assert (found.profile.seen, dict(found.profile.scores)) == ({11, 13}, {})


def test_counts_of_plays_are_no_scores() -> None:
    found = objects([{"plays": 28, "show": {"title": "Hoshi no Uta"}}, {"plays": 1, "show": {"title": "Wind Story"}}])
    assert (found.profile.seen, dict(found.profile.scores)) == ({11, 13}, {})


def test_the_mean_score_of_a_title_is_not_the_fans() -> None:
    entries = [
        {"rate": 9, "subject": {"name": "Hoshi no Uta", "score": 7.5, "status": "finished"}, "status": "dropped"}
    ]
    found = objects(entries)
    assert (dict(found.profile.scores), found.profile.dropped) == ({11: 9}, {11})


def test_the_numbers_of_bangumi() -> None:
    entries = [
        {"subject_type": kind, "type": status, "rate": rate, "vol_status": 0, "ep_status": 3, "subject": {"name": name}}
        for name, kind, status, rate in (
            ("Hoshi no Uta", 2, 2, 9), ("Kaze Monogatari", 2, 1, 0), ("Yoru no Tabi", 2, 5, 4), ("Ame to Yuki", 1, 2, 8)
        )
    ]  # fmt: skip
    found = objects({"data": entries, "total": 4})
    assert (dict(found.profile.scores), found.profile.planned, found.profile.dropped) == ({11: 9, 14: 4}, {13}, {14})
    assert [item.text for item in found.report.left_out] == ["Ame to Yuki"]


def test_manga_beside_anime_are_left_out() -> None:
    anime, manga = {"title": "Hoshi no Uta", "score": 9}, {"title": "Kaze Monogatari", "idMal": 13, "score": 8}
    found = objects({"anime": [anime], "manga": [manga] * 3})
    assert (dict(found.profile.scores), found.notes[0]) == ({11: 9}, "3 manga left out.")
    found = table(
        "Title,Type,Status\nHoshi no Uta,TV,Completed\nYoru no Tabi,Manga,Completed\nAme to Yuki,,Plan to read\n"
    )
    assert found.profile.begun == {11}
    assert [(item.row, item.reason) for item in found.report.left_out] == [
        (3, "a manga or a novel, not an anime"), (4, "a manga or a novel, not an anime")
    ]  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        b"Title,Chapters read,Score\nHoshi no Uta,120,9\n",
        b"Manga,Score\nHoshi no Uta,9\nKaze Monogatari,8\n",
        b'[{"status": 2, "score": 9, "manga_title": "Hoshi no Uta", "manga_id": 11, "num_read_chapters": 7}]',
        b'{"manga": [{"title": "Hoshi no Uta", "score": 9}]}',
    ],
)
def test_a_list_of_manga_alone(data: bytes) -> None:
    with pytest.raises(errors.BadFileError, match=r"manga.*anime"):
        read(data, Match())


def test_the_year_says_which_title_is_meant() -> None:
    found = table("Name,Year,Score\nHoshi no Uta,2010,8\nKawa no Machi,2023,9\nKawa no Machi,1998,5\n")
    assert dict(found.profile.scores) == {11: 8, 22: 9, 21: 5}


def test_a_title_of_another_year_is_asked_about() -> None:
    found = table("Name,Year,Score\nHoshi no Uta,2010,8\nYoru no Tabi,2011,7\nKaze Monogatari,2021,1\n")
    assert dict(found.profile.scores) == {11: 8, 14: 7}
    assert [(item.text, item.likely) for item in found.report.titles] == [("Kaze Monogatari", None)]


def test_years_of_watching_say_nothing_about_titles() -> None:
    found = table("Name,Year,Score\nHoshi no Uta,2024,8\nYoru no Tabi,2025,7\nKaze Monogatari,2026,4\n")
    assert dict(found.profile.scores) == {11: 8, 14: 7, 13: 4}


def test_the_season_of_a_title() -> None:
    found = table("Title,Season,Score\nHoshi no Uta,1,9\nHoshi no Uta,2,5\n")
    assert dict(found.profile.scores) == {11: 9, 12: 5}
    found = table("Title,Season,Score\nHoshi no Uta,Spring 2010,9\nKaze Monogatari,Fall 1999,5\n")
    assert dict(found.profile.scores) == {11: 9, 13: 5}
    shown = {"rating": 5, "type": "season", "season": {"number": 2}, "show": {"title": "Hoshi no Uta"}}
    assert dict(objects([shown]).profile.scores) == {12: 5}


def test_a_title_with_the_separator_in_it() -> None:
    assert dict(table("Title;Score\nUmi, Sora; Kumo;9\nHoshi no Uta;5\n").profile.scores).get(11) == 5
    assert dict(table("Title,Score\nUmi, Sora,9\nHoshi no Uta,5\n").profile.scores) == {17: 9, 11: 5}
    # Cells behind the last column are no part of the title.
    assert dict(table("Title,Score,Notes\nHoshi no Uta,9,good, really\n").profile.scores) == {11: 9}


def test_scores_in_words_are_asked_about() -> None:
    found = table("Title,Rating\nHoshi no Uta,Masterpiece\nKaze Monogatari,Good\nYoru no Tabi,👎\nAme to Yuki,\n")
    assert found.report.letters == ("Good", "Masterpiece", "👎")
    answered = found.answer(letters={"Good": 8, "Masterpiece": 10, "👎": 2})
    assert dict(answered.profile.scores) == {11: 10, 13: 8, 14: 2}
    assert answered.report.is_complete


@pytest.mark.parametrize(("text", "anime_id"), [("Wind Story (1999)", 13), ("Kawa no Machi [1998]", 21)])
def test_a_year_in_brackets(text: str, anime_id: int) -> None:
    assert dict(table(f"Title,Score\n{text},9\n").profile.scores) == {anime_id: 9}


def test_a_year_in_brackets_of_another_title() -> None:
    assert dict(table("Title,Score\nWind Story (2021),9\nHoshi no Uta,8\n").profile.scores) == {11: 8}


def test_one_score_on_two_scales() -> None:
    entries = [{"title": "Hoshi no Uta", "score": 4.5, "rating": 9}, {"title": "Wind Story", "score": 2, "rating": 4}]
    found = objects(entries).answer(scale=5)
    assert dict(found.profile.scores) == {11: 9, 13: 4}


def test_manga_lists_by_status_beside_anime_lists_by_status() -> None:
    anime = {"watching": [{"title": "Hoshi no Uta"}], "dropped": [{"title": "Wind Story"}]}
    manga = {"dropped": [{"title": "Yoru no Tabi"}], "completed": [{"title": "Ame to Yuki"}] * 3}
    found = objects({"anime": anime, "manga": manga})
    assert (found.profile.watching, found.profile.dropped, found.profile.seen) == ({11}, {13}, frozenset())
