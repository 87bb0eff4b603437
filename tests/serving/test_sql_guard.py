"""Harmful queries: the check of statements and DuckDB's own locks, each tested without the other."""

from pathlib import Path

import duckdb
import pytest

from recsys.serving import sql_box, sql_worker
from tests.serving import tables
from tests.serving.tables import SECRET

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
#: Names that a WITH clause defines elsewhere in the statement: DuckDB looks for a table or file that is called so.
OUT_OF_SCOPE = (
    'SELECT (WITH "secret.csv" AS (SELECT 1) SELECT 1) FROM "secret.csv"',
    'SELECT 1 FROM "secret.csv" JOIN (WITH "secret.csv" AS (SELECT 1) FROM "secret.csv") ON true',
    '(WITH "secret.csv" AS (SELECT 1) FROM "secret.csv") UNION ALL FROM "secret.csv"',
    'WITH a AS (WITH "secret.csv" AS (SELECT 1) FROM "secret.csv") FROM a, "secret.csv"',
    'WITH "secret.csv" AS (FROM "secret.csv") FROM "secret.csv"',
    'WITH RECURSIVE "secret.csv" AS (FROM "secret.csv") FROM "secret.csv"',
    'WITH RECURSIVE "secret.csv"(x) AS (SELECT x FROM "secret.csv" UNION ALL FROM "secret.csv") FROM "secret.csv"',
    'WITH RECURSIVE a(x) AS (SELECT 1 UNION ALL (WITH "secret.csv" AS (FROM a) FROM "secret.csv")) FROM "secret.csv"',
    'WITH a AS (FROM "secret.csv"), "secret.csv" AS (SELECT 1) FROM a',
    'WITH "\u017fecret.csv" AS (SELECT 1) FROM "secret.csv"',
    'WITH "secret.csv" AS (SELECT 1) FROM main."secret.csv"',
)
ALLOWED = (
    "SELECT count(*) FROM ratings",
    "select Score, COUNT(*) from RATINGS group by all order by all;",
    "WITH best AS (SELECT anime_id, avg(score) AS s FROM ratings GROUP BY 1) SELECT max(s) FROM best",
    "WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t WHERE i < 5) SELECT sum(i) FROM t",
    "WITH a AS (SELECT 1 AS x), b AS (FROM a) SELECT (SELECT x FROM a) FROM b, (WITH c AS (FROM b) FROM c)",
    "WITH a AS (SELECT 1 AS x) FROM range(2) t(i), LATERAL (SELECT x + i FROM a) JOIN a ON (x = (SELECT x FROM a))",
    "WITH a AS (SELECT 1 AS x) (SELECT 2 UNION ALL FROM a) ORDER BY (SELECT x FROM a)",
    "WITH Best AS MATERIALIZED (FROM ratings) SELECT count(*) FROM bEST WHERE EXISTS (FROM BEST)",
    "WITH ratings AS (SELECT count(*) AS n FROM Ratings) FROM ratings",
    "WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL (WITH u AS (FROM t) SELECT i + 1 FROM u WHERE i < 3)) FROM t",
    "DESCRIBE WITH a AS (SELECT 1) FROM a",
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
    return tables.write(tmp_path_factory.mktemp("outside"))


@pytest.fixture(scope="module")
def opened(folder):
    """The worker's connection, without its check of statements and without its process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        connection = sql_worker.connect(str(folder), sql_box.TABLES, 128)
    yield connection
    connection.close()


@pytest.fixture
def connection(opened, folder, monkeypatch):
    """A connection of this test to the worker's database, which is read only and locked: opening one takes longer than
    most tests."""
    monkeypatch.chdir(folder)
    with opened.cursor() as connection:
        yield connection


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


@pytest.mark.parametrize("query", OUT_OF_SCOPE)
def test_a_name_is_known_only_in_the_scope_of_its_with_clause(connection, query):
    with pytest.raises(sql_worker.RefusedError, match=r"no table 'secret\.csv'"):
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
