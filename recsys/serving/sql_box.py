"""SQL for visitors: one statement that reads the shipped Parquet files and nothing else, within limits."""

import json
import logging
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cachetools

from recsys.data import manifest
from recsys.errors import RecsysError
from recsys.serving import sql_worker

#: View -> file of the artifacts.
TABLES = {
    "catalogue": "catalogue.parquet",
    "franchises": "franchises.parquet",
    "title_stats": "title_stats.parquet",
    "ratings": "ratings.parquet",
    "unscored": "unscored.parquet",
    "users": "users.parquet",
}
#: Queries of all visitors that run at once in this server.
_SLOTS = threading.BoundedSemaphore(2)
#: How long a worker may take to start, and a query may wait for a slot, on a busy machine, in seconds.
_STARTING, _WAITING = 20, 10
#: The part of this process's environment that Python may need to start.
_ENVIRONMENT = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
#: Memory for kept answers of all visitors, in bytes.
CACHE_BYTES = 32 * 2**20

_log = logging.getLogger(__name__)


class QueryError(RecsysError):
    """A query that was refused, stopped or wrong. `excerpt` shows the place in it, or is empty."""

    def __init__(self, text: str, excerpt: str = "") -> None:
        super().__init__(text)
        self.excerpt = excerpt


class NotStartedError(RecsysError):
    """The process that runs a query could not be started: the fault is the server's, not the query's."""


@dataclass(frozen=True)
class Limits:
    """What one query may use and return."""

    seconds: float = 5.0
    #: For DuckDB; the process may use 192 MB more.
    memory_mb: int = 128
    rows: int = 1_000
    columns: int = 60
    #: Characters of one value.
    cell: int = 500
    #: Characters of the whole answer.
    text: int = 2_000_000
    #: Characters of the query.
    query: int = 5_000


@dataclass(frozen=True)
class Answer:
    """`rows` hold None, bool, int, float or text; `more` says that the limits cut the result."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    more: bool
    seconds: float

    @property
    def plan(self) -> str | None:
        """The result of EXPLAIN, a drawing in characters, or None for any other answer."""
        if self.columns[:2] != ("explain_key", "explain_value"):
            return None
        return "\n".join(str(row[1]) for row in self.rows)

    @property
    def n_bytes(self) -> int:
        """Memory that it takes: its tuples and values."""
        sizes = (sys.getsizeof(part) + sum(map(sys.getsizeof, part)) for part in (self.columns, *self.rows))
        return sys.getsizeof(self.rows) + sum(sizes)

    def by_column(self) -> dict[str, list[Any]]:
        """Columns by name; a name that the query gave twice gets a number."""
        result: dict[str, list[Any]] = {}
        for i, name in enumerate(self.columns):
            unique, n = name, 1
            while unique in result:
                n += 1
                unique = f"{name} ({n})"
            values = [row[i] for row in self.rows]
            # Arrow, which carries the table to the browser, needs one type in a column.
            numbers = all(v is None or (isinstance(v, int | float) and not isinstance(v, bool)) for v in values)
            flags = all(v is None or isinstance(v, bool) for v in values)
            result[unique] = values if numbers or flags else [None if v is None else str(v) for v in values]
        return result


class SqlBox:
    """Runs queries over the files of `TABLES`, each in a process of its own (`sql_worker`). Safe to share between
    threads. The files never change, so that answers are kept and given again, the last used ones up to `cache_bytes`.
    """

    def __init__(self, artifacts: str | Path, limits: Limits = Limits(), cache_bytes: int = CACHE_BYTES) -> None:
        """Raises `ArtifactError` unless the checksums of all files are right."""
        _check(artifacts)
        self.limits = limits
        self._folder = str(Path(artifacts).resolve())
        self._kept: cachetools.LRUCache[str, Answer] = cachetools.LRUCache(cache_bytes, lambda answer: answer.n_bytes)
        self._lock = threading.Lock()

    def run(self, query: str) -> Answer:
        """The result of one SELECT, WITH, DESCRIBE, SUMMARIZE or EXPLAIN. Raises `QueryError` and `NotStartedError`."""
        with self._lock:
            kept = self._kept.get(query)
        if kept is not None:
            return kept
        answer = self._run(query)
        with self._lock:
            if answer.n_bytes <= self._kept.maxsize:
                self._kept[query] = answer
        return answer

    def _run(self, query: str) -> Answer:
        if not query.strip():
            raise QueryError("There is no query yet.")
        if len(query) > self.limits.query:
            raise QueryError(f"A query has at most {self.limits.query:,} characters; this one has {len(query):,}.")
        if "\0" in query:
            raise QueryError("This query holds a NUL character, which SQL does not allow. Delete it.")
        if not _SLOTS.acquire(timeout=_WAITING):
            raise QueryError("Other visitors' queries are running. Try again in a moment.")
        try:
            start = time.perf_counter()
            given = self._given(query)
            seconds = time.perf_counter() - start
        finally:
            _SLOTS.release()
        if "error" in given:
            raise self._error(given)
        return Answer(tuple(given["columns"]), tuple(map(tuple, given["rows"])), bool(given["more"]), seconds)

    def _given(self, query: str) -> dict[str, Any]:
        limits = vars(self.limits) | {"query": query.encode("utf-8", "replace").decode("utf-8")}
        request = {"folder": self._folder, "files": TABLES, **limits}
        try:
            done = subprocess.run(
                [sys.executable, "-I", sql_worker.__file__],
                input=json.dumps(request),
                capture_output=True,
                encoding="utf-8",
                env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
                timeout=self.limits.seconds + _STARTING,
                check=False,
            )
        except OSError as error:
            raise _not_started(str(error)) from None
        except subprocess.TimeoutExpired as expired:
            if not expired.stdout:
                raise _not_started(f"it was not ready after {expired.timeout:g} seconds") from None
            return {"error": "", "kind": "time"}
        ready, _, answer = done.stdout.partition("\n")
        if ready != sql_worker.READY:
            raise _not_started(f"it ended with status {done.returncode}: {done.stderr[-500:]}")
        if done.returncode == sql_worker.OUT_OF_TIME:
            return {"error": "", "kind": "time"}
        try:
            return json.loads(answer)
        except ValueError:
            # The system killed it, or DuckDB aborted: under these limits, because of memory or time.
            return {"error": "", "kind": "crash"}

    def _error(self, given: dict[str, Any]) -> QueryError:
        reasons = {
            "time": f"This query took longer than {self.limits.seconds:g} seconds and was stopped. Select fewer rows, "
            "or count them first.",
            "memory": f"This query needs more memory than the {self.limits.memory_mb} MB that a query may use. Filter "
            "or group earlier.",
            "crash": "This query used more time or memory than a query may use, and was stopped. Select fewer rows.",
        }
        if reason := reasons.get(given.get("kind", "")):
            return QueryError(reason)
        text, _, excerpt = given["error"].partition("\n\nLINE ")
        return QueryError(text.partition("\n\n")[0], f"LINE {excerpt}" if excerpt else "")


@manifest.consistent
def _check(artifacts: str | Path) -> None:
    described = manifest.read(artifacts)
    for file in TABLES.values():
        described.path(file)


def _not_started(why: str) -> NotStartedError:
    _log.error("The process for a query did not start: %s", why)
    return NotStartedError("The server could not start this query; the query itself was not run. Try again later.")
