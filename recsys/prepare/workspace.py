"""A temporary DuckDB database on disk, with limited memory, progress and clear errors."""

import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import duckdb
import pyarrow as pa

from recsys.errors import DataError, first_line

#: Called with the name of a stage and the share of it that is done, 0 to 1, as estimated by DuckDB.
Progress = Callable[[str, float], None]
_POLL_SECONDS = 0.5
_PREFIX, _LOCK = "anime-alchemy-prepare-", "in-use.lock"
#: What DuckDB says when a file cannot grow: ENOSPC, EFBIG and EDQUOT, and its own limit of the temporary folder.
_FULL = ("No space left", "File too large", "quota exceeded", "max_temp_directory_size")

try:
    import fcntl
except ImportError:  # Windows: temporary folders of killed runs stay
    fcntl = None


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
            _remove_stale(Path(self._options.temp_dir or tempfile.gettempdir()))
            self._folder = tempfile.TemporaryDirectory(prefix=_PREFIX, dir=self._options.temp_dir)
            self._lock = _locked(Path(self._folder.name) / _LOCK)
        except OSError as error:
            raise DataError(f"Cannot write temporary files: {error}. Choose another --temp-dir.") from None
        try:
            self._connection = duckdb.connect(str(Path(self._folder.name) / "work.duckdb"))
            self._connection.execute("SET memory_limit = ?", [self._options.memory_limit])
            self._connection.execute("SET temp_directory = ?", [self._folder.name])
            # Nobody opens this database again, so nothing waits until it is safe on the disk.
            self._connection.execute("SET fsync_mode = 'NONE'")
            self._connection.execute("SET checkpoint_on_detach = 'DISABLED'")
            # DuckDB takes a CSV file for small: it would hash the lists, in memory, to join them with the few fans.
            self._connection.execute("SET disabled_optimizers = 'build_side_probe_side'")
            self._connection.execute("SET enable_progress_bar = true")
            self._connection.execute("SET enable_progress_bar_print = false")
            if self._options.threads is not None:
                self._connection.execute("SET threads = ?", [self._options.threads])
        except duckdb.Error as error:
            self.__exit__()
            self._raise_if_full(error)
            raise DataError(f"DuckDB cannot start with {self._options}: {first_line(error)}") from None
        return self

    def __exit__(self, *_: object) -> None:
        connection = getattr(self, "_connection", None)
        if connection is not None:
            connection.close()
        self._folder.cleanup()
        os.close(self._lock)

    def run(self, stage: str, statement: str) -> int:
        """Execute one statement as the stage `stage`; return the number of rows that it wrote."""
        done = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(stage, done), daemon=True)
        watcher.start()
        try:
            rows = self._connection.execute(statement).fetchall()
        except duckdb.OutOfMemoryException as error:
            raise DataError(
                f"{stage.capitalize()} needs more than --memory-limit {self._options.memory_limit} or more room in "
                f"--temp-dir {Path(self._folder.name).parent} ({first_line(error)})."
            ) from None
        except duckdb.Error as error:
            self._raise_if_full(error)
            raise _FailedError(f"{stage} failed: {first_line(error)}") from None
        finally:
            done.set()
            watcher.join()
        return rows[0][0] if rows and isinstance(rows[0][0], int) else 0

    def _raise_if_full(self, error: duckdb.Error) -> None:
        if not any(text in str(error) for text in _FULL):
            return
        if self._folder.name in str(error):
            raise DataError(
                f"The folder for temporary files, {Path(self._folder.name).parent}, is full. Free space there, or "
                "choose another with --temp-dir."
            ) from None
        raise DataError(f"The disk is full ({first_line(error)}). Free space, or choose another folder.") from None

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


def _locked(path: Path) -> int:
    """A handle of a new file that no other process can lock while this one lives."""
    handle = os.open(path, os.O_CREAT | os.O_RDWR)
    if fcntl is not None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return handle


def _remove_stale(folder: Path) -> None:
    """Remove the temporary folders of runs that were killed: nobody holds their lock any more."""
    if fcntl is None:
        return
    for lock in folder.glob(f"{_PREFIX}*/{_LOCK}"):
        try:
            handle = os.open(lock, os.O_RDWR)
        except OSError:  # somebody else's, or just removed
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # in use
            pass
        else:
            shutil.rmtree(lock.parent, ignore_errors=True)
        finally:
            os.close(handle)
