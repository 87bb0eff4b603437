"""Columns of statuses that are no words: check marks, numbers, dates, counts; and what is left empty."""

import json

import pytest

from recsys.lists import Import, read
from tests.lists.catalogue import Match


def table(text: str) -> Import:
    return read(text.encode(), Match())


@pytest.mark.parametrize("mark", ["x", "✓", "✅", "yes", "TRUE"])
def test_a_title_without_a_check_mark_was_not_watched(mark: str) -> None:
    found = table(f"Title,Seen,Score\nHoshi no Uta,{mark},\nKaze Monogatari,,\nYoru no Tabi,,7\n")
    assert (found.profile.seen, found.profile.planned, dict(found.profile.scores)) == ({11}, {13}, {14: 7})
    assert any("check mark" in note for note in found.notes)


def test_an_empty_status_is_asked_about() -> None:
    found = table(
        "Title,Status,Score\nHoshi no Uta,Completed,9\nKaze Monogatari,,\nYoru no Tabi,,7\nAme to Yuki,Dropped,\n"
    )
    assert [(item.word, item.rows) for item in found.report.statuses] == [("no status", 1)]
    assert found.answer(statuses={"no status": "planned"}).profile.planned == {13}


def test_dates_of_watching() -> None:
    found = table("Title,Finished,Score\nHoshi no Uta,2024-03-22,9\nKaze Monogatari,,\nYoru no Tabi,22 March 2024,\n")
    assert (dict(found.profile.scores), found.profile.seen >= {14}) == ({11: 9}, True)
    assert [item.word for item in found.report.statuses] == ["no date"]


def test_counts_of_episodes() -> None:
    found = table("Title,Watched,Total,Score\nHoshi no Uta,28,28,9\nKaze Monogatari,0,37,\nYoru no Tabi,5,12,\n")
    assert (dict(found.profile.scores), found.profile.seen, found.profile.planned) == ({11: 9}, {14}, {13})
    assert found.report.is_complete


def test_numbers_that_are_not_all_known_are_asked_about() -> None:
    found = table("Title,Status\nHoshi no Uta,1\nKaze Monogatari,2\nYoru no Tabi,0\n")
    assert {item.word for item in found.report.statuses} == {"status 1", "status 2", "status 0"}


def test_the_status_of_myanimelists_pages_is_not_taken_from_other_fields() -> None:
    entries = [
        {"status": status, "score": score, "is_added_to_list": False, "anime_title": title, "anime_id": anime_id}
        for anime_id, title, status, score in ((11, "Hoshi no Uta", 2, 9), (13, "Kaze Monogatari", 3, 0))
    ]
    profile = read(json.dumps(entries).encode(), Match()).profile
    assert (dict(profile.scores), profile.on_hold, profile.planned) == ({11: 9}, {13}, frozenset())


def test_what_the_fan_will_not_watch_is_left_out() -> None:
    found = table("Title,Status\nHoshi no Uta,Watched\nKaze Monogatari,Won't watch\n")
    assert (found.profile.begun, [item.row for item in found.report.left_out]) == ({11}, [3])
    assert (found.report.rows, found.report.watched, found.report.refused) == (2, 1, 1)


def test_yes_and_no_below_an_unknown_heading_are_asked_about() -> None:
    found = table("Title,Liked?\nHoshi no Uta,Yes\nKaze Monogatari,No\n")
    assert {item.word for item in found.report.statuses} == {"Liked? Yes", "Liked? No"}
    answered = found.answer(statuses={"Liked? Yes": "completed", "Liked? No": "dropped"})
    assert (answered.profile.seen, answered.profile.dropped) == ({11}, {13})


def test_words_among_numbers_and_dates_keep_their_meaning() -> None:
    rows = "".join(f"Hoshi no Uta,{value}\n" for value in ("28", "30") * 200)
    assert table(f"Title,Watched\n{rows}Kaze Monogatari,Dropped\n").profile.dropped == {13}
    rows = "Hoshi no Uta,2024-03-22\n" * 400
    assert table(f"Title,Finished\n{rows}Kaze Monogatari,Dropped\n").profile.dropped == {13}


def test_the_status_of_a_title_counts_only_where_the_entry_has_none() -> None:
    own = {"status": "dropped", "series": {"name": "Hoshi no Uta", "status": "finished"}}
    assert read(json.dumps([own]).encode(), Match()).profile.dropped == {11}
    other = {"series": {"name": "Hoshi no Uta", "status": "on hold"}}
    assert read(json.dumps([other]).encode(), Match()).profile.on_hold == {11}
