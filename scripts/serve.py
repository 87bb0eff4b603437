"""Serve the app by several equal copies behind a reverse proxy, Caddy.

A copy that stops is started again. SIGHUP restarts the copies one after the other, as after an update of the artifacts;
SIGTERM or Ctrl+C stops everything.
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NoReturn
from urllib.request import urlopen

_TREE = Path(__file__).parents[1]
_CADDYFILE = _TREE / "deploy" / "Caddyfile"
_START_SECONDS = 120
_STOP_SECONDS = 20
#: A copy that stops is not started again sooner than this after its last start.
_RESTART_SECONDS = 5
#: In a restart of all, so long after a copy answers the next one stops: the proxy leaves a copy that failed alone for 5
#: seconds, and asks each whether it is healthy every 2 seconds.
_NOTICED_SECONDS = 8


class StartError(Exception):
    """The app or the proxy does not start. No `RecsysError`: a process that only waits would hold all of recsys."""


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.serve", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--copies", type=int, default=2, help="number of copies (%(default)s)")
    parser.add_argument("--port", type=int, default=8501, help="port of the proxy (%(default)s)")
    parser.add_argument("--address", default="localhost", help='address of the proxy; "" for all (%(default)s)')
    args = parser.parse_args(argv)
    if args.copies < 1:
        parser.error("--copies must be 1 or more")
    try:
        _serve(args)
    except StartError as error:
        print(f"error: {error}", file=sys.stderr)
    return 2


def _serve(args: argparse.Namespace) -> NoReturn:
    if (caddy := shutil.which("caddy")) is None:
        raise StartError("Caddy is not on PATH. Install it, on Debian with: apt-get install caddy")
    signals = _Signals()
    copies = [Copy(number) for number in range(1, args.copies + 1)]
    proxy = None
    try:
        for copy in copies:
            copy.start()
        for copy in copies:
            copy.wait_until_healthy()
        variables = {"SITE": f":{args.port}", "ADDRESS": args.address, "COPIES": " ".join(copy.host for copy in copies)}
        command = [caddy, "run", "--config", str(_CADDYFILE), "--adapter", "caddyfile"]
        proxy = subprocess.Popen(command, env=os.environ | variables)
        print(f"{args.copies} copies are behind http://{args.address or 'localhost'}:{args.port}", flush=True)
        while True:
            if proxy.poll() is not None:
                raise StartError(f"The proxy ended with status {proxy.returncode}; its log above says why.")
            for copy in copies:
                copy.start_again_if_ended()
            if signals.restart:
                signals.restart = False
                for copy in copies:
                    if copy is not copies[0]:
                        time.sleep(_NOTICED_SECONDS)
                    print(f"Copy {copy.number} is restarted.", flush=True)
                    copy.stop()
                    copy.start()
                    copy.wait_until_healthy()
            time.sleep(0.2)
    finally:
        if proxy is not None:
            _stop(proxy)
        for copy in copies:
            copy.stop()


class _Signals:
    """Ends this process in an orderly way on SIGTERM and SIGINT, and notes that SIGHUP asked for a restart."""

    def __init__(self) -> None:
        self.restart = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        if hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, self._note_restart)

    def _end(self, *_: object) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)  # nothing interrupts the end
        raise SystemExit(0)

    def _note_restart(self, *_: object) -> None:
        self.restart = True


class Copy:
    """One server of the app, on a free port of this machine."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.host = f"127.0.0.1:{free_port()}"
        self._process: subprocess.Popen | None = None
        self._started = 0.0

    def start(self) -> None:
        command = app_command(int(self.host.partition(":")[2]))
        self._process, self._started = subprocess.Popen(command, cwd=_TREE), time.monotonic()

    def wait_until_healthy(self) -> None:
        if self._process is not None:
            wait_until_healthy(f"http://{self.host}", self._process)

    def start_again_if_ended(self) -> None:
        status = None if self._process is None else self._process.poll()
        if status is not None and time.monotonic() > self._started + _RESTART_SECONDS:
            print(f"Copy {self.number} ended with status {status}; it is started again.", flush=True)
            self.start()

    def stop(self) -> None:
        if self._process is not None:
            _stop(self._process)


def _stop(process: subprocess.Popen) -> None:
    """Let the process end what it is doing, but not for long."""
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def app_command(port: int) -> list[str]:
    """The command that serves the app of the current folder on a port of this machine."""
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
    return [*command, "--server.address", "127.0.0.1", "--server.port", str(port)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_healthy(address: str, process: subprocess.Popen) -> None:
    """Wait until the app at this address answers. Raises `StartError` if its process ends or takes too long."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), urlopen(f"{address}/_stcore/health", timeout=5):  # noqa: S310
            return
        time.sleep(0.1)
    raise StartError(f"The app did not start at {address}; its log says why.")


if __name__ == "__main__":
    sys.exit(main())
