"""Workbooks of Excel, Google Sheets and LibreOffice: each sheet is read as its CSV would be."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from recsys.lists import Import, errors, mal_xml, read
from tests.lists.catalogue import TITLES, Match
from tests.lists.test_invariance import accounted
from tests.lists.workbooks import Error, Formula, Value, ods, xlsx

quick = hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

Writer = Callable[[dict[str, list[list[Value]]]], bytes]
WRITERS = pytest.mark.parametrize("write", [xlsx, lambda sheets: xlsx(sheets, shared=True), ods])
NIGHT = datetime.fromisoformat("2024-03-04 20:15")
LIST: list[list[Value]] = [["Title", "Score"], ["Hoshi no Uta", 8], ["Wind Story", 7.5]]


def opened(sheets: dict[str, list[list[Value]]], write: Writer = xlsx) -> Import:
    found = read(write(sheets), Match())
    accounted(found)
    return found


@WRITERS
def test_cells_become_the_text_of_their_csv(write: Writer) -> None:
    found = opened({"Sheet1": [
        [], ["", "My anime of 2026", "", ""], [],
        ["", "Title", "My score", "Seen", "Finished on", "Notes"],
        ["", "Hoshi no Uta", 8.0, True, date(2024, 3, 4), "so far,\nso \"good\""],
        ["", Formula("A1", "Wind Story"), Formula("SUM(1)", 7.5), True, NIGHT, None],
        [],
        ["", "Ame to Yuki", Error("#N/A"), True, "", Formula("1/0", Error("#DIV/0!"))],
        ["", "Mori no Koe", None, False],
        ["", "No such", 3, True],
    ]}, write)  # fmt: skip
    assert dict(found.profile.scores) == {11: 8, 13: 7.5}
    assert (found.profile.seen, found.profile.planned) == ({15}, {16})
    assert [(item.row, found.report.where(item.row)) for item in found.report.left_out] == [(10, "Row 10")]
    assert [sheet.name for sheet in found.report.sheets] == ["Sheet1"]


values = st.sampled_from(["", "N/A", 10, 8.0, 7.5, 6.1, 9, "8/10", "A+", "great"])
rows = st.lists(
    st.tuples(
        st.sampled_from([known[0] for known in TITLES.values()]) | st.just("No such"), values,
        st.sampled_from(["", "Completed", "dropped", "Plan to watch", "Binged"]), st.booleans() | st.just(""),
        st.text("ab 1,;|\"'=é星", max_size=6),
    ),
    min_size=2, max_size=7, unique_by=lambda row: row[0],
)  # fmt: skip


@WRITERS
@quick
@given(rows, st.permutations(range(5)), st.integers(0, 3), st.integers(0, 2))
def test_a_workbook_is_read_as_the_csv_of_its_sheet(write: Writer, body, order, above: int, left: int) -> None:
    table = [("Title", "Score", "Status", "Favourite", "Notes"), *body]
    table = [[*[""] * left, *(row[i] for i in order)] for row in table]
    file = io.StringIO(newline="")
    csv.writer(file).writerows([[]] * above + [[_shown(value) for value in row] for row in table])
    usual = read(file.getvalue().encode(), Match())
    other = opened({"Sheet1": [[]] * above + table}, write)
    assert other.profile == usual.profile
    assert replace(other.report, sheets=()) == usual.report


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    return f"{value:g}" if isinstance(value, float) else str(value)


def test_scores_that_a_program_took_for_dates() -> None:
    found = opened({"a": [["Title", "Score"], ["Hoshi no Uta", date(2026, 8, 10)], ["Wind Story", "7.5/10"],
        ["Ame to Yuki", date(2026, 10, 9)], ["Mori no Koe", date(2026, 10, 10)]]})  # fmt: skip
    assert dict(found.profile.scores) == {11: 8, 13: 7.5, 15: 9, 16: 10}
    watched = opened({"a": [["Title", "When"], ["Hoshi no Uta", date(2025, 10, 8)], ["Wind Story", date(2025, 10, 9)]]})
    assert watched.profile.seen == {11, 13}


def test_what_is_merged_over_rows_counts_for_each() -> None:
    table = [
        ["Title", "Score", "Status"],
        ["Hoshi no Uta", 8, "Dropped"],
        ["Wind Story", 7, ""],
        ["Ame to Yuki", 7, ""],
    ]
    found = read(xlsx({"a": table}, merged={"a": "C2:C3"}), Match())
    assert found.profile.dropped == {11, 13}
    assert found.profile.scores.keys() == {11, 13, 15}


def test_notes_in_one_column() -> None:
    lines = ["Watching:", "Hoshi no Uta - 9/10", "Umi, Sora; Kumo 7/10", "Dropped:", "Ame to Yuki"]
    found = opened({"a": [[line] for line in lines]})
    assert found.profile.watching == {11, 17}
    assert found.profile.dropped == {15}
    assert dict(found.profile.scores) == {11: 9, 17: 7}
    assert opened({"a": [["Title"], ["Umi, Sora; Kumo"], ["Hoshi no Uta"]]}).profile.seen == {11, 17}


@WRITERS
def test_sheets_named_for_statuses_are_read_together(write: Writer) -> None:
    found = opened({
        "Watched 2026": LIST, "Plan to watch": [["Ame to Yuki"], ["Mori no Koe"], ["hoshi"]], "Empty": [],
        "Dropped": [["Title", "Score", "Status"], ["Yoru no Tabi", 3, ""], ["Umi, Sora", 5, "On hold"]],
        "Manga": [["Title"], ["Kawa no Machi"]], "Sums": [["Total", 12], ["Mean", 7.5]],
    }, write)  # fmt: skip
    profile, report = found.profile, found.report
    assert dict(profile.scores) == {11: 8, 13: 7.5, 14: 3, 17: 5}
    assert (profile.planned, profile.dropped, profile.on_hold) == ({15, 16}, {14}, {17})
    assert [(sheet.name, sheet.is_read, sheet.is_asked) for sheet in report.sheets] == [
        ("Watched 2026", True, False), ("Plan to watch", True, False), ("Dropped", True, False), ("Sums", False, False),
    ]  # fmt: skip
    (question,) = report.titles
    assert report.where(question.row) == "Row 3 of “Plan to watch”"
    assert any("Row 3 of “Plan to watch”, hoshi" in line for line in report.lines())
    assert b"3 of \xe2\x80\x9cPlan to watch\xe2\x80\x9d,hoshi" in report.to_csv()
    assert any("“Manga” was not read" in note for note in report.notes)
    done = found.answer({question.row: 12})
    assert done.profile.planned == {12, 15, 16}
    fewer = done.answer(sheets=["Dropped"])
    accounted(fewer)
    assert fewer.profile.begun == {14, 17}
    assert fewer.answer(sheets=["Plan to watch", "Dropped"]).profile.planned == {12, 15, 16}


def test_a_sheet_alone_is_read_whatever_its_name() -> None:
    found = opened({"Recommended": [["Title"], ["Hoshi no Uta"]], "Chart": [], "Other": [["x" * 400, "y"]]})
    assert found.profile.seen == {11}
    assert opened({"Dropped": [["Hoshi no Uta"], ["Wind Story"]]}).profile.dropped == {11, 13}
    assert opened({"2": [["Hoshi no Uta"], ["Wind Story"]]}).profile.seen == {11, 13}


def test_a_sheet_that_may_not_be_what_was_watched_is_asked_about() -> None:
    found = opened({"Mine": LIST, "From friends": [["Title", "MAL score"], ["Ame to Yuki", 7.7], ["Mori no Koe", 8]]})
    assert dict(found.profile.scores) == {11: 8, 13: 7.5}
    assert not found.profile.seen
    assert [sheet.is_asked for sheet in found.report.sheets] == [False, True]
    assert not found.report.is_complete
    both = found.answer(sheets=["Mine", "From friends"])
    assert [(item.word, item.rows) for item in both.report.statuses] == [("From friends", 2)]
    assert both.answer(statuses={"From friends": "planned"}).profile.scores.keys() >= {11, 13}
    assert found.answer(sheets=["Mine"]).report.is_complete
    nothing = found.answer(sheets=[])
    accounted(nothing)
    assert nothing.profile.is_empty


def test_two_people_are_not_taken_for_one() -> None:
    anna = [["Title", "Score"], ["Hoshi no Uta", 8], ["Wind Story", 5], ["Ame to Yuki", 7]]
    found = opened({"Anna": anna, "Ben": [["Title", "Score"], ["Hoshi no Uta", 6], ["Wind Story", 9]]})
    assert found.profile.is_empty
    assert [sheet.is_asked for sheet in found.report.sheets] == [True, True]
    assert dict(found.answer(sheets=["Ben"]).profile.scores) == {11: 6, 13: 9}
    assert any("differently from" in line for line in found.report.lines())
    with pytest.raises(errors.BadFileError, match=r"no sheet 'Cleo'.*Anna, Ben"):
        found.answer(sheets=["Cleo"])


def test_years_are_read_together_and_each_sheet_keeps_its_scale() -> None:
    found = opened({"2024": LIST, "2025": [["Title", "Score (out of 5)"], ["Ame to Yuki", 4]],
                    "2026": [["Title", "Score /20"], ["Mori no Koe", 12]]})  # fmt: skip
    assert dict(found.profile.scores) == {11: 8, 13: 7.5, 15: 8, 16: 6}
    assert found.report.is_complete


def test_a_sheet_of_titles_that_are_not_known_is_not_lost() -> None:
    found = opened(
        {"Mine": LIST, "En français": [["Titre"], ["hoshi"]], "Watching": [["hoshi"]], "Sums": [["Mean", 8]]}
    )
    assert [(sheet.is_read, sheet.is_asked) for sheet in found.report.sheets] == [
        (True, False), (False, True), (True, False), (False, False),
    ]  # fmt: skip


def test_a_hidden_sheet_is_not_read_at_once() -> None:
    found = read(xlsx({"List": LIST, "Old": [["Title", "Score"], ["Ame to Yuki", 3]]}, hidden=["Old"]), Match())
    assert found.profile.scores.keys() == {11, 13}
    assert [sheet.why for sheet in found.report.sheets] == ["", "it is hidden"]


def test_a_hidden_list_can_be_chosen_where_nothing_else_is_one() -> None:
    notes = [["Buy milk", "x"], ["Call mum", "y"]]
    found = read(xlsx({"Notes": notes, "Old": [*LIST, ["Ame to Yuki", 3]]}, hidden=["Old"]), Match())
    assert [(sheet.name, sheet.is_asked) for sheet in found.report.sheets][-1] == ("Old", True)
    assert found.answer(sheets=["Old"]).profile.scores.keys() == {11, 13, 15}


def test_a_sheet_without_titles_is_left_out() -> None:
    """A legend: words of statuses are headings of the rows below, and there are none."""
    legend = [["Title"], ["Completed"], ["Watching"]]
    found = opened({"2024": LIST, "Legend": legend})
    assert found.profile.scores.keys() == {11, 13}
    assert any("“Legend” was not read" in line for line in found.report.lines())
    with pytest.raises(errors.EmptyListError, match="no titles"):
        opened({"Mine": [["Title", "Score", "Notes"], ["Watching"], ["Dropped"]]})


def test_a_sheet_alone_can_be_named() -> None:
    assert opened({"Mine": LIST}).answer(sheets=["Mine"]).profile.scores.keys() == {11, 13}
    with pytest.raises(errors.BadFileError, match="choose among: Mine"):
        opened({"Mine": LIST}).answer(sheets=["Yours"])


def test_the_scale_that_one_sheet_names_is_not_that_of_another() -> None:
    of_hundred = [["Title", "Score /100", "Status"], ["Hoshi no Uta", 80, "Done"], ["Wind Story", 90, "Done"]]
    unsure = [["Title", "Score", "Status"], ["Ame to Yuki", 4, "Done"], ["Mori no Koe", 5, "Done"]]
    unsure.append(["Umi, Sora", 3, "Done"])
    found = opened({"A": of_hundred, "B": unsure})
    assert dict(found.profile.scores) == {11: 8, 13: 9, 15: 8, 16: 10, 17: 6}
    assert not found.report.scale.sure
    assert dict(found.answer(scale=10).profile.scores) == {11: 8, 13: 9, 15: 4, 16: 5, 17: 3}


def test_a_scale_that_a_heading_seems_to_name_must_fit_the_scores() -> None:
    stars = [["Title", "Stars", "Status"], ["Hoshi no Uta", 8, "Done"], ["Wind Story", 9, "Done"]]
    other = [["Title", "Score", "Status"], ["Ame to Yuki", 7, "Done"], ["Mori no Koe", 10, "Done"]]
    assert dict(opened({"A": stars, "B": other}).profile.scores) == {11: 8, 13: 9, 15: 7, 16: 10}


@pytest.mark.parametrize("write", [xlsx, ods])
def test_a_workbook_is_no_export(write: Writer) -> None:
    with pytest.raises(errors.BadFileError, match="spreadsheet, not an export"):
        mal_xml.read(write({"Mine": LIST}))
