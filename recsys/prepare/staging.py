"""Read sources into tables: `listed`, a row for each title on a fan's list, and `people`, a row for each fan.

listed: source (its number, from 1), user_id, anime_id, score (0: none), status. people: source, user_id, username.
"""

from collections.abc import Callable, Sequence

import pyarrow as pa

from recsys.errors import DataError
from recsys.prepare import kaggle, raw_sql, watching
from recsys.prepare.report import SourceReport
from recsys.prepare.sources import Source
from recsys.prepare.watching import WatchingList
from recsys.prepare.workspace import Workspace
from recsys.statuses import WATCHING

#: Does what `stage_at_once` does.
Stage = Callable[[Workspace, Source], int]
_USABLE = "(SELECT * FROM staged WHERE reason IS NULL)"


def latest() -> str:
    """SELECT of the usable rows. Of a fan's rows for one title only the latest is kept, or the last in the file.

    Columns: user_id, anime_id, score, status.
    """
    return """
        SELECT user_id, anime_id, score, status FROM staged WHERE reason IS NULL
        QUALIFY anime_id IS DISTINCT FROM
            lag(anime_id) OVER (PARTITION BY user_id ORDER BY anime_id, updated DESC, rowid DESC)"""


def classified(source: Source) -> str:
    """SELECT of every row of a source's lists, with the column reason. Needs the tables of `needed_tables`."""
    return watching.classified(source) if isinstance(source, WatchingList) else raw_sql.classified(source)


def needed_tables(source: Source) -> tuple[str, ...]:
    """The tables that `classified` reads."""
    if isinstance(source, WatchingList):
        return ("known",)
    return ("titles", "fans") if source.users else ("titles",)


def stage_at_once(work: Workspace, source: Source) -> int:
    """Make the table staged of a source's `classified` rows, in their order; give the number of unreadable lines."""
    with work.reading(source.lists.file.path) as broken:
        work.run("reading lists", f"CREATE TABLE staged AS {classified(source)}")
    return broken()


def read_all(
    work: Workspace, reports: Sequence[SourceReport], catalogue_ids: Sequence[int], stage: Stage = stage_at_once
) -> None:
    """Make the tables listed and people from the reports' sources, and complete the reports. `stage` reads the lists.

    A list row counts if its title is in the titles' file of any set; that of a watching list also if it is among
    `catalogue_ids`.
    """
    work.run("reading titles", "CREATE TABLE all_titles (anime_id INTEGER)")
    for report in reports:
        if isinstance(report.source, kaggle.Source):
            _read_titles(work, report.source, report)
    work.run("reading titles", "CREATE TABLE titles AS SELECT DISTINCT anime_id FROM all_titles")
    work.register("catalogue_ids", pa.table({"anime_id": pa.array(catalogue_ids, pa.int32())}))
    work.run("reading titles", "CREATE TABLE known AS FROM titles UNION FROM catalogue_ids")
    work.run(
        "reading lists",
        "CREATE TABLE listed (source UTINYINT, user_id BIGINT, anime_id INTEGER, score UTINYINT, status UTINYINT)",
    )
    work.run("reading lists", "CREATE TABLE people (source UTINYINT, user_id BIGINT, username VARCHAR)")
    for number, report in enumerate(reports, start=1):
        if isinstance(report.source, WatchingList):
            _read_watching(work, report.source, report, number, stage)
        else:
            _read_set(work, report.source, report, number, stage)
        usable = report.rows_in - sum(report.dropped.values())
        work.run("removing duplicates", "DROP TABLE staged")
        report.dropped["duplicate"] = usable - work.value(f"SELECT count(*) FROM listed WHERE source = {number}")


def _read_titles(work: Workspace, source: kaggle.Source, report: SourceReport) -> None:
    path = source.titles.file.path
    with work.reading(path) as broken:
        work.run("reading titles", f"INSERT INTO all_titles {raw_sql.titles(source.titles)}")
    report.malformed[path.name] = broken()


def _read_set(work: Workspace, source: kaggle.Source, report: SourceReport, number: int, stage: Stage) -> None:
    """Add a set's rows and fans. Its fans keep their ids unless one is taken: then all are raised by a fixed number."""
    if source.users:
        with work.reading(source.users.file.path) as broken:
            work.run("reading fans", f"CREATE OR REPLACE TABLE raw_fans AS {raw_sql.users(source.users)}")
        work.run("reading fans", f"CREATE OR REPLACE TABLE fans AS {raw_sql.unique_users('raw_fans')}")
        incomplete = work.value("SELECT count(*) FROM raw_fans WHERE user_id IS NULL OR username IS NULL")
        report.malformed[source.users.file.path.name] = broken() + incomplete
    _stage(work, report, stage, raw_sql.REASONS)
    fans = (
        f"SELECT user_id, username FROM fans SEMI JOIN {_USABLE} USING (user_id)"
        if source.users
        else f"SELECT user_id, 'user-' || user_id AS username FROM (SELECT DISTINCT user_id FROM {_USABLE})"
    )
    work.run("reading fans", f"CREATE OR REPLACE TABLE newcomers AS {fans}")
    if work.value("SELECT count(*) FROM newcomers SEMI JOIN people USING (user_id)"):
        report.id_offset = (number - 1) * raw_sql.MAX_USER_ID
    raised = f"user_id + {report.id_offset}::BIGINT"
    work.run("reading fans", f"INSERT INTO people SELECT {number}, {raised}, username FROM newcomers")
    work.run(
        "removing duplicates",
        f"INSERT INTO listed SELECT {number}, {raised}, anime_id, score, status FROM ({latest()})",
    )


def _read_watching(work: Workspace, source: WatchingList, report: SourceReport, number: int, stage: Stage) -> None:
    """Add a watching list's rows and fans. A fan's id is a hash of the name: it does not depend on the other fans."""
    _stage(work, report, stage, watching.REASONS)
    first, *others = watching.fan_ids()
    names = f"SELECT DISTINCT fan AS username FROM {_USABLE}"
    work.run("reading fans", f"CREATE OR REPLACE TABLE newcomers AS SELECT username, {first} AS user_id FROM ({names})")
    taken = (
        "user_id IN (SELECT user_id FROM people) "
        "OR user_id IN (SELECT user_id FROM newcomers GROUP BY user_id HAVING count(*) > 1)"
    )
    for other in others:
        if not work.value(f"SELECT count(*) FROM newcomers WHERE {taken}"):
            break
        work.run("reading fans", f"UPDATE newcomers SET user_id = {other} WHERE {taken}")
    if work.value(f"SELECT count(*) FROM newcomers WHERE {taken}"):
        raise DataError(f"Two fans of {source.lists.file.path} have the same id. Rename one of them.")
    work.run("reading fans", f"INSERT INTO people SELECT {number}, user_id, username FROM newcomers")
    work.run(
        "removing duplicates",
        f"INSERT INTO listed SELECT DISTINCT {number}, user_id, anime_id, 0, {WATCHING} FROM {_USABLE} "
        "JOIN newcomers ON username = fan",
    )


def _stage(work: Workspace, report: SourceReport, stage: Stage, reasons: Sequence[str]) -> None:
    """Make the table staged, with the column reason; count its rows."""
    broken = stage(work, report.source)
    found = dict(work.rows("SELECT reason, count(*) FROM staged GROUP BY reason ORDER BY reason"))
    found["malformed line"] = found.get("malformed line", 0) + broken
    report.rows_in = sum(found.values())
    report.dropped = {reason: found.get(reason, 0) for reason in reasons}
