"""Servers of the app to measure: of this tree, and of another commit in a temporary folder."""

import io
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from recsys import RecsysError
from scripts.serve import StartError, app_command, free_port, wait_until_healthy

#: The tree that this file belongs to.
HERE = Path(__file__).parents[2]


@dataclass
class Server:
    """A running app: its address without a path, and the process that was started."""

    address: str
    process: psutil.Process
    _cpu: dict[int, float] = field(default_factory=dict)

    def _processes(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]

    def memory_mb(self) -> float:
        """Resident memory of the process and those that it started, in megabytes."""
        total = 0
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                total += process.memory_info().rss
        return total / 2**20

    def cpu_seconds(self) -> float:
        """CPU time so far of the process and those that it started, also of those that have ended."""
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                self._cpu[process.pid] = times.user + times.system
        return sum(self._cpu.values())


@contextmanager
def serving(tree: Path = HERE, copies: int = 0, covers: str = "off") -> Iterator[Server]:
    """Start the app of this tree on a free port; with `copies`, so many behind the reverse proxy. `covers`: "on" or
    "off".

    Raises `RecsysError` with the end of its log when it does not start.
    """
    port = free_port()
    command = app_command(port)
    if copies:
        command = [sys.executable, "-m", "scripts.serve", "--copies", str(copies), "--port", str(port)]
    variables = {**os.environ, "ANIME_ALCHEMY_COVERS": covers}
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(command, cwd=tree, env=variables, stdout=log, stderr=log) as started,
    ):
        address = f"http://127.0.0.1:{port}"
        try:
            try:
                wait_until_healthy(address, started)
            except StartError as error:
                log.seek(0)
                raise RecsysError(f"{error}\n{log.read()[-2000:].decode(errors='replace')}") from error
            yield Server(address, psutil.Process(started.pid))
        finally:
            started.terminate()
            with suppress(subprocess.TimeoutExpired):
                started.wait(timeout=30)
            started.kill()


@contextmanager
def tree_of(commit: str) -> Iterator[Path]:
    """The files of a commit in a temporary folder. Raises `RecsysError` if git does not know the commit."""
    packed = subprocess.run(["git", "archive", commit], cwd=HERE, capture_output=True, check=False)
    if packed.returncode:
        said = packed.stderr.decode(errors="replace").strip()
        raise RecsysError(f"git has no commit {commit!r} here: {said}")
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=io.BytesIO(packed.stdout)) as files:
        files.extractall(folder, filter="data")
        yield Path(folder)
