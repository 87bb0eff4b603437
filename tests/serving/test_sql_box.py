"""The SQL box: answers, their limits, and the process that each query runs in."""

import os
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from recsys.errors import ArtifactError
from recsys.serving import sql_box, sql_worker
from recsys.serving.sql_box import Limits, NotStartedError, QueryError, SqlBox
from tests.serving import tables
from tests.serving.tables import EVIL, SECRET


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tables.write(tmp_path_factory.mktemp("outside"))


@pytest.fixture(scope="module")
def box(folder) -> SqlBox:
    return SqlBox(folder)


def test_an_answer(box):
    answer = box.run("SELECT anime_id, avg(score) AS mean, any_value(title) AS title FROM catalogue JOIN ratings "
                     "USING (anime_id) GROUP BY 1")  # fmt: skip
    assert answer.columns == ("anime_id", "mean", "title")
    assert answer.rows == ((1, 5.5, EVIL),)
    assert not answer.more


def test_no_more_rows_columns_and_characters_than_the_limits(folder):
    few = SqlBox(folder, Limits(rows=7, columns=2, cell=20))
    answer = few.run("SELECT i, repeat('é', 1000), 3 FROM range(100000000) t(i)")
    assert [row[0] for row in answer.rows] == list(range(7))
    assert [len(row) for row in answer.rows] == [2] * 7
    assert answer.rows[0][1] == "é" * 19 + "…"
    assert answer.more
    long = SqlBox(folder, Limits(text=1_000)).run("SELECT repeat('x', 400) FROM range(100)")
    assert 2 <= len(long.rows) < 100
    assert long.more
    assert SqlBox(folder, Limits(rows=7)).run("FROM range(7)").more is False


def test_values_of_every_kind_fit_in_a_table(box):
    answer = box.run(
        "SELECT NULL AS a, true AS b, 1.5::DECIMAL(4, 1) AS c, 'nan'::FLOAT AS d, 170141183460469231731687303715884 "
        "AS e, [1, NULL] AS f, {'k': 1} AS g, '\\x00'::BLOB AS h, DATE '2020-01-02' AS i, 'a' || chr(0) || 'b' AS j, "
        "'نص 🎌 e\u0301' AS k, 1 AS a, 2 AS a"
    )
    columns = answer.by_column()
    assert list(columns) == [*"abcdefghijk", "a (2)", "a (3)"]
    assert columns["c"] == [1.5]
    assert columns["e"] == ["170141183460469231731687303715884"]
    assert columns["j"] == ["a\0b"]
    assert columns["k"] == ["نص 🎌 e\u0301"]
    mixed = box.run(
        "SELECT CASE WHEN i = 0 THEN 1::HUGEINT ELSE 99999999999999999999::HUGEINT END AS n FROM range(2) t(i)"
    )
    assert mixed.by_column() == {"n": ["1", "99999999999999999999"]}


@pytest.mark.parametrize(
    "query",
    [
        "WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t) SELECT max(i) FROM t",
        "SELECT sum(a.range * b.range) FROM range(100000) a, range(100000) b",
        "SELECT levenshtein(repeat('a', 200000), repeat('b', 200000))",
    ],
)
def test_a_slow_query_is_stopped(folder, query):
    with pytest.raises(QueryError, match=r"longer than 0\.2 seconds|more memory|than a query may use"):
        SqlBox(folder, Limits(seconds=0.2)).run(query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT length(repeat('x', 1000000000))",
        "SELECT len(range(200000000))",
        "SELECT length(printf('%1000000000d', 1))",
        "SELECT list(r.score ORDER BY random()) FROM ratings r, ratings s, ratings t",
        "SELECT * FROM range(100000) a, range(100000) b ORDER BY random()",
    ],
)
def test_a_query_that_needs_much_memory_is_stopped(folder, query):
    with pytest.raises(QueryError, match=r"more memory|longer than|than a query may use"):
        SqlBox(folder, Limits(seconds=1)).run(query)  # sorting takes longer than that


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="only Linux bounds the address space")
def test_memory_stays_within_its_bound(folder):
    program = """
import resource, sys
from recsys.serving.sql_box import QueryError, SqlBox
try:
    SqlBox(sys.argv[1]).run("SELECT length(repeat('x', 1500000000))")
except QueryError:
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", program, folder], cwd=root, capture_output=True, text=True, check=True)
    assert 10 < int(done.stdout) < 600


#: A value of each type that has more to it than a name. The others are `NULL` and the text "1" of that type.
VALUES = {
    "TIMESTAMP WITH TIME ZONE": "now()", "ENUM": "'a'::ENUM('a')", "LIST": "[now()]", "STRUCT": "{'a': now()}",
    "MAP": "MAP {'a': now()}", "UNION": "union_value(a := now())", "ARRAY": "[now()]::TIMESTAMPTZ[1]",
    "INTERVAL": "INTERVAL '-1000000000' day", "TIMESTAMP": "'infinity'::TIMESTAMP", "DATE": "'-100000-01-01'::DATE",
    "TUPLE": "row(now(), 1)", "TIME WITH TIME ZONE": "'12:00:00+02'::TIMETZ", "GEOMETRY": "'POINT(1 1)'::GEOMETRY",
}  # fmt: skip


def types() -> list[str]:
    with duckdb.connect() as connection:
        rows = connection.execute("SELECT DISTINCT logical_type, type_name FROM duckdb_types()").fetchall()
    return sorted({name.upper() for row in rows for name in row})


def test_a_value_of_every_type_is_shown_or_refused_in_one_sentence():
    limits = {"rows": 5, "columns": 5, "cell": 500, "text": 10_000}
    refused = {}
    with duckdb.connect() as connection:
        for value in [*(f"{value}::{name}" for name in types() for value in ("NULL", "'1'")), *VALUES.values()]:
            try:
                found = sql_worker._fetch(sql_worker._relation(connection, f"SELECT {value}, [{value}]"), limits)
            except duckdb.Error as error:
                refused[value] = str(error)
                continue
            shown, again = found["rows"][0]
            assert shown is None or isinstance(shown, bool | int | float | str), value
            assert isinstance(again, str), value
    assert not refused.keys() & VALUES.values()
    assert "Traceback" not in " ".join(refused.values())


def test_a_moment_is_shown(box):
    assert box.run("SELECT TIMESTAMPTZ '2020-01-02 03:04:05+00', now()").rows[0][0].startswith("2020-01-0")
    assert box.run("SELECT 'infinity'::DATE, INTERVAL 1000 years").rows == (("infinity", "1000 years"),)


def test_an_error_that_names_files_of_the_server_is_replaced(box):
    for path in (sql_worker.__file__, os.__file__, sys.prefix, "Traceback (most recent call last)"):
        with pytest.raises(QueryError, match="cannot be run here"):
            box.run(f"SELECT error('{path}')")


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "no query yet"),
        (" \n", "no query yet"),
        ("x" * 5_001, "at most 5,000"),
        ("SELECT 'a\0b'", "NUL"),
        ("SELECT nothing FROM ratings", "nothing"),
        ("SELEC 1", "syntax error"),
        ("SELECT " + "(" * 2000 + "1" + ")" * 2000, "."),
        ("SELECT '\ud800' FROM nowhere", "no table 'nowhere'"),
        ("FROM '/etc/passwd'", "no table"),
        ("SELECT error('<b>[x](http://a/b)</b>')", "<b>"),
    ],
)
def test_the_error_of_a_wrong_query_says_why(box, query, says):
    with pytest.raises(QueryError) as caught:
        box.run(query)
    assert says in str(caught.value)


def test_the_place_of_an_error_is_shown(box):
    with pytest.raises(QueryError) as caught:
        box.run("SELECT nothing FROM ratings")
    assert caught.value.excerpt.startswith("LINE 1: SELECT nothing")
    assert "LINE" not in str(caught.value)


def test_a_plan_is_one_drawing(box):
    assert "user_id" in (box.run("EXPLAIN SELECT count(*) FROM ratings WHERE user_id = 3").plan or "")
    assert box.run("SELECT 1").plan is None


def test_the_worker_gets_no_environment_and_shows_no_path_of_this_machine(box, folder, monkeypatch):
    monkeypatch.setenv("MAL_CLIENT_ID", SECRET)
    given = {}
    run = subprocess.run

    def spy(*args, **options):
        given.update(options["env"])
        return run(*args, **options)

    monkeypatch.setattr(sql_box.subprocess, "run", spy)
    plan = box.run("EXPLAIN ANALYZE SELECT * FROM ratings").plan
    assert "MAL_CLIENT_ID" not in given
    assert len(given) < len(os.environ)
    assert str(folder) not in plan


def test_many_at_once_all_get_their_own_answer(box, monkeypatch):
    monkeypatch.setattr(sql_box, "_WAITING", 60)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda i: box.run(f"SELECT {i} AS i").rows, range(6)))
    assert answers == [((i,),) for i in range(6)]


def test_when_all_slots_are_taken_a_query_is_refused(box, monkeypatch):
    monkeypatch.setattr(sql_box, "_WAITING", 0.01)
    monkeypatch.setattr(sql_box, "_SLOTS", threading.BoundedSemaphore(1))
    with sql_box._SLOTS, pytest.raises(QueryError, match="Try again in a moment"):
        box.run("SELECT 17")
    assert box.run("SELECT 17").rows == ((17,),)


def test_a_slot_is_free_again_after_an_error(box, monkeypatch):
    monkeypatch.setattr(sql_box, "_SLOTS", threading.BoundedSemaphore(1))
    for _ in range(2):
        with pytest.raises(QueryError, match="syntax error"):
            box.run("SELEC")


@pytest.fixture
def counted(monkeypatch) -> list[str]:
    """The queries for which a worker was started."""
    asked: list[str] = []
    given = SqlBox._given
    monkeypatch.setattr(SqlBox, "_given", lambda box, query: (asked.append(query), given(box, query))[1])
    return asked


def test_an_answer_is_kept_for_the_next_visitor_but_an_error_is_not(folder, counted):
    box = SqlBox(folder)
    assert box.run("SELECT 1") == box.run("SELECT 1")
    for _ in range(2):
        with pytest.raises(QueryError):
            box.run("SELEC")
    assert counted == ["SELECT 1", "SELEC", "SELEC"]


def test_kept_answers_stay_within_their_bytes(folder, counted):
    queries = [f"SELECT repeat('{letter}', 400) FROM range(20)" for letter in "abc"]  # noqa: S608
    size = SqlBox(folder).run(queries[0]).n_bytes
    assert 20 * 400 < size < 40 * 400
    counted.clear()
    box = SqlBox(folder, cache_bytes=2 * size)
    for query in (*queries, queries[2], queries[0]):
        box.run(query)
    assert counted == [*queries, queries[0]]  # the third took the place of the first
    assert sum(answer.n_bytes for answer in box._kept.values()) <= 2 * size


def test_an_answer_larger_than_the_cache_is_given_but_not_kept(folder):
    box = SqlBox(folder, cache_bytes=1_000)
    assert len(box.run("SELECT repeat('x', 400) FROM range(20)").rows) == 20
    assert len(box._kept) == 0


@pytest.mark.parametrize(
    "program",
    [
        "raise ImportError('no module named duckdb')",
        "import os; os._exit(1)",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "print('something else')",
        "import time; time.sleep(60)",
    ],
)
def test_a_worker_that_does_not_start_is_not_called_a_slow_query(folder, tmp_path, monkeypatch, program):
    worker = tmp_path / "worker.py"
    worker.write_text(program, encoding="utf-8")
    monkeypatch.setattr(sql_box.sql_worker, "__file__", str(worker))
    monkeypatch.setattr(sql_box, "_STARTING", 0.5)
    with pytest.raises(NotStartedError, match="could not start"):
        SqlBox(folder, Limits(seconds=0.5)).run("SELECT 1")


def test_a_system_without_room_for_a_process_is_not_called_a_slow_query(folder, monkeypatch):
    def refuse(*arguments, **options):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(sql_box.subprocess, "run", refuse)
    with pytest.raises(NotStartedError, match="could not start"):
        SqlBox(folder).run("SELECT 1")


def test_a_damaged_file_is_named(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / "users.parquet").write_bytes(b"no")
    with pytest.raises(ArtifactError, match=r"users\.parquet"):
        SqlBox(copy)
