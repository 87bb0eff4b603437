"""What a table says does not depend on how it is written down, and every row is accounted for."""

import csv
import io
import random

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from recsys import RecsysError
from recsys.lists import Import, read
from tests.lists.catalogue import TITLES, Match

quick = hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

SCORES = ("", "N/A", "10", "8", "7,5", "6.5", "9", "1")
STATUSES = ("", "Completed", "Watching", "dropped", "Plan to watch", "On-Hold")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "shift_jis")

names = [known[0] for known in TITLES.values()]
rows = st.lists(
    st.tuples(st.sampled_from(names), st.sampled_from(SCORES), st.sampled_from(STATUSES)),
    min_size=2, max_size=7, unique_by=lambda row: row[0],
)  # fmt: skip


def written(table: list[tuple[str, ...]], order: list[int], delimiter: str, newline: str, quoting: int) -> str:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, lineterminator=newline, quoting=quoting)
    writer.writerows([row[i] for i in order] for row in table)
    return file.getvalue()


@quick
@given(
    rows,
    st.permutations(range(4)),
    st.sampled_from(",;\t|"),
    st.sampled_from(ENCODINGS),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_columns_separators_encodings_and_line_ends(body, order, delimiter, encoding, newline, quoting) -> None:
    table = [("Title", "Score", "Status", "Notes"), *((*row, "so far, so good") for row in body)]
    usual = read(written(table, [0, 1, 2, 3], ",", "\n", csv.QUOTE_ALL).encode(), Match())
    data = written(table, order, delimiter, newline, quoting).encode(encoding)
    other = read(data, Match())
    assert other.profile == usual.profile
    assert other.report.scale == usual.report.scale


@pytest.mark.parametrize("encoding", ["cp1252", "shift_jis", "utf-16"])
def test_scores_of_a_long_table_with_letters_of_its_encoding(encoding: str) -> None:
    extra = {"cp1252": "Été à la mer, déjà vu", "shift_jis": "夏の海、とても良い", "utf-16": "夏 été лето"}[encoding]
    rng = random.Random(1)
    lines = [f'{anime_id};"{extra} {anime_id}";{rng.randint(1, 10)}' for anime_id in range(1, 400)]
    text = "anime_id;notes;score\r\n" + "\r\n".join(lines)
    assert read(text.encode(encoding)).profile.scores == read(text.encode("utf-8")).profile.scores


cells = st.sampled_from(("", "Hoshi no Uta", "hoshi", "Wind Story", "No such", "x" * 400, "11", "12", "abc", "8",
                         "8/10",
                         "A", "great", "11", "★★★", "90%", "Binged", "Done", "PTW", "-", "1,5"))  # fmt: skip
tables = st.tuples(
    st.lists(st.sampled_from(("Title", "Score", "Status", "anime_id", "id", "Anilist ID", "Grade", "x")), min_size=2,
             max_size=5),
    st.lists(st.lists(cells, min_size=5, max_size=5), min_size=1, max_size=12),
)  # fmt: skip


def accounted(found: Import) -> None:
    report, profile = found.report, found.profile
    assert report.rows == report.scored + report.watched + report.planned + report.asked + report.refused
    assert report.scored == len(profile.scores)
    assert report.watched == len(profile.begun) - len(profile.scores)
    assert report.planned == len(profile.planned)
    assert (report.asked, report.refused) == (len(report.titles), len(report.left_out))


@quick
@given(tables, st.data())
def test_rows_in_are_rows_accounted_for(table, data) -> None:
    headings, body = table
    text = written([tuple(headings), *map(tuple, body)], list(range(len(headings))), ",", "\n", csv.QUOTE_ALL)
    try:
        found = read(text.encode(), Match())
    except RecsysError:
        return
    accounted(found)
    some = [item for item in found.report.titles if data.draw(st.booleans())]
    answers = {item.row: data.draw(st.sampled_from([None, *(each[0] for each in item.candidates)])) for item in some}
    statuses = {item.word: "watching" for item in found.report.statuses}
    done = found.answer(
        answers, scale=data.draw(st.sampled_from([None, 5, 100])), statuses=statuses, letters={"A": 9.5}
    )
    accounted(done)
    assert done.report.rows == found.report.rows
    assert done.report.asked == found.report.asked - len(some)
    later = {item.word: "dropped" for item in done.report.statuses}  # of the rows whose titles were asked
    last = done.answer(statuses=later, letters=dict.fromkeys(done.report.letters, 9))
    accounted(last)
    assert not last.report.statuses + last.report.letters


def test_a_list_whose_only_row_is_left_out_is_empty() -> None:
    found = read(b"Title,Score\nhoshi,8\n", Match())
    done = found.answer({item.row: None for item in found.report.titles})
    accounted(done)
    assert found.report.asked == done.report.refused == 1
    assert done.profile.is_empty


def test_a_column_that_is_empty_but_for_its_heading_is_no_edge_of_a_table() -> None:
    fan = read(b"Score|Title|Status\n|Hoshi no Uta|\n|Wind Story|\n", Match()).profile
    edged = read(b"|Score|Title|Status|\n|---|---|---|\n| |Hoshi no Uta| |\n| |Wind Story| |\n", Match()).profile
    assert len(fan.seen) == 2
    assert fan == edged
