"""Raw lists -> ratings, unscored, users and title_stats Parquet, by the rule of the reference article, out of core.

The rule: join lists with titles and fans; drop score 0; count ratings per fan and raters per title on what is left; keep
fans with more than ten and titles with more than ten. All of it happens in DuckDB, on disk beyond the memory limit.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from recsys.data import catalogue, kaggle, kaggle_titles, manifest
from recsys.data.sql import text
from recsys.errors import DataError

#: Rows per Parquet row group: one fan's rows lie in one or two of them, so that reading a fan decodes little else.
ROW_GROUP = 20480
STATUSES = {1: "watching", 2: "completed", 3: "on hold", 4: "dropped", 6: "planned"}

#: Called with the name of a stage and how much of it is done, 0 to 1.
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Options:
    """How to prepare: fans and titles with more than `more_than` ratings are kept; the rest bounds DuckDB's resources."""

    more_than: int = 10
    memory_limit: str = "2GB"
    temp_dir: Path | None = None
    threads: int | None = None


@dataclass
class Report:
    """What became of the rows. `dropped` counts list rows by reason, `malformed` broken rows of the other files."""

    source: kaggle.Source
    rows_in: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    malformed: dict[str, int] = field(default_factory=dict)
    titles: int = 0
    sparse_titles: int = 0
    fans: int = 0
    sparse_fans: int = 0
    unknown_status: int = 0
    rows_out: dict[str, int] = field(default_factory=dict)


def classified(source: kaggle.Source) -> str:
    """SELECT of every list row and why it cannot be used, else NULL: user_id, anime_id, score, status, updated, reason."""
    named = source.users is not None
    user_id = "fans.user_id" if named else "rows.user"
    no_user = "rows.user IS NULL OR rows.user = ''" if named else "rows.user IS NULL OR rows.user < 0"
    return f"""
        SELECT {user_id} AS user_id, titles.anime_id, try_cast(greatest(score, 0) AS UTINYINT) AS score,
            coalesce(try_cast(status AS UTINYINT), 0) AS status, updated,
            CASE WHEN {no_user} THEN 'malformed fan'
                 WHEN rows.anime_id IS NULL OR rows.anime_id NOT BETWEEN 1 AND 2147483647 THEN 'malformed title id'
                 WHEN score IS NULL THEN 'malformed score'
                 WHEN score NOT BETWEEN -1 AND 10 THEN 'score outside 1-10'
                 WHEN titles.anime_id IS NULL THEN 'unknown title'
                 {"WHEN fans.user_id IS NULL THEN 'unknown user'" if named else ""} END AS reason
        FROM ({kaggle.list_rows(source)}) AS rows LEFT JOIN titles ON titles.anime_id = rows.anime_id
        {"LEFT JOIN fans ON fans.username = rows.user" if named else ""}"""


def latest() -> str:
    """SELECT of the usable rows, of each fan's title the latest one: user_id, anime_id, score, status."""
    return """
        SELECT user_id, anime_id, score, status FROM staged WHERE reason IS NULL
        QUALIFY anime_id IS DISTINCT FROM
            lag(anime_id) OVER (PARTITION BY user_id ORDER BY anime_id, updated DESC, rowid DESC)"""


def counts(key: str) -> str:
    """SELECT of the ratings of each fan (`key` user_id) or title (anime_id): key, n."""
    return f"SELECT {key}, count(*) AS n FROM listed WHERE score > 0 GROUP BY {key}"


def ratings(more_than: int) -> str:
    """SELECT of the ratings that both rules keep: user_id, anime_id, score."""
    return f"""
        SELECT user_id, anime_id, score FROM listed
        SEMI JOIN (FROM fan_counts WHERE n > {more_than}) USING (user_id)
        SEMI JOIN (FROM title_counts WHERE n > {more_than}) USING (anime_id) WHERE score > 0"""


def title_stats() -> str:
    """SELECT of the ratings of each title by score: anime_id, n_ratings, score_1 ... score_10."""
    columns = ", ".join(f"count(*) FILTER (score = {s})::UINTEGER AS score_{s}" for s in range(1, 11))
    return f"SELECT anime_id, count(*)::UINTEGER AS n_ratings, {columns} FROM kept GROUP BY anime_id"


def fan_names(source: kaggle.Source) -> str:
    """SELECT of the kept fans: user_id, username; in sets without names, one made of the id."""
    kept = "SEMI JOIN kept USING (user_id)"
    if source.users:
        return f"SELECT user_id, username FROM fans {kept}"
    return f"SELECT user_id, 'user-' || user_id AS username FROM fan_counts {kept}"


#: Artifact -> (its rows, their order), in terms of the tables that `prepare` makes.
_OUTPUTS = {
    "ratings.parquet": ("SELECT user_id, anime_id, score FROM kept", "user_id, anime_id"),
    "unscored.parquet": (
        "SELECT user_id, anime_id, status FROM listed SEMI JOIN kept USING (user_id) WHERE score = 0",
        "user_id, anime_id",
    ),
    "title_stats.parquet": (title_stats(), "anime_id"),
}


def prepare(
    folder: str | Path, out: str | Path, options: Options | None = None, progress: Progress | None = None
) -> Report:
    """Prepare the raw set in `folder` and write its artifacts to `out` in one step.

    Raises `DataError` when a file or column is missing or no rating is left, and then writes nothing.
    """
    options = options or Options()
    source = kaggle.recognise(folder)
    report = Report(source)
    titles = kaggle_titles.read(source)
    schema = source.schema
    with _database(options) as connection, manifest.writing(out, data_set=schema.name, licence=schema.licence) as batch:
        _stage(connection, source, report)
        _keep(connection, options, report)
        outputs = {**_OUTPUTS, "users.parquet": (fan_names(source), "user_id")}
        for name, (sql, order) in outputs.items():
            path = batch.path(name)
            report.rows_out[name] = _copy(connection, f"{sql} ORDER BY {order}", path)
            batch.path(name, rows=report.rows_out[name])
        report.rows_out[catalogue.FILE] = catalogue.write(titles, batch.path(catalogue.FILE))
        batch.path(catalogue.FILE, rows=report.rows_out[catalogue.FILE])
    return report


@contextmanager
def _database(options: Options) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in a temporary folder, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="prepare-", dir=options.temp_dir) as folder:
        connection = duckdb.connect(str(Path(folder) / "lists.duckdb"))
        try:
            connection.execute("SET memory_limit = ?", [options.memory_limit])
            connection.execute("SET temp_directory = ?", [folder])
            if options.threads:
                connection.execute("SET threads = ?", [options.threads])
            yield connection
        finally:
            connection.close()


def _stage(connection: duckdb.DuckDBPyConnection, source: kaggle.Source, report: Report) -> None:
    """Read the files into the tables titles, fans and staged; count what is broken."""
    connection.execute(f"CREATE TABLE titles AS {kaggle.titles(source)}")
    report.malformed[source.titles.path.name] = _rejected(connection)
    if source.users:
        connection.execute(f"CREATE TABLE fans AS {kaggle.users(source)}")
        report.malformed[source.users.path.name] = _rejected(connection)
    connection.execute(f"CREATE TABLE staged AS {classified(source)}")
    broken = _rejected(connection)
    reasons = connection.execute("SELECT reason, count(*) FROM staged GROUP BY reason ORDER BY reason").fetchall()
    report.rows_in = broken + sum(n for _, n in reasons)
    report.dropped = {"malformed row": broken, **{reason: n for reason, n in reasons if reason}}


def _rejected(connection: duckdb.DuckDBPyConnection) -> int:
    """How many rows the last scan could not split into columns; forgets them."""
    (count,) = connection.execute("SELECT count(DISTINCT line) FROM reject_errors").fetchall()[0]
    connection.execute("DROP TABLE reject_errors")
    connection.execute("DROP TABLE reject_scans")
    return count


def _keep(connection: duckdb.DuckDBPyConnection, options: Options, report: Report) -> None:
    """Apply the article's rule: the tables listed (every usable row once) and kept (the ratings)."""
    one = lambda sql: connection.execute(sql).fetchall()[0][0]  # noqa: E731
    usable = one("SELECT count(*) FROM staged WHERE reason IS NULL")
    connection.execute(f"CREATE TABLE listed AS {latest()}")
    connection.execute("DROP TABLE staged")
    report.dropped["duplicate"] = usable - one("SELECT count(*) FROM listed")
    report.dropped["score 0"] = one("SELECT count(*) FROM listed WHERE score = 0")
    connection.execute(f"CREATE TABLE fan_counts AS {counts('user_id')}")
    connection.execute(f"CREATE TABLE title_counts AS {counts('anime_id')}")
    connection.execute(f"CREATE TABLE kept AS {ratings(options.more_than)}")
    for name, table in (("fans", "fan_counts"), ("titles", "title_counts")):
        setattr(report, name, one(f"SELECT count(*) FROM {table}"))
        setattr(report, f"sparse_{name}", one(f"SELECT count(*) FROM {table} WHERE n < 10"))
    sparse_fan = one(f"SELECT coalesce(sum(n), 0)::BIGINT FROM fan_counts WHERE n <= {options.more_than}")
    scored = one("SELECT count(*) FROM listed WHERE score > 0")
    kept = one("SELECT count(*) FROM kept")
    report.dropped |= {"sparse fan": sparse_fan, "sparse title": scored - sparse_fan - kept}
    known = ", ".join(map(str, STATUSES))
    report.unknown_status = one(f"SELECT count(*) FROM listed WHERE score = 0 AND status NOT IN ({known})")
    if not kept:
        reasons = ", ".join(f"{reason} {n:,}" for reason, n in report.dropped.items() if n)
        raise DataError(f"No rating of {report.source.lists.path} is left; of {report.rows_in:,} rows: {reasons}.")


def _copy(connection: duckdb.DuckDBPyConnection, sql: str, path: Path) -> int:
    connection.execute(
        f"COPY ({sql}) TO {text(str(path))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
    )
    return connection.execute("SELECT count(*) FROM read_parquet(?)", [str(path)]).fetchall()[0][0]
