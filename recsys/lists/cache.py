"""Fetched lists, kept in memory for an hour, so that a fan who returns soon costs the site no second request."""

import threading
import time
from collections import deque
from collections.abc import Callable

import cachetools

from recsys.lists.build import ImportedList

SECONDS = 3600
#: About 25 MB of scores.
MAX_TITLES = 200_000


def _titles(item: ImportedList) -> int:
    return 1 + len(item.profile.begun) + len(item.profile.planned)


class ListCache:
    """Lists by site and username, for `seconds` each and at most `max_titles` titles in all. Safe to use from threads.

    A list is removed when its time is over, even without further requests: one daemon thread waits while any list is
    kept.
    """

    def __init__(self, seconds: float = SECONDS, max_titles: int = MAX_TITLES) -> None:
        self._seconds = seconds
        self._lists = cachetools.TTLCache[tuple[str, str], ImportedList](max_titles, seconds, time.monotonic, _titles)
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        #: When lists expire, soonest first; also those of lists that are gone already.
        self._due: deque[float] = deque()

    def get_or_fetch(self, base_url: str, username: str, fetch: Callable[[], ImportedList]) -> ImportedList:
        """The list kept for `username` at `base_url`, or the result of `fetch`. A failed fetch is not kept."""
        key = (base_url, username.casefold())
        with self._lock, self._lists.timer:  # one point in time for the look and the read
            found = self._lists.get(key)
        if found is None:
            found = fetch()
            with self._lock:
                self._lists[key] = found
                self._due.append(time.monotonic() + self._seconds)
                self._schedule()
        return found

    def forget(self, base_url: str, username: str) -> None:
        """Remove the list of `username`."""
        with self._lock, self._lists.timer:
            self._lists.pop((base_url, username.casefold()), None)
            self._schedule()

    def clear(self) -> None:
        """Remove all lists."""
        with self._lock:
            self._lists.clear()
            self._schedule()

    def _schedule(self) -> None:
        """Remove expired lists; start the timer if a list is left and none runs, stop it if no list is left."""
        self._lists.expire()
        if not self._lists:
            self._due.clear()
            if self._timer:
                self._timer.cancel()
                self._timer = None
        elif self._timer is None:
            self._timer = threading.Timer(max(self._due[0] - time.monotonic(), 0.001), self._expire)
            self._timer.daemon = True
            self._timer.start()

    def _expire(self) -> None:
        with self._lock:
            if self._timer is not threading.current_thread():
                return  # cancelled just before it ran
            self._timer = None
            while self._due and self._due[0] <= time.monotonic():
                self._due.popleft()
            self._schedule()


#: The one cache of this process.
shared = ListCache()
