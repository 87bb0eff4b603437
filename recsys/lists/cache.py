"""Fetched lists, kept for an hour: a fan who comes back at once does not cost the site another request."""

import threading
import time
from collections.abc import Callable

import cachetools

from recsys.lists.build import ImportedList

SECONDS = 3600
#: About 25 MB of scores.
MAX_TITLES = 200_000

Key = tuple[str, str]


def _titles(item: ImportedList) -> int:
    return 1 + len(item.profile.begun) + len(item.profile.planned)


def _empty(timer: Callable[[], float] = time.monotonic) -> cachetools.Cache[Key, ImportedList]:
    return cachetools.TTLCache(MAX_TITLES, SECONDS, timer, _titles)


_lists = _empty()
_lock = threading.Lock()


def get_or_fetch(base_url: str, username: str, fetch: Callable[[], ImportedList]) -> ImportedList:
    """The list kept for `username` at `base_url`, or what `fetch` brings. A failed fetch is not kept."""
    key = (base_url, username.casefold())
    with _lock:
        found = _lists.get(key)
    if found is None:
        found = fetch()
        with _lock:
            _lists[key] = found
    return found


def forget(base_url: str, username: str) -> None:
    """Drop what is kept for `username`."""
    with _lock:
        _lists.pop((base_url, username.casefold()), None)
