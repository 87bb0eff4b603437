"""Titles side by side, and sections of titles below a score, a tier or a status: each is one row."""

import pytest

from recsys.lists import Import, errors, layout, read
from tests.lists.catalogue import Match


def found(text: str) -> Import:
    report = (imported := read(text.encode(), Match())).report
    assert report.rows == report.scored + report.watched + report.planned + report.asked + report.refused
    return imported


@pytest.mark.parametrize(
    "text",
    [
        "Completed,Plan to watch,Dropped\nHoshi no Uta,Ame to Yuki,Kaze Monogatari\nYoru no Tabi,,\n",
        "見た,見たい,切った\nHoshi no Uta,Ame to Yuki,Kaze Monogatari\nYoru no Tabi,,\n",
        "SEEN,,PTW,,DROPPED\nTitle,Why,Title,Why,Title\nHoshi no Uta,x,Ame to Yuki,,Kaze Monogatari\nYoru no Tabi\n",
        "Completed: Hoshi no Uta, Yoru no Tabi\nPTW: Ame to Yuki\nDropped: Kaze Monogatari\n",
        "Completed:\nHoshi no Uta\nYoru no Tabi\n\nPlanned: Ame to Yuki\n\nDropped: Kaze Monogatari\n",
        "# Anime\n\n## Seen\n- Hoshi no Uta\n- Yoru no Tabi\n## PTW\n- [ ] Ame to Yuki\n## Dropped\n- Kaze Monogatari",
    ],
)  # fmt: skip
def test_titles_of_each_status(text: str) -> None:
    profile = found(text).profile
    assert (profile.seen, profile.planned, profile.dropped) == ({11, 14}, {15}, {13})


def test_a_column_of_scores_beside_each_column_of_titles() -> None:
    profile = found("Completed,Score,Dropped,Score\nHoshi no Uta,9,Kaze Monogatari,3\nYoru no Tabi,8,,\n").profile
    assert dict(profile.scores) == {11: 9, 14: 8, 13: 3}
    assert profile.dropped == {13}


@pytest.mark.parametrize(
    "text",
    [
        "S,A,C\nHoshi no Uta,Ame to Yuki,Kaze Monogatari\nYoru no Tabi,,\n",
        "S tier\nHoshi no Uta\nYoru no Tabi\nA tier\nAme to Yuki\nC tier\nKaze Monogatari\n",
        "Tier S:\nHoshi no Uta\nYoru no Tabi\n\nTier A:\nAme to Yuki\n\nTier C:\nKaze Monogatari\n",
        "S: Hoshi no Uta, Yoru no Tabi\nA: Ame to Yuki\nC: Kaze Monogatari\n",
    ],
)
def test_tiers_are_asked_about(text: str) -> None:
    imported = found(text)
    assert imported.report.letters == ("A", "C", "S")
    answered = imported.answer(letters={"S": 10, "A": 8, "C": 4})
    assert dict(answered.profile.scores) == {11: 10, 14: 10, 15: 8, 13: 4}


@pytest.mark.parametrize(
    "text",
    [
        "10\nHoshi no Uta\nYoru no Tabi\n8\nAme to Yuki\n4\nKaze Monogatari\n",
        "10/10\nHoshi no Uta\nYoru no Tabi\n\n8/10\nAme to Yuki\n\n4/10\nKaze Monogatari\n",
        "10,8,4\nHoshi no Uta,Ame to Yuki,Kaze Monogatari\nYoru no Tabi,,\n",
        "10 - Hoshi no Uta\n10 - Yoru no Tabi\n8 - Ame to Yuki\n4 - Kaze Monogatari\n",
        "10/10 Hoshi no Uta\n10/10 Yoru no Tabi\n8/10 Ame to Yuki\n4/10 Kaze Monogatari\n",
    ],
)
def test_scores_above_or_before_titles(text: str) -> None:
    assert dict(found(text).profile.scores) == {11: 10, 14: 10, 15: 8, 13: 4}


@pytest.mark.parametrize(
    "text",
    [
        "Hoshi no Uta, Kaze Monogatari, Yoru no Tabi, Ame to Yuki",
        "1 - Hoshi no Uta\n2 - Kaze Monogatari\n3 - Yoru no Tabi\n4 - Ame to Yuki\n",
        "9 - Hoshi no Uta\n8 - Kaze Monogatari\n7 - Yoru no Tabi\n6 - Ame to Yuki\n",
    ],
)
def test_titles_in_one_line_or_with_their_places(text: str) -> None:
    profile = found(text).profile
    assert (profile.seen, dict(profile.scores)) == ({11, 13, 14, 15}, {})


def test_a_heading_that_is_not_known_is_asked_about() -> None:
    imported = found("Loved:\nHoshi no Uta\n\nHated:\nKaze Monogatari\nYoru no Tabi\n")
    assert [(item.word, item.rows) for item in imported.report.statuses] == [("Hated", 2)]
    assert imported.answer(statuses={"Hated": "dropped"}).profile.dropped == {13, 14}


def test_titles_that_are_numbers_or_letters_stay_titles() -> None:
    report = found("86\nHoshi no Uta\nK\nX\n").report
    assert (report.rows, report.letters, report.scored) == (4, (), 0)


def test_a_table_with_one_title_in_each_row_stays_as_it_is() -> None:
    lines = [(1, ("Title", "Status")), (2, ("Hoshi no Uta", "Completed"))]
    assert layout.below_each_other(lines, 0) == (lines, 0)


def test_far_too_many_titles() -> None:
    lines = [(1, ("Completed", "Dropped"))] + [(n, ("Hoshi", "Kaze")) for n in range(2, 30_000)]
    with pytest.raises(errors.BadFileError, match="more than any list"):
        layout.below_each_other(lines, None)


@pytest.mark.parametrize(
    "line", ["Anime to watch:", "Anime to watch:\n**2026**", "**Anime that I dropped**", "My plan to watch list!"]
)
def test_a_first_line_that_speaks_of_a_status_is_asked_about(line: str) -> None:
    imported = found(f"{line}\n\nHoshi no Uta\nKaze Monogatari\n")
    assert [(item.word, item.rows) for item in imported.report.statuses] == [(line.partition("\n")[0].strip("*:!"), 2)]


@pytest.mark.parametrize("line", ["My list:", "**Anime of 2024**", "Top ten!"])
def test_any_other_first_line_is_no_title(line: str) -> None:
    imported = found(f"{line}\nHoshi no Uta\nKaze Monogatari\n")
    assert (imported.report.rows, imported.report.is_complete) == (2, True)


def test_a_heading_with_the_number_of_its_titles() -> None:
    profile = found("Watching: 1\nHoshi no Uta\nDropped - 2 titles\nKaze Monogatari\nYoru no Tabi\n").profile
    assert (profile.watching, profile.dropped) == ({11}, {13, 14})


def test_numbers_before_titles_that_are_neither_places_nor_scores_are_kept() -> None:
    report = found("12 - Hoshi no Uta\n24 - Kaze Monogatari\n3 - Yoru no Tabi\nAme to Yuki\n").report
    assert (report.rows, report.scored, report.watched) == (4, 0, 1)
    assert report.left_out[0].text == "12 - Hoshi no Uta"
