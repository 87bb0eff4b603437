"""A temporary DuckDB database on disk, with limited memory, progress and clear errors."""

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import duckdb
import pyarrow as pa

from recsys.errors import DataError

#: Called with the name of a stage and the share of it that is done, 0 to 1, as estimated by DuckDB.
Progress = Callable[[str, float], None]
_POLL_SECONDS = 0.5


@dataclass(frozen=True)
class Options:
    """Fans and titles with more than `more_than` ratings are kept. The other options limit DuckDB's resources.

    `temp_dir` needs about as much space as the unpacked lists; None: the system's. `threads` None: one per core.
    """

    more_than: int = 10
    memory_limit: str = "2GB"
    temp_dir: Path | None = None
    threads: int | None = None


class _FailedError(DataError):
    """A statement failed, but not for lack of memory."""


class Workspace:
    """A context manager for a temporary database. Every DuckDB error becomes a `DataError`."""

    def __init__(self, options: Options, progress: Progress | None = None) -> None:
        self._options = options
        self._progress = progress or (lambda stage, share: None)

    def __enter__(self) -> Self:
        try:
            self._folder = tempfile.TemporaryDirectory(prefix="prepare-", dir=self._options.temp_dir)
        except OSError as error:
            raise DataError(f"Cannot write temporary files: {error}. Choose another --temp-dir.") from None
        try:
            self._connection = duckdb.connect(str(Path(self._folder.name) / "work.duckdb"))
            self._connection.execute("SET memory_limit = ?", [self._options.memory_limit])
            self._connection.execute("SET temp_directory = ?", [self._folder.name])
            self._connection.execute("SET enable_progress_bar = true")
            self._connection.execute("SET enable_progress_bar_print = false")
            if self._options.threads is not None:
                self._connection.execute("SET threads = ?", [self._options.threads])
        except duckdb.Error as error:
            self.__exit__()
            raise DataError(f"DuckDB cannot start with {self._options}: {first_line(error)}") from None
        return self

    def __exit__(self, *_: object) -> None:
        connection = getattr(self, "_connection", None)
        if connection is not None:
            connection.close()
        self._folder.cleanup()

    def run(self, stage: str, statement: str) -> int:
        """Execute one statement as the stage `stage`; return the number of rows that it wrote."""
        done = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(stage, done), daemon=True)
        watcher.start()
        try:
            rows = self._connection.execute(statement).fetchall()
        except duckdb.OutOfMemoryException as error:
            raise DataError(
                f"{stage.capitalize()} needs more than --memory-limit {self._options.memory_limit} or more disk "
                f"({first_line(error)})."
            ) from None
        except duckdb.Error as error:
            raise _FailedError(f"{stage} failed: {first_line(error)}") from None
        finally:
            done.set()
            watcher.join()
        return rows[0][0] if rows and isinstance(rows[0][0], int) else 0

    def _watch(self, stage: str, done: threading.Event) -> None:
        self._progress(stage, 0.0)
        while not done.wait(_POLL_SECONDS):
            self._progress(stage, max(self._connection.query_progress(), 0.0) / 100)

    def register(self, name: str, table: pa.Table) -> None:
        """Let statements read `table` under a name."""
        self._connection.register(name, table)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(query).fetchall()

    def value(self, query: str) -> Any:
        return self.rows(query)[0][0]

    @contextmanager
    def reading(self, path: Path) -> Iterator[Callable[[], int]]:
        """Name the file in any error inside; yield a function that returns, afterwards, the number of rejected rows."""
        count = 0
        try:
            yield lambda: count
            count = self.value("SELECT count(DISTINCT (scan_id, file_id, line)) FROM reject_errors")
            self._connection.execute("DROP TABLE reject_errors")
            self._connection.execute("DROP TABLE reject_scans")
        except _FailedError as error:
            raise DataError(
                f"{path} cannot be read to its end ({error}). If it is damaged, download or unpack it again."
            ) from None


def first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
