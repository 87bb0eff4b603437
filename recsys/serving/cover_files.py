"""A folder of small files with a limit on their size; the least recently used are deleted. Processes may share it."""

import contextlib
import logging
import os
import re
import threading
import time
from pathlib import Path

#: Other files of the folder are left alone, whoever put them there.
_OURS = re.compile(r"[0-9a-f]{40}-[a-z]+\.webp(\.\d+\.\d+\.tmp)?")
_ABANDONED = 3600.0
#: When there is too much, it is reduced to this part of the limit.
_PURGE_TO = 0.9
#: The folder is looked through each time that this part of the limit was written.
_PURGE_AFTER = 0.05

_log = logging.getLogger(__name__)


class CoverFiles:
    """Small WebP files by name, in `folder`. Safe to use from threads and from several processes.

    Each process deletes files after it has written 5% of `max_bytes`, so that with P processes the folder never holds
    more than 90% + P x 5% of it. A folder that cannot be written is reported in the log once and not used again.
    """

    def __init__(self, folder: Path | None, max_bytes: int) -> None:
        """Without a `folder`, nothing is kept."""
        self._folder = folder
        self._max_bytes = max_bytes
        self._written = max_bytes  # the first write looks through the folder
        self._lock = threading.Lock()

    def read(self, name: str) -> bytes | None:
        """The file's content, None if there is none or it is damaged. Counts as a use."""
        if self._folder is None:
            return None
        path = self._folder / name
        try:
            content = path.read_bytes()
        except OSError:
            return None
        if not _is_whole(content):
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        self.touch(name)
        return content

    def touch(self, name: str) -> None:
        """Count a use of the file."""
        if self._folder is not None:
            with contextlib.suppress(OSError):
                os.utime(self._folder / name)

    def write(self, name: str, content: bytes) -> None:
        """Write a file so that no process ever reads a part of it, then delete the least recently used if needed."""
        folder = self._folder
        if folder is None:
            return
        temporary = folder / f"{name}.{os.getpid()}.{threading.get_ident()}.tmp"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            temporary.write_bytes(content)
            temporary.replace(folder / name)
            with self._lock:
                self._written += len(content)
                if self._written > _PURGE_AFTER * self._max_bytes:
                    self._written = 0
                    self._purge(folder)
        except OSError as error:
            with contextlib.suppress(OSError):
                temporary.unlink()
            with self._lock:
                if self._folder is not None:
                    _log.warning("Covers are kept in memory only: %s cannot be written (%s).", folder, error)
                self._folder = None

    def _purge(self, folder: Path) -> None:
        """Delete what is too much, and what a process left behind that was stopped while it wrote."""
        found: list[tuple[float, int, Path]] = []
        for entry in os.scandir(folder):
            if not _OURS.fullmatch(entry.name):
                continue
            with contextlib.suppress(OSError):  # another process has deleted it
                status = entry.stat(follow_symlinks=False)
                if entry.name.endswith(".tmp"):
                    if status.st_mtime < time.time() - _ABANDONED:
                        os.unlink(entry)
                else:
                    found.append((status.st_mtime, status.st_size, Path(entry.path)))
        total = sum(size for _, size, _ in found)
        if total <= self._max_bytes * _PURGE_TO:
            return
        for _, size, path in sorted(found):
            with contextlib.suppress(OSError):
                path.unlink()
            total -= size
            if total <= self._max_bytes * _PURGE_TO:
                break


def _is_whole(content: bytes) -> bool:
    """Whether a WebP file is as long as its header says (RFC 9649, section 2.4)."""
    return (
        content[:4] == b"RIFF"
        and content[8:12] == b"WEBP"
        and int.from_bytes(content[4:8], "little") + 8 == len(content)
    )
