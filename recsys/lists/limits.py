"""Limit the requests of this process to each host, for all visitors together. Thread-safe."""

import math
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from recsys.settings import ListSettings

#: A server's Retry-After is limited to this many seconds.
MAX_HOLD = 600.0

_hosts: dict[str, "HostLimit"] = {}
_hosts_lock = threading.Lock()


class BusyError(Exception):
    """No turn in time. `wait`: seconds to the next turn, infinite if unknown."""

    def __init__(self, wait: float) -> None:
        super().__init__(wait)
        self.wait = wait


class HostLimit:
    """Turns at one host: limits on requests in a sliding window and at once, and a pause when the host asks for it."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._starts: deque[float] = deque()
        self._running = 0
        self._hold_until = 0.0

    @contextmanager
    def turn(self, settings: ListSettings, deadline: float) -> Iterator[None]:
        """Wait for a turn, and keep it during the block.

        Raises `BusyError` as soon as no turn is possible within `settings.max_wait` and `deadline` (monotonic).
        """
        last = min(deadline, time.monotonic() + settings.max_wait)
        with self._condition:
            while True:
                now = time.monotonic()
                full = self._running >= settings.concurrency
                ready = self._ready(settings, now)
                if not full and ready <= now:
                    break
                if ready > last or now >= last:
                    raise BusyError(ready - now if ready > now else math.inf)
                self._condition.wait((last if full else ready) - now)
            self._starts.append(now)
            self._running += 1
        try:
            yield
        finally:
            with self._condition:
                self._running -= 1
                self._condition.notify_all()

    def _ready(self, settings: ListSettings, now: float) -> float:
        while self._starts and self._starts[0] + settings.rate_window <= now:
            self._starts.popleft()
        if len(self._starts) < settings.rate:
            return self._hold_until
        return max(self._hold_until, self._starts[-settings.rate] + settings.rate_window)

    def hold(self, seconds: float) -> None:
        """Let no request start for `seconds`, because the host asked to wait."""
        with self._condition:
            self._hold_until = max(self._hold_until, time.monotonic() + min(seconds, MAX_HOLD))


def for_host(host: str) -> HostLimit:
    """This process's limit for `host` (name and port)."""
    with _hosts_lock:
        return _hosts.setdefault(host, HostLimit())
