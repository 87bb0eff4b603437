"""The SQL box against visitors who mean harm: three layers, each tested without the others."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest

from recsys.data import manifest
from recsys.errors import ArtifactError
from recsys.serving import sql_box, sql_worker
from recsys.serving.sql_box import Limits, QueryError, SqlBox

SECRET = "the-secret-content"  # noqa: S105
EVIL = "<img src=x onerror=alert(1)> [x](javascript:alert(1))"
ROWS = {
    "ratings": "SELECT i % 50 AS user_id, i // 50 AS anime_id, i % 10 + 1 AS score FROM range(1000) t(i)",
    "unscored": "SELECT 1 AS user_id, 2 AS anime_id, 6 AS status",
    "users": "SELECT i AS user_id, 'fan' || i AS username FROM range(50) t(i)",
    "catalogue": f"SELECT 1 AS anime_id, '{EVIL}' AS title, ['Action', 'Drama'] AS genres",
    "title_stats": "SELECT 1 AS anime_id, 20 AS n_ratings",
}
FILES = (
    "read_csv('{0}')",
    "read_csv_auto('{0}')",
    "read_text('{0}')",
    "read_blob('{0}')",
    "read_parquet('{0}')",
    "parquet_scan('{0}')",
    "parquet_metadata('{0}')",
    "parquet_schema('{0}')",
    "read_json('{0}')",
    "read_json_objects('{0}')",
    "read_ndjson('{0}')",
    "read_duckdb('{0}')",
    "sniff_csv('{0}')",
    "glob('{0}*')",
    "'{0}'",
    '"{0}"',
    "'file://{0}'",
    "'https://example.com/x.parquet'",
    "query('FROM ''{0}''')",
    "query_table(['{0}'])",
)
REFUSED = (
    "SELECT 1; SELECT 2",
    "SELECT 1; DROP VIEW ratings",
    "COPY (SELECT 1) TO 'stolen.csv'",
    "COPY ratings FROM 'x.csv'",
    "EXPLAIN COPY (SELECT 1) TO 'stolen.csv'",
    "EXPLAIN ANALYZE CREATE TABLE x AS SELECT 1",
    "ATTACH 'x.db'",
    "DETACH memory",
    "INSTALL httpfs",
    "LOAD httpfs",
    "PRAGMA version",
    "CALL pragma_version()",
    "SET threads = 8",
    "RESET threads",
    "CREATE TABLE x (i INTEGER)",
    "CREATE MACRO m() AS TABLE FROM read_text('/etc/passwd')",
    "CREATE SECRET s (TYPE s3)",
    "DROP VIEW ratings",
    "INSERT INTO ratings VALUES (1, 1, 1)",
    "UPDATE ratings SET score = 1",
    "DELETE FROM ratings",
    "WITH x AS (INSERT INTO ratings VALUES (1, 1, 1) RETURNING *) FROM x",
    "EXPORT DATABASE 'x'",
    "IMPORT DATABASE 'x'",
    "VACUUM",
    "CHECKPOINT",
    "BEGIN",
    "USE memory",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "SHOW TABLES",
    "SHOW DATABASES",
    "SHOW threads",
    "FROM duckdb_settings()",
    "FROM duckdb_secrets()",
    "FROM duckdb_views()",
    "FROM enable_logging(storage := 'file')",
    "FROM json_execute_serialized_sql('{}')",
    "FROM information_schema.tables",
    "FROM pg_catalog.pg_class",
    "FROM sqlite_master",
    "FROM other.main.ratings",
    "SELECT current_setting('allowed_paths')",
    "SELECT getenv('HOME')",
    "SELECT (SELECT count(*) FROM read_text('/etc/passwd'))",
    "SELECT * FROM ratings WHERE score IN (SELECT 1 FROM read_csv('/etc/passwd'))",
    "WITH a AS (FROM read_text('/etc/passwd')) FROM a",
    "SELECT 1 UNION ALL SELECT 2 FROM read_text('/etc/passwd')",
    "SELECT sleep_ms(100000)",
    "-- nothing",
    ";",
)
ALLOWED = (
    "SELECT count(*) FROM ratings",
    "select Score, COUNT(*) from RATINGS group by all order by all;",
    "WITH best AS (SELECT anime_id, avg(score) AS s FROM ratings GROUP BY 1) SELECT max(s) FROM best",
    "WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t WHERE i < 5) SELECT sum(i) FROM t",
    "FROM users SELECT username ORDER BY user_id LIMIT 3",
    "SELECT unnest(genres) FROM catalogue",
    "SELECT score, row_number() OVER (PARTITION BY user_id ORDER BY score) FROM ratings QUALIFY 1 = 1",
    "DESCRIBE ratings",
    "SUMMARIZE users",
    "EXPLAIN SELECT * FROM ratings JOIN users USING (user_id)",
    "SELECT * FROM range(3) JOIN generate_series(1, 3) ON true",
    "VALUES (1), (2)",
    "SELECT 1 -- a comment; with a semicolon",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Artifacts, and beside them a secret."""
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.txt").write_text(SECRET, encoding="utf-8")
    with manifest.writing(outside / "artifacts") as batch, duckdb.connect() as connection:
        for view, file in sql_box.TABLES.items():
            connection.execute(f"COPY ({ROWS[view]}) TO '{batch.path(file)}' (FORMAT parquet)")
    (outside / "artifacts" / "secret.txt").write_text(SECRET, encoding="utf-8")
    return outside / "artifacts"


@pytest.fixture(scope="module")
def box(folder) -> SqlBox:
    return SqlBox(folder)


@pytest.fixture
def connection(folder, monkeypatch):
    """The worker's connection, without its check of statements and without its process."""
    monkeypatch.chdir(folder)
    connection = sql_worker.connect(str(folder), sql_box.TABLES, 128)
    yield connection
    connection.close()


def check(connection, query: str) -> None:
    sql_worker.check(connection, query, set(sql_box.TABLES))


@pytest.mark.parametrize("query", ALLOWED)
def test_reading_is_allowed(connection, query):
    check(connection, query)
    assert connection.execute(query).fetchall()


@pytest.mark.parametrize("query", REFUSED)
def test_anything_else_is_refused(connection, query):
    with pytest.raises((sql_worker.RefusedError, duckdb.Error)):
        check(connection, query)


@pytest.mark.parametrize("source", FILES)
@pytest.mark.parametrize("path", ["../secret.txt", "secret.txt", "/etc/passwd", "manifest.json"])
def test_files_are_refused_by_the_check_and_by_duckdb(connection, source, path):
    query = f"SELECT * FROM {source.format(path)}"  # noqa: S608
    with pytest.raises((sql_worker.RefusedError, duckdb.Error)):
        check(connection, query)
    with pytest.raises(duckdb.Error):
        connection.execute(query).fetchall()


def test_no_table_function_of_this_duckdb_gives_a_file_away(connection, folder):
    """Whatever functions DuckDB has or gets: the locked configuration alone must hold."""
    rows = connection.execute("SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type LIKE 'table%'")
    names = [name for (name,) in rows.fetchall()]
    assert {"read_text", "glob", "read_csv"} <= set(names)
    told = []
    for name in names:
        for path in (folder / "secret.txt", folder.parent / "secret.txt"):
            try:
                found = connection.execute(f"SELECT * FROM {name}('{path}')").fetchmany(5)  # noqa: S608
            except (duckdb.Error, RuntimeError):
                continue
            told += [name for row in found if SECRET in str(row)]
    assert told == []


def test_a_name_given_in_the_query_opens_no_file_outside_its_scope(connection):
    with pytest.raises(duckdb.Error):
        connection.execute('SELECT (WITH "/etc/passwd" AS (SELECT 1) SELECT 1) FROM "/etc/passwd"').fetchall()


def test_variables_of_the_program_are_no_tables(connection):
    import pandas as pd

    private = pd.DataFrame({"x": [SECRET]})
    assert len(private) == 1
    with pytest.raises(duckdb.Error):
        connection.execute("FROM private").fetchall()


@pytest.mark.parametrize(
    "query",
    ["CREATE TABLE x AS SELECT 1", "SET lock_configuration = false", "SET enable_external_access = true", "LOAD httpfs",
     "ATTACH 'x.db'", "COPY (SELECT 1) TO 'stolen.csv'", "EXPORT DATABASE 'stolen'"],
)  # fmt: skip
def test_duckdb_itself_changes_nothing(connection, query, folder):
    before = sorted(folder.rglob("*"))
    connection.execute("BEGIN TRANSACTION READ ONLY")
    with pytest.raises(duckdb.Error):
        connection.execute(query).fetchall()
    assert sorted(folder.rglob("*")) == before


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
def test_what_takes_long_is_stopped(folder, query):
    with pytest.raises(QueryError, match=r"longer than 0\.5 seconds|more memory|more than a query may"):
        SqlBox(folder, Limits(seconds=0.5)).run(query)


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
def test_what_takes_much_memory_is_stopped(box, query):
    with pytest.raises(QueryError, match=r"more memory|longer than|more than a query may"):
        box.run(query)


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
def test_a_wrong_query_is_answered_in_words(box, query, says):
    with pytest.raises(QueryError) as caught:
        box.run(query)
    assert says in str(caught.value)


def test_the_place_of_a_mistake_is_shown(box):
    with pytest.raises(QueryError) as caught:
        box.run("SELECT nothing FROM ratings")
    assert caught.value.excerpt.startswith("LINE 1: SELECT nothing")
    assert "LINE" not in str(caught.value)


def test_a_plan_is_one_drawing(box):
    assert "user_id" in (box.run("EXPLAIN SELECT count(*) FROM ratings WHERE user_id = 3").plan or "")
    assert box.run("SELECT 1").plan is None


def test_the_worker_gets_no_environment_and_no_path_of_this_machine_is_told(box, folder, monkeypatch):
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


def test_many_at_once_all_get_their_own_answer(box):
    answers: dict[int, object] = {}

    def ask(i: int) -> None:
        answers[i] = box.run(f"SELECT {i} AS i").rows

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {i: ((i,),) for i in range(6)}


def test_when_all_slots_are_taken_one_is_told_to_wait(box, monkeypatch):
    monkeypatch.setattr(sql_box, "_WAITING", 0.01)
    monkeypatch.setattr(sql_box, "_SLOTS", threading.BoundedSemaphore(1))
    with sql_box._SLOTS, pytest.raises(QueryError, match="Try again in a moment"):
        box.run("SELECT 1")
    assert box.run("SELECT 1").rows == ((1,),)


def test_a_slot_is_given_back_after_an_error(box, monkeypatch):
    monkeypatch.setattr(sql_box, "_SLOTS", threading.BoundedSemaphore(1))
    for _ in range(2):
        with pytest.raises(QueryError, match="syntax error"):
            box.run("SELEC")


def test_a_damaged_file_is_named(folder, tmp_path):
    import shutil

    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / "users.parquet").write_bytes(b"no")
    with pytest.raises(ArtifactError, match=r"users\.parquet"):
        SqlBox(copy)
