"""Prepare raw lists: write ratings, unscored, users and title_stats as Parquet, by the reference article's rule.

The rule: join lists with titles and fans; drop score 0; count the remaining ratings of each fan and title; keep fans
and titles with more than ten. DuckDB does this out of core: beyond the memory limit it uses the disk.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recsys.data import catalogue, manifest
from recsys.data.sql import text
from recsys.errors import DataError
from recsys.prepare import kaggle, kaggle_titles, raw_sql
from recsys.prepare.workspace import Options, Progress, Workspace
from recsys.types import Title

#: Rows per Parquet row group. Smaller groups would cost more in metadata, which each read of a fan's rows parses, than
#: they save in decoding (60 ms instead of 19 at 17 million ratings).
ROW_GROUP = 122_880
#: MyAnimeList's statuses: watching, completed, on hold, dropped, planned. Other values are kept and count as watched.
STATUSES = (1, 2, 3, 4, 6)
#: The article's sparsity figures count fans and titles with fewer ratings than this.
SPARSE = 10


@dataclass
class Report:
    """Counts of rows. `dropped`: list rows by reason; `malformed`: broken rows of the other files."""

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


def latest() -> str:
    """SELECT of the usable rows. Of a fan's rows for one title only the latest is kept, or the last in the file.

    Columns: user_id, anime_id, score, status.
    """
    return """
        SELECT user_id, anime_id, score, status FROM staged WHERE reason IS NULL
        QUALIFY anime_id IS DISTINCT FROM
            lag(anime_id) OVER (PARTITION BY user_id ORDER BY anime_id, updated DESC, rowid DESC)"""


def counts(key: str) -> str:
    """SELECT of the number of ratings of each fan (`key` user_id) or title (anime_id): key, n."""
    return f"SELECT {key}, count(*) AS n FROM listed WHERE score > 0 GROUP BY {key}"


def ratings(more_than: int) -> str:
    """SELECT of the ratings of fans and titles with enough ratings: user_id, anime_id, score."""
    return f"""
        SELECT user_id, anime_id, score FROM listed
        SEMI JOIN (FROM fan_counts WHERE n > {more_than}) USING (user_id)
        SEMI JOIN (FROM title_counts WHERE n > {more_than}) USING (anime_id) WHERE score > 0"""


def title_stats() -> str:
    """SELECT of the number of ratings of each score: anime_id, n_ratings, score_1 ... score_10."""
    columns = ", ".join(f"count(*) FILTER (score = {s})::UINTEGER AS score_{s}" for s in range(1, 11))
    return f"SELECT anime_id, count(*)::UINTEGER AS n_ratings, {columns} FROM kept GROUP BY anime_id"


def outputs(source: kaggle.Source) -> dict[str, str]:
    """Artifact -> SELECT of its rows in order. In a set without usernames, they are made from the ids."""
    names = "username FROM fans" if source.users else "'user-' || user_id AS username FROM fan_counts"
    return {
        "ratings.parquet": "SELECT user_id, anime_id, score FROM kept ORDER BY user_id, anime_id",
        "unscored.parquet": "SELECT user_id, anime_id, status FROM listed SEMI JOIN kept USING (user_id) "
        "WHERE score = 0 ORDER BY user_id, anime_id",
        "users.parquet": f"SELECT user_id, {names} SEMI JOIN kept USING (user_id) ORDER BY user_id",
        "title_stats.parquet": f"{title_stats()} ORDER BY anime_id",
    }


def prepare(
    folder: str | Path,
    out: str | Path,
    options: Options | None = None,
    progress: Progress | None = None,
    described: Mapping[str, Any] | None = None,
    base: Iterable[Title] = (),
) -> Report:
    """Prepare the raw set in `folder` and write its artifacts to `out` in one step.

    `described` (data_set, licence) replaces the schema's values in the manifest; the set's titles are merged into
    `base`. Raises `DataError`, and writes nothing, if a file or column is missing or unreadable, or no rating is left.
    """
    options = options or Options()
    source = kaggle.recognise(folder)
    report = Report(source)
    entry = {
        "data_set": source.schema.name,
        "licence": source.schema.licence,
        **(described or {}),
        "options": {"more_than": options.more_than},
    }
    titles = kaggle_titles.read(source.titles, base)
    with Workspace(options, progress) as work, manifest.writing(out, **entry) as batch:
        _stage(work, source, report)
        _keep(work, options.more_than, report)
        for name, sql in outputs(source).items():
            report.rows_out[name] = rows = _copy(work, sql, batch.path(name))
            batch.describe(name, rows=rows)
        sparsity = {key: getattr(report, key) for key in ("titles", "sparse_titles", "fans", "sparse_fans")}
        batch.describe("title_stats.parquet", sparsity=sparsity)
        report.rows_out[catalogue.FILE] = catalogue.add_to(batch, titles)
    return report


def _stage(work: Workspace, source: kaggle.Source, report: Report) -> None:
    """Read the files into the tables titles, fans and staged; count broken rows."""
    with work.reading(source.titles.file.path) as broken:
        work.run("reading titles", f"CREATE TABLE titles AS {raw_sql.titles(source.titles)}")
    report.malformed[source.titles.file.path.name] = broken()
    if source.users:
        with work.reading(source.users.file.path) as broken:
            work.run("reading fans", f"CREATE TABLE raw_fans AS {raw_sql.users(source.users)}")
        work.run("reading fans", f"CREATE TABLE fans AS {raw_sql.unique_users('raw_fans')}")
        incomplete = work.value("SELECT count(*) FROM raw_fans WHERE user_id IS NULL OR username IS NULL")
        report.malformed[source.users.file.path.name] = broken() + incomplete
    with work.reading(source.lists.file.path) as broken:
        work.run("reading lists", f"CREATE TABLE staged AS {raw_sql.classified(source)}")
    reasons = dict(work.rows("SELECT reason, count(*) FROM staged GROUP BY reason ORDER BY reason"))
    usable = reasons.pop(None, 0)
    reasons["malformed line"] = reasons.get("malformed line", 0) + broken()
    report.rows_in = usable + sum(reasons.values())
    report.dropped = {reason: reasons.get(reason, 0) for reason in raw_sql.REASONS}
    work.run("removing duplicates", f"CREATE TABLE listed AS {latest()}")
    work.run("removing duplicates", "DROP TABLE staged")
    report.dropped["duplicate"] = usable - work.value("SELECT count(*) FROM listed")


def _keep(work: Workspace, more_than: int, report: Report) -> None:
    """Apply the article's rule to the table listed; make the tables fan_counts, title_counts and kept."""
    work.run("counting ratings", f"CREATE TABLE fan_counts AS {counts('user_id')}")
    work.run("counting ratings", f"CREATE TABLE title_counts AS {counts('anime_id')}")
    work.run("filtering", f"CREATE TABLE kept AS {ratings(more_than)}")
    report.fans = work.value("SELECT count(*) FROM fan_counts")
    report.sparse_fans = work.value(f"SELECT count(*) FROM fan_counts WHERE n < {SPARSE}")
    report.titles = work.value("SELECT count(*) FROM title_counts")
    report.sparse_titles = work.value(f"SELECT count(*) FROM title_counts WHERE n < {SPARSE}")
    scored = work.value("SELECT coalesce(sum(n), 0)::BIGINT FROM fan_counts")
    sparse_fan = work.value(f"SELECT coalesce(sum(n), 0)::BIGINT FROM fan_counts WHERE n <= {more_than}")
    kept = work.value("SELECT count(*) FROM kept")
    unscored = work.value("SELECT count(*) FROM listed WHERE score = 0")
    report.unknown_status = work.value(f"SELECT count(*) FROM listed WHERE score = 0 AND status NOT IN {STATUSES}")
    report.dropped |= {"score 0": unscored, "sparse fan": sparse_fan, "sparse title": scored - sparse_fan - kept}
    if not kept:
        reasons = ", ".join(f"{reason} {n:,}" for reason, n in report.dropped.items() if n) or "there was none"
        raise DataError(
            f"No rating of {report.source.lists.file.path} is left to write. Dropped of its {report.rows_in:,} rows: "
            f"{reasons}."
        )


def _copy(work: Workspace, sql: str, path: Path) -> int:
    """Write the rows of a SELECT as Parquet; return their number."""
    target = f"{text(str(path))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
    return work.run(f"writing {path.name}", f"COPY ({sql}) TO {target}")
