"""Covers of titles: what is there is returned at once, what is missing is fetched in the background."""

import hashlib
import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

import cachetools

from recsys.serving import cover_fetch, cover_image
from recsys.serving.cover_files import CoverFiles
from recsys.settings import CoverSettings

Size = Literal["large", "small"]
#: A use of a cover in memory is recorded on disk this often, in seconds.
_TOUCH_AFTER = 600.0
_MAX_NOTES = 50_000

_log = logging.getLogger(__name__)


class Look(NamedTuple):
    """A cover as a WebP file, or None; `waiting` says that it is being fetched."""

    image: bytes | None
    waiting: bool = False


_NONE, _WAITING = Look(None), Look(None, True)


class Covers:
    """The covers of all visitors. Safe to share between threads; `look` never waits for the network.

    A cover is in memory, on disk (`CoverFiles`), or fetched once by one of a few threads, however many ask for it. An
    address without a usable image is not asked for again for `settings.missing_for`. After a failure of a host, none of
    its covers is asked for during a pause that doubles with each further failure.
    """

    def __init__(self, settings: CoverSettings = CoverSettings(), fetch: Callable[[str], bytes] | None = None) -> None:
        """`fetch` returns the content of an address, or raises as `cover_fetch.fetch`, which is the default."""
        self._settings = settings
        self._fetch = fetch or (lambda url: cover_fetch.fetch(url, settings))
        self._files = CoverFiles(settings.folder, settings.disk_bytes)
        self._lock = threading.Lock()
        self._encoding = threading.Lock()
        #: File name -> the image, and when its use was recorded on disk.
        self._memory: cachetools.LRUCache[str, tuple[bytes, float]] = cachetools.LRUCache(
            settings.memory_bytes, lambda kept: len(kept[0])
        )
        self._waiting: set[str] = set()
        #: Address -> when it may be asked for again.
        self._not_before: cachetools.TLRUCache[str, float] = cachetools.TLRUCache(
            _MAX_NOTES, ttu=lambda _, until, __: until, timer=time.monotonic
        )
        self._hosts: dict[str, _Host] = {}
        self._queue: queue.Queue[str] = queue.Queue(settings.queue)
        self._threads: list[threading.Thread] = []

    def look(self, url: str | None, size: Size = "large") -> Look:
        """The cover at `url` in one of `cover_image.SIZES`; if it is missing and may be asked for, it is queued."""
        if url is None or not self._settings.enabled:
            return _NONE
        name = _name(url, size)
        with self._lock:
            kept = self._memory.get(name)
            if kept is None and url in self._waiting:
                return _WAITING
        if kept is not None:
            self._record_use(name, *kept)
            return Look(kept[0])
        if image := self._files.read(name):
            with self._lock:
                self._keep({name: image})
            return Look(image)
        with self._lock:
            if (kept := self._memory.get(name)) is not None:  # it has just come
                return Look(kept[0])
            return self._ask(url)

    def _record_use(self, name: str, image: bytes, recorded: float) -> None:
        if time.monotonic() - recorded > _TOUCH_AFTER:
            with self._lock:
                self._keep({name: image})
            self._files.touch(name)

    def _keep(self, images: dict[str, bytes]) -> None:
        """Put images into memory. The caller holds the lock."""
        for name, image in images.items():
            if len(image) <= self._settings.memory_bytes:
                self._memory[name] = (image, time.monotonic())

    def _ask(self, url: str) -> Look:
        """Queue an address. The caller holds the lock."""
        if url in self._waiting:
            return _WAITING
        if url in self._not_before or self._host(url).is_paused():
            return _NONE
        try:
            self._queue.put_nowait(url)
        except queue.Full:
            return _NONE
        self._waiting.add(url)
        while len(self._threads) < self._settings.threads:
            thread = threading.Thread(target=self._work, name="covers", daemon=True)
            self._threads.append(thread)
            thread.start()
        return _WAITING

    def _host(self, url: str) -> "_Host":
        try:
            name = urlsplit(url).netloc
        except ValueError:
            name = ""
        return self._hosts.setdefault(name, _Host(name, self._settings))

    def _work(self) -> None:
        while True:
            url = self._queue.get()
            images, pause = {}, self._settings.missing_for
            try:
                images, pause = self._get(url)
            except Exception:  # the thread must go on for the others
                _log.exception("The cover at %s could not be fetched.", url)
            finally:
                with self._lock:
                    self._keep(images)
                    self._not_before[url] = time.monotonic() + pause
                    self._waiting.discard(url)

    def _get(self, url: str) -> tuple[dict[str, bytes], float]:
        """Fetch a cover and write it to disk. Returns its images by file name, and for how many seconds it is not to be
        asked for again."""
        settings = self._settings
        with self._lock:
            host = self._host(url)
            if host.is_paused():
                return {}, 0.0
            started = time.monotonic()
        try:
            raw = self._fetch(url)
            with self._encoding:  # one core at most: visitors need the others
                images = cover_image.encode(raw, settings.max_pixels)
        except cover_fetch.HostError as error:
            with self._lock:
                host.failed(started, str(error))
            return {}, settings.retry_after
        except (cover_fetch.NoCoverError, cover_image.BadImageError) as error:
            _log.debug("No cover at %s: %s", url, error)
            with self._lock:
                host.answered()
            return {}, settings.missing_for
        with self._lock:
            host.answered()
        named = {_name(url, size): image for size, image in images.items()}
        for name, image in named.items():
            self._files.write(name, image)
        # Even if other covers drive it out at once, it is not fetched again and again.
        return named, settings.retry_after


class _Host:
    """Whether a host may be asked. Not safe to share between threads without a lock."""

    def __init__(self, name: str, settings: CoverSettings) -> None:
        self._name = name
        self._settings = settings
        self._failures = 0
        self._paused_until = 0.0

    def is_paused(self) -> bool:
        return time.monotonic() < self._paused_until

    def failed(self, started: float, reason: str) -> None:
        """Pause after a request that began at `started`. Requests that ran at the same time count as one failure."""
        if started < self._paused_until:
            return
        longest = self._settings.longest_pause
        self._paused_until = time.monotonic() + min(self._settings.host_pause * 2.0**self._failures, longest)
        self._failures = min(self._failures + 1, 30)
        if self._failures == 1:
            _log.warning("No covers for a while from %s, further failures are not logged.", reason)

    def answered(self) -> None:
        self._failures = 0


def _name(url: str, size: str) -> str:
    return f"{hashlib.sha256(url.encode(errors='replace')).hexdigest()[:40]}-{size}.webp"
