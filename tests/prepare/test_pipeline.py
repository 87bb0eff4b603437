"""Preparing agrees with a plain implementation, counts dropped rows, and never damages existing artifacts."""

import os
import signal
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recsys.data import manifest
from recsys.data.ratings import RatingsStore, load_arrays
from recsys.errors import DataError
from recsys.prepare.pipeline import Report, prepare
from recsys.simulation import raw_set
from scripts import prepare as command
from tests.prepare import rawset
from tests.prepare.rawset import AZATHOTH, COOPER_UNION, HERNAN, SMALL, TITLES, USERS, Row, good, rows_of

SCHEMAS = [AZATHOTH, COOPER_UNION, HERNAN]
#: The optional columns of each schema.
HAS = {AZATHOTH: ("status", "updated"), COOPER_UNION: (), HERNAN: ("status",)}


ROWS = st.builds(
    Row,
    user=st.sampled_from([*map(str, USERS), "7", "8", "9", "44"]),
    anime_id=st.sampled_from([*map(str, TITLES), "1", "5", "1.0", "77", "0", "-5", "1000000000000", "x", "", "1.5"]),
    score=st.sampled_from([*map(str, range(-1, 12)), "", "7.0", "7.5", "NaN", "inf", "ten", "-2", "1e400"]),
    status=st.sampled_from(["1", "2", "3", "4", "6"]),
    updated=st.sampled_from(["2016-01-01 00:00:00", "2017-05-05 10:00:00", "2018-12-31 23:59:59"]),
    tags=st.sampled_from(["", "a,b", 'say ""x""', "naïve"]),
)


@pytest.mark.parametrize("schema", SCHEMAS)
@given(rows=st.lists(ROWS, max_size=60), gz=st.booleans())
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_rows_equal_the_plain_implementation(schema: str, rows: list[Row], gz: bool) -> None:
    expected = rawset.reference(rows, TITLES, USERS if schema == AZATHOTH else None, 1, HAS[schema])
    with tempfile.TemporaryDirectory() as name:
        raw, out = rawset.write(Path(name) / "raw", schema, rows, TITLES, USERS, gz), Path(name) / "out"
        if not expected.ratings:
            with pytest.raises(DataError, match="No rating"):
                prepare(raw, out, SMALL)
            return
        report = prepare(raw, out, SMALL)
        assert rows_of(out, "ratings.parquet") == expected.ratings
        assert rows_of(out, "unscored.parquet") == expected.unscored
        assert [user for user, _ in rows_of(out, "users.parquet")] == expected.users
        stats = {row[0]: row[1:] for row in rows_of(out, "title_stats.parquet")}
        assert stats == {i: (sum(counts), *counts) for i, counts in expected.stats.items()}
        assert {reason: n for reason, n in report.sources[0].dropped.items() if n} == expected.dropped
        assert (report.sparse_titles, report.sparse_fans) == expected.sparse
        assert report.sources[0].rows_in == len(rows) == len(expected.ratings) + sum(report.sources[0].dropped.values())


def test_the_limits_are_more_than_ten_and_both_counted_before_filtering(tmp_path: Path) -> None:
    # Fans 1..11 rate titles 1..11; fan 12 rates ten of them, and fans 1..10 title 12. Both have ten, which is not more
    # than ten. Without fan 12 titles 1..10 still have 11 raters, and without title 12 fans 1..10 still have 11 ratings.
    rows = [Row(str(u), str(i), "5") for u in range(1, 12) for i in range(1, 12)]
    rows += [Row("12", str(i), "5") for i in range(1, 11)] + [Row(str(u), "12", "5") for u in range(1, 11)]
    report = prepare(rawset.write(tmp_path / "raw", AZATHOTH, rows, range(1, 13), range(1, 13)), tmp_path / "out")
    assert report.sources[0].dropped["sparse fan"] == 10
    assert report.sources[0].dropped["sparse title"] == 10
    assert report.rows_out["ratings.parquet"] == 121
    assert (report.sparse_fans, report.sparse_titles) == (0, 0)


def test_fans_are_counted_before_titles_are_dropped(tmp_path: Path) -> None:
    # Fan 1's second title has one rater: it goes, but fan 1 had more than one rating and stays with the other.
    rows = [Row("1", "1", "5"), Row("1", "2", "5"), Row("2", "1", "6"), Row("2", "3", "6"), Row("3", "3", "7")]
    prepare(rawset.write(tmp_path / "raw", AZATHOTH, rows, [1, 2, 3], [1, 2, 3]), tmp_path / "out", SMALL)
    assert rows_of(tmp_path / "out", "ratings.parquet") == [(1, 1, 5), (2, 1, 6), (2, 3, 6)]


@pytest.mark.parametrize("schema", SCHEMAS)
def test_all_schemas_give_names_and_arrays(tmp_path: Path, schema: str) -> None:
    prepare(good(tmp_path / "raw", schema), tmp_path / "out", SMALL)
    ratings = load_arrays(tmp_path / "out")
    assert ratings.user_ids.tolist() == [7, 8]
    assert ratings.item_ids.tolist() == [1, 5]
    assert ratings.scores.tolist() == [7, 7, 8, 8]
    store = RatingsStore(tmp_path / "out")
    name = {AZATHOTH: "fan7"}.get(schema, "user-7")
    assert dict(store.profile(name).scores) == {1: 7, 5: 7}


def test_rating_complete_is_used_without_the_lists(tmp_path: Path) -> None:
    folder = good(tmp_path / "raw", HERNAN)
    (folder / "animelist.csv").unlink()
    (folder / "rating_complete.csv").write_text("user_id,anime_id,rating\n0,1,3\n0,5,4\n1,1,5\n1,5,6\n")
    report = prepare(folder, tmp_path / "out", SMALL)
    assert report.sources[0].source.schema.name.startswith(HERNAN)
    assert rows_of(tmp_path / "out", "ratings.parquet") == [(0, 1, 3), (0, 5, 4), (1, 1, 5), (1, 5, 6)]


def test_statuses_are_kept_and_strange_ones_reported(tmp_path: Path) -> None:
    rows = [Row(str(user), str(title), "5") for user in (7, 8) for title in (1, 5)]
    rows += [Row("7", "6", "0", status="6"), Row("8", "6", "", status="33")]
    report = prepare(rawset.write(tmp_path / "raw", HERNAN, rows, TITLES), tmp_path / "out", SMALL)
    assert rows_of(tmp_path / "out", "unscored.parquet") == [(7, 6, 6), (8, 6, 33)]
    assert report.sources[0].unknown_status == 1
    store = RatingsStore(tmp_path / "out")
    assert store.profile("user-7").planned == {6}
    assert store.profile("user-8").seen == {6}


def test_no_other_personal_data_is_kept(tmp_path: Path) -> None:
    folder = good(tmp_path / "raw")
    lines = "".join(f"fan{u},{u},Female,Aachen,1990-01-02\n" for u in USERS)
    (folder / "users_cleaned.csv").write_text("username,user_id,gender,location,birth_date\n" + lines)
    prepare(folder, tmp_path / "out", SMALL)
    assert rows_of(tmp_path / "out", "users.parquet") == [(7, "fan7"), (8, "fan8")]
    for path in (tmp_path / "out").rglob("*"):
        assert not any(word in path.read_bytes() for word in (b"Female", b"Aachen", b"1990-01-02"))


def test_repeated_ids_and_names_are_one_fan(tmp_path: Path) -> None:
    folder = good(tmp_path / "raw")
    (folder / "users_cleaned.csv").write_text("username,user_id\nfan7,7\nfan7,70\nfan8,8\nfan9,8\n,3\nfan3,x\n")
    report = prepare(folder, tmp_path / "out", SMALL)
    assert rows_of(tmp_path / "out", "users.parquet") == [(7, "fan7"), (8, "fan8")]
    assert report.sources[0].malformed["users_cleaned.csv"] == 2


def test_the_manifest_says_how_it_was_made(tmp_path: Path) -> None:
    prepare(good(tmp_path / "raw"), tmp_path / "out", SMALL, described={"licence": "CC0-1.0"})
    entry = manifest.read(tmp_path / "out").files["ratings.parquet"]
    assert entry["rows"] == 4
    assert entry["data_set"] == "azathoth42/myanimelist"
    assert entry["licence"] == "CC0-1.0"
    assert entry["options"] == {"more_than": 1}


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--memory-limit", "lots"], "lots"),
        (["--memory-limit", "1MB"], "--memory-limit 1MB"),
        (["--threads", "0"], "threads"),
        (["--temp-dir", "/nonexistent/place"], "--temp-dir"),
        (["--out", "raw/anime_cleaned.csv/x"], "anime_cleaned.csv"),
    ],
)
def test_invalid_options_are_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    named: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    good(Path("raw"))
    assert command.main(["--source", "raw", *arguments]) == 2
    assert named in capsys.readouterr().err


def test_a_folder_whose_name_looks_like_a_pattern_is_read(tmp_path: Path) -> None:
    prepare(good(tmp_path / "raw [1]*?'x"), tmp_path / "out [2]*'", SMALL)
    good(tmp_path / "raw 1x'x")
    assert RatingsStore(tmp_path / "out [2]*'").profile("fan7").scores == {1: 7, 5: 7}


def test_the_command_prints_every_count(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # without the shipped catalogue, whose franchises take seconds
    rows = [Row(str(u), str(i), "5") for u in range(1, 12) for i in range(1, 12)] + [Row("1", "99", "5")]
    folder = rawset.write(tmp_path / "raw", AZATHOTH, rows, range(1, 12), range(1, 12))
    assert command.main(["--source", str(folder), "--out", str(tmp_path / "out")]) == 0
    captured = capsys.readouterr()
    for text in ("122 list rows", "unknown title", "titles with fewer than 10 raters: 0 of 11", "fans with fewer than"):
        assert text in captured.out
    assert f"wrote {tmp_path / 'out' / 'ratings.parquet'}: 121 rows" in captured.out
    assert "reading lists" in captured.err


def test_the_rows_of_a_fan_are_in_few_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recsys.prepare.pipeline.ROW_GROUP", 20480)
    raw_set.write(tmp_path / "raw", n_fans=600, n_titles=400)
    prepare(tmp_path / "raw", tmp_path / "out")
    ratings = load_arrays(tmp_path / "out")  # which checks the order
    with duckdb.connect() as connection:
        groups = connection.execute(
            "SELECT stats_min_value::BIGINT, stats_max_value::BIGINT FROM parquet_metadata(?) "
            "WHERE path_in_schema = 'user_id' ORDER BY row_group_id",
            [str(tmp_path / "out" / "ratings.parquet")],
        ).fetchall()
    assert len(groups) >= len(ratings.scores) / 20480 > 1
    assert all(before[1] <= after[0] for before, after in pairwise(groups))


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGKILL")
def test_the_old_artifacts_stay_if_it_is_killed(tmp_path: Path) -> None:
    folder, out = good(tmp_path / "raw"), tmp_path / "out"
    prepare(folder, out, SMALL)
    before = load_arrays(out).scores.tolist()
    rows = [Row(str(u), str(i), "5") for u in range(1, 300) for i in range(1, 300)]
    rawset.write(folder, AZATHOTH, rows, range(1, 300), range(1, 300))
    arguments = [sys.executable, "-m", "scripts.prepare", "--source", str(folder), "--out", str(out)]
    variables = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    # Elsewhere there is no shipped catalogue, whose franchises take seconds.
    process = subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True, cwd=tmp_path, env=variables)
    assert process.stderr is not None
    for line in process.stderr:
        if "reading lists" in line:
            process.send_signal(signal.SIGKILL)
            break
    assert process.wait() == -signal.SIGKILL
    assert load_arrays(out).scores.tolist() == before
    assert isinstance(prepare(folder, out), Report)
    assert len(load_arrays(out).scores) == 299 * 299


@pytest.mark.real_data
def test_real_lists_add_up(real_lists: tuple[Path, Report]) -> None:
    folder, report = real_lists
    kept = report.rows_out["ratings.parquet"]
    assert report.sources[0].rows_in == 913_285
    assert report.sources[0].dropped["score 0"] == 84_118
    assert kept + sum(report.sources[0].dropped.values()) == report.sources[0].rows_in
    assert len(load_arrays(folder).scores) == kept
    counts = RatingsStore(folder).all_scores()
    assert counts.sum() == kept
