"""Scores as people write them, and the scales of lists."""

import pytest

from recsys.lists.scores import Score, find_scale, heading_top, of_heading, parse


@pytest.mark.parametrize(
    "text",
    ["", " ", "N/A", "n/a", "NULL", "None", "-", "—", "?", "??", "0", "0.0", "-1", "Not rated", "未評価", "nan"],
)  # fmt: skip
def test_no_score(text: str) -> None:
    assert parse(text) == Score()


@pytest.mark.parametrize(
    ("text", "value", "top"),
    [
        ("8", 8, None), ("7,5", 7.5, None),
        ("8.50", 8.5, None), ("\uff19", 9, None), ("8½", 8.5, None), ("8点", 8, None),
        ("8/10", 8, 10), ("8 / 10", 8, 10), ("7,5/10", 7.5, 10), ("8 out of 10", 8, 10), ("17/20", 17, 20),
        ("90%", 90, 100), ("4/5 stars", 4, 5), ("10/10 masterpiece", 10, 10), ("~8", 8, None), ("8 pts", 8, None),
        ("08-Oct", 8, 10), ("10-Aug", 8, 10), ("2026-08-10", 8, 10), ("2026-10-07", 7, 10), ("Oct-07", 7, 10),
        ("10-Oct", 10, 10),
    ],
)  # fmt: skip
def test_numbers(text: str, value: float, top: float | None) -> None:
    found = parse(text)
    assert (found.kind, found.value, found.top) == ("number", value, top)


@pytest.mark.parametrize(
    ("text", "value", "top"),
    [("★★★★★", 5, None), ("★★★★☆", 4, 5), ("★★★½", 3.5, None), ("★★★½☆", 3.5, 5), ("⭐️⭐️⭐️", 3, None),
     ("4 stars", 4, None),
     ("4.5★", 4.5, None), ("★★★★★★★☆☆☆", 7, 10)],
)  # fmt: skip
def test_stars(text: str, value: float, top: float | None) -> None:
    found = parse(text)
    assert (found.kind, found.value, found.top) == ("stars", value, top)


@pytest.mark.parametrize("text", ["great", "8-10", "12/26", "8/0", "inf", "1e999", "R - 17+", "3 Jan", "8/10/2024"])
def test_what_is_no_score_is_not_guessed(text: str) -> None:
    assert parse(text).kind == "unreadable"


def test_letters() -> None:
    assert [parse(text).text for text in ("A", "b+", "S", "F-")] == ["A", "B+", "S", "F-"]
    assert parse("A").kind == "letter"


@pytest.mark.parametrize(
    ("heading", "top"),
    [("Score (out of 10)", 10), ("Note /20", 20), ("Stars", 5), ("Rating (1-5)", 5), ("評価(10点)", 10),
     ("評価\uff085\uff09", 5),
     ("%", 100), ("Score [100]", 100), ("2024 rating", None), ("Score", None), ("Score 2", None)],
)  # fmt: skip
def test_headings_name_a_scale(heading: str, top: float | None) -> None:
    assert heading_top(heading) == top


def scale_of(*texts: str, named: float | None = None) -> tuple[float, bool]:
    found = find_scale([parse(text) for text in texts], named)
    return found.top, found.sure


def test_the_scale_is_found_from_all_scores() -> None:
    assert scale_of("8", "9", "7.5") == (10, True)
    assert scale_of("16", "18", "17,5", "12", "19") == (20, True)
    assert scale_of("85", "90", "40") == (100, True)
    assert scale_of("4.5", "5", "3", "2.5", "4") == (5, True)
    assert scale_of(*"5434512345") == (5, True)
    assert scale_of("0.9", "0.75", "1") == (1, True)
    assert scale_of("★★★", "★★★★") == (5, True)
    assert scale_of("★★★★★★★", "★★★★") == (10, True)
    assert scale_of("8/10", "7/10", "3") == (10, True)
    assert scale_of() == (10, True)


def test_a_doubtful_scale_is_not_sure() -> None:
    assert scale_of("4", "5", "3") == (5, False)
    assert scale_of("4") == (10, False)
    assert scale_of("15", "12", "8", "9", "7", "6") == (10, False)


def test_a_single_score_above_the_scale_is_a_mistake() -> None:
    assert scale_of("8", "9", "11", "7") == (10, True)


def test_a_named_scale_counts_if_the_scores_fit() -> None:
    assert scale_of("3", "4", named=5) == (5, True)
    assert scale_of("3", "4", named=10) == (10, True)
    assert scale_of("30", "40", "8", named=10) == (100, True)


@pytest.mark.parametrize(
    ("text", "value"), [("(10) Masterpiece", 10), ("(1) Appalling", 1), ("9 - Great", 9), ("5: average", 5)]
)
def test_scores_as_myanimelist_names_them(text: str, value: float) -> None:
    assert (parse(text).kind, parse(text).value) == ("number", value)


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("S tier", "S"), ("Tier A+:", "A+"), ("## B", "B"), ("10/10", "10/10"), ("9:", "9"), ("★★★", "★★★"), ("86", ""),
        ("Hoshi", ""), ("", ""), ("Z tier", ""),
    ],
)  # fmt: skip
def test_the_score_that_a_heading_gives(text: str, score: str) -> None:
    assert of_heading(text) == score


@pytest.mark.parametrize("texts", [["★", "★"], ["★", "★★★", "★★"], ["5"] * 12])
def test_a_scale_that_the_scores_do_not_show_is_asked_about(texts: list[str]) -> None:
    assert not find_scale([parse(text) for text in texts]).sure
