"""Prepare raw lists: write ratings, unscored, users and title_stats as Parquet, by the reference article's rule.

The rule: join lists with titles and fans; drop score 0; count the remaining ratings of each fan and title, of all
sources together; keep fans and titles with more than ten. Fans of watching lists, who have no ratings, all stay. DuckDB
does this out of core: beyond the memory limit it uses the disk.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from recsys.data import catalogue, manifest
from recsys.data.ratings import SCORES, SPARSE
from recsys.data.sql import text
from recsys.errors import DataError
from recsys.prepare import kaggle, kaggle_titles, sources, staging
from recsys.prepare.report import Report, SourceReport
from recsys.prepare.watching import WatchingList
from recsys.prepare.workspace import Options, Progress, Workspace
from recsys.statuses import SETS
from recsys.types import Title

#: Rows per Parquet row group. Smaller groups would cost more in metadata, which each read of a fan's rows parses, than
#: they save in decoding (60 ms instead of 19 at 17 million ratings).
ROW_GROUP = 122_880


def counts(key: str) -> str:
    """SELECT of the number of ratings of each value of a column of listed: the column, n."""
    return f"SELECT {key}, count(*) AS n FROM listed WHERE score > 0 GROUP BY {key}"


def ratings(more_than: int) -> str:
    """SELECT of the ratings of fans and titles with enough ratings: source, user_id, anime_id, score."""
    return f"""
        SELECT source, user_id, anime_id, score FROM listed
        SEMI JOIN (FROM fan_counts WHERE n > {more_than}) USING (user_id)
        SEMI JOIN (FROM title_counts WHERE n > {more_than}) USING (anime_id) WHERE score > 0"""


def title_stats() -> str:
    """SELECT of the number of ratings of each score: anime_id, n_ratings, score_1 ... score_10."""
    columns = ", ".join(f"count(*) FILTER (score = {s})::UINTEGER AS {column}" for s, column in enumerate(SCORES, 1))
    return f"SELECT anime_id, count(*)::UINTEGER AS n_ratings, {columns} FROM kept GROUP BY anime_id"


def written(watching: Sequence[int]) -> str:
    """SELECT of the fans to write: those with kept ratings, and all of the sources with the numbers `watching`."""
    numbers = ", ".join(map(str, watching)) or "NULL"
    return f"SELECT * FROM people WHERE source IN ({numbers}) OR user_id IN (SELECT user_id FROM kept)"


def outputs() -> dict[str, str]:
    """Artifact -> SELECT of its rows in order."""
    return {
        "ratings.parquet": "SELECT user_id, anime_id, score FROM kept ORDER BY user_id, anime_id",
        "unscored.parquet": "SELECT user_id, anime_id, status FROM listed SEMI JOIN written USING (user_id) "
        "WHERE score = 0 ORDER BY user_id, anime_id",
        "users.parquet": "SELECT user_id, username FROM written ORDER BY user_id",
        "title_stats.parquet": f"{title_stats()} ORDER BY anime_id",
    }


def prepare(
    paths: str | Path | Sequence[str | Path],
    out: str | Path,
    options: Options | None = None,
    progress: Progress | None = None,
    described: Mapping[str, Any] | None = None,
    base: Iterable[Title] = (),
    stage: staging.Stage = staging.stage_at_once,
) -> Report:
    """Prepare the sources at `paths` together and write their artifacts to `out` in one step.

    A source is a folder with a Kaggle set, or a watching list (see `recsys.prepare.sources`). `described` (data_set,
    licence) replaces the sources' values in the manifest; the sets' titles are merged into `base`; `stage` reads the
    lists. Raises `DataError`, and writes nothing, if a file or column is missing or unreadable, or nothing is left of a
    source.
    """
    options = options or Options()
    found = sources.recognise([Path(path) for path in ([paths] if isinstance(paths, str | Path) else paths)])
    report = Report([SourceReport(source) for source in found])
    entry = {
        "data_set": ", ".join(dict.fromkeys(source.name for source in found)),
        "licence": "; ".join(dict.fromkeys(source.licence for source in found)),
        **(described or {}),
        "options": {"more_than": options.more_than},
    }
    titles = kaggle_titles.read([source.titles for source in found if isinstance(source, kaggle.Source)], base)
    with Workspace(options, progress) as work, manifest.writing(out, **entry) as batch:
        staging.read_all(work, report.sources, [title.anime_id for title in titles], stage)
        _keep(work, options.more_than, report)
        _check(report)
        read_from = [source.described() for source in report.sources]
        for name, sql in outputs().items():
            report.rows_out[name] = rows = _copy(work, sql, batch.path(name))
            batch.describe(name, rows=rows, read_from=read_from)
        sparsity = {key: getattr(report, key) for key in ("titles", "sparse_titles", "fans", "sparse_fans")}
        batch.describe("title_stats.parquet", sparsity=sparsity)
        report.rows_out[catalogue.FILE] = catalogue.add_to(batch, titles)
    return report


def _keep(work: Workspace, more_than: int, report: Report) -> None:
    """Apply the article's rule to the table listed; make the tables fan_counts, title_counts, kept and written."""
    work.run("counting ratings", f"CREATE TABLE fan_counts AS {counts('source, user_id')}")
    work.run("counting ratings", f"CREATE TABLE title_counts AS {counts('anime_id')}")
    work.run("filtering", f"CREATE TABLE kept AS {ratings(more_than)}")
    watching = [n for n, one in enumerate(report.sources, start=1) if isinstance(one.source, WatchingList)]
    work.run("filtering", f"CREATE TABLE written AS {written(watching)}")
    _make_names_unique(work)
    report.fans = work.value("SELECT count(*) FROM fan_counts")
    report.sparse_fans = work.value(f"SELECT count(*) FROM fan_counts WHERE n < {SPARSE}")
    report.titles = work.value("SELECT count(*) FROM title_counts")
    report.sparse_titles = work.value(f"SELECT count(*) FROM title_counts WHERE n < {SPARSE}")
    scored = dict(work.rows("SELECT source, sum(n)::BIGINT FROM fan_counts GROUP BY source"))
    sparse = dict(work.rows(f"SELECT source, sum(n)::BIGINT FROM fan_counts WHERE n <= {more_than} GROUP BY source"))
    kept = dict(work.rows("SELECT source, count(*) FROM kept GROUP BY source"))
    fans = dict(work.rows("SELECT source, count(*) FROM written GROUP BY source"))
    unscored = {
        source: counted
        for source, *counted in work.rows(
            f"""SELECT source, count(*), count(*) FILTER (user_id IN (SELECT user_id FROM written)),
                    count(*) FILTER (status NOT IN {tuple(SETS)})
                FROM listed WHERE score = 0 GROUP BY source"""
        )
    }
    for number, one in enumerate(report.sources, start=1):
        one.fans, one.ratings = fans.get(number, 0), kept.get(number, 0)
        without_score, one.unscored, one.unknown_status = unscored.get(number, (0, 0, 0))
        if isinstance(one.source, kaggle.Source):
            sparse_fan = sparse.get(number, 0)
            sparse_title = scored.get(number, 0) - sparse_fan - one.ratings
            one.dropped |= {"score 0": without_score, "sparse fan": sparse_fan, "sparse title": sparse_title}


def _make_names_unique(work: Workspace) -> None:
    """Add the number of the source to the name of a fan whom an earlier source has a namesake of."""
    repeated = "FROM written QUALIFY row_number() OVER (PARTITION BY username ORDER BY source, user_id) > 1"
    while work.value(f"SELECT count(*) FROM ({repeated})"):
        work.run(
            "filtering",
            "UPDATE written SET username = username || ' (' || source || ')' "
            f"WHERE user_id IN (SELECT user_id {repeated})",
        )


def _check(report: Report) -> None:
    for one in report.sources:
        if not (one.unscored if isinstance(one.source, WatchingList) else one.ratings):
            reasons = ", ".join(f"{reason} {n:,}" for reason, n in one.dropped.items() if n) or "there was none"
            kind = "title" if isinstance(one.source, WatchingList) else "rating"
            raise DataError(
                f"No {kind} of {one.source.lists.file.path} is left to write. Dropped of its {one.rows_in:,} rows: "
                f"{reasons}."
            )


def _copy(work: Workspace, sql: str, path: Path) -> int:
    """Write the rows of a SELECT as Parquet; return their number."""
    target = f"{text(str(path))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
    return work.run(f"writing {path.name}", f"COPY ({sql}) TO {target}")
