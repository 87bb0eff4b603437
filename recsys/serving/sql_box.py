"""SQL for visitors: one statement that reads the shipped Parquet and nothing else, within bounds."""

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recsys.data import manifest
from recsys.errors import RecsysError
from recsys.serving import sql_worker

#: View -> file of the artifacts.
TABLES = {
    "ratings": "ratings.parquet",
    "unscored": "unscored.parquet",
    "users": "users.parquet",
    "catalogue": "catalogue.parquet",
    "title_stats": "title_stats.parquet",
}
#: Queries of all visitors that run at once in this server.
_SLOTS = threading.BoundedSemaphore(2)
#: What a worker may need to start, and a query to wait for a slot, on a busy machine, in seconds.
_STARTING, _WAITING = 20, 10
#: The little of this process's environment that Python may need to start.
_ENVIRONMENT = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


class QueryError(RecsysError):
    """A query that was refused, stopped or wrong. `excerpt` points to the place in it, or is empty."""

    def __init__(self, text: str, excerpt: str = "") -> None:
        super().__init__(text)
        self.excerpt = excerpt


@dataclass(frozen=True)
class Limits:
    """What one query may take and give."""

    seconds: float = 5.0
    #: For DuckDB; the process may have 192 MB more.
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
    """`rows` hold None, bool, int, float or text; `more` says that there was more than the limits let through."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    more: bool
    seconds: float

    @property
    def plan(self) -> str | None:
        """What EXPLAIN gave, a drawing in characters, or None for any other answer."""
        if self.columns[:2] != ("explain_key", "explain_value"):
            return None
        return "\n".join(str(row[1]) for row in self.rows)

    def by_column(self) -> dict[str, list[Any]]:
        """Columns by name, told apart where the query gave two of them one name."""
        result: dict[str, list[Any]] = {}
        for i, name in enumerate(self.columns):
            unique, n = name, 1
            while unique in result:
                n += 1
                unique = f"{name} ({n})"
            values = [row[i] for row in self.rows]
            # Arrow, which carries it to the browser, wants one type in a column
            numbers = all(v is None or (isinstance(v, int | float) and not isinstance(v, bool)) for v in values)
            flags = all(v is None or isinstance(v, bool) for v in values)
            result[unique] = values if numbers or flags else [None if v is None else str(v) for v in values]
        return result


class SqlBox:
    """Runs queries over the files of `TABLES`, each in a process of its own (`sql_worker`). Safe to share between
    threads."""

    def __init__(self, artifacts: str | Path, limits: Limits = Limits()) -> None:
        """Raises `ArtifactError` unless all files are whole."""
        described = manifest.read(artifacts)
        for file in TABLES.values():
            described.path(file)
        self.limits = limits
        self._folder = str(described.folder.resolve())

    def run(self, query: str) -> Answer:
        """What one SELECT, WITH, DESCRIBE, SUMMARIZE or EXPLAIN gives. Raises `QueryError`."""
        if not query.strip():
            raise QueryError("There is no query yet.")
        if len(query) > self.limits.query:
            raise QueryError(f"A query has at most {self.limits.query:,} characters; this one has {len(query):,}.")
        if "\0" in query:
            raise QueryError("There is a character in this query that no query can have (NUL).")
        if not _SLOTS.acquire(timeout=_WAITING):
            raise QueryError("Many people are asking right now. Try again in a moment.")
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
        except subprocess.TimeoutExpired:
            return {"error": "", "kind": "time"}
        if done.returncode == sql_worker.OUT_OF_TIME:
            return {"error": "", "kind": "time"}
        try:
            return json.loads(done.stdout)
        except ValueError:
            # killed by the system, or DuckDB gave up: with these limits, for want of memory or time
            return {"error": "", "kind": "crash"}

    def _error(self, given: dict[str, Any]) -> QueryError:
        reasons = {
            "time": f"This took longer than {self.limits.seconds:g} seconds and was stopped. Ask for less, or count "
            "before you list.",
            "memory": f"This needs more memory than the {self.limits.memory_mb} MB that a query may have. Filter or "
            "group earlier.",
            "crash": "This took more than a query may have, and was stopped. Ask for less.",
        }
        if reason := reasons.get(given.get("kind", "")):
            return QueryError(reason)
        text, _, excerpt = given["error"].partition("\n\nLINE ")
        return QueryError(text.partition("\n\n")[0], f"LINE {excerpt}" if excerpt else "")
