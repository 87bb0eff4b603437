"""Fetch the titles of a season page by page; a run that fails goes on where it was."""

import hashlib
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from recsys.catalogue_build.season import Page, Season, Source
from recsys.errors import DataError
from recsys.lists import http
from recsys.lists.errors import (
    BadAnswerError,
    ClientIdError,
    DownloadError,
    PartialListError,
    RateLimitedError,
    RefusedError,
    UnreachableError,
)
from recsys.settings import ListSettings

#: No season has more pages: more than these are not the season that was asked for.
MAX_PAGES = 40
#: Titles that are asked for by id, at most; the others wait for the next run.
MAX_SINGLE = 100
#: Pages older than this many seconds are fetched again.
FRESH_SECONDS = 12 * 3600
_FOLDER = re.compile(r"[a-z]+-\d{4}-(winter|spring|summer|fall)")

#: The first that fits the error.
_REASONS: Mapping[type[DownloadError], str] = {
    UnreachableError: "cannot be reached from here; check the network",
    RateLimitedError: "has had too many requests and asks to wait longer than this program does",
    RefusedError: "refuses this machine",
    PartialListError: "broke off its answer each time",
    BadAnswerError: "sent an answer that this program does not understand",
    DownloadError: "is down or does not answer in time",
}


def patient(settings: ListSettings) -> ListSettings:
    """Settings for a run that nobody waits for: it waits as long as a site may ask for, and sends one request at a
    time."""
    return replace(settings, deadline=1800.0, attempts=4, max_wait=130.0, concurrency=1)


class Fetcher:
    """Asks one source for one season. Pages are kept in a folder of their own below `work` until `forget`."""

    def __init__(self, source: Source, season: Season, settings: ListSettings, work: Path) -> None:
        self.source, self.season = source, season
        self._client = http.Client(source.site, source.base_url, settings)
        self._folder = work / f"{source.key}-{season}"
        self._request = hashlib.sha256(f"{source.base_url}\n{source.request}".encode()).hexdigest()
        _remove_stale(work)

    def titles(self) -> list[Any]:
        """All entries of the season. Raises `DataError`, after which another run goes on with the pages that came."""
        entries: list[Any] = []
        for number in range(1, MAX_PAGES + 1):
            page = self._page(f"page-{number}", lambda n=number: self.source.season(self._client, self.season, n))
            entries += page.entries
            print(f"{self.source.name}, {self.season}: page {number}, {len(entries):,} titles", file=sys.stderr)
            if not page.more or not page.entries:
                return entries
        self.forget()
        raise DataError(f"{self.source.name} sent more than {MAX_PAGES} pages for {self.season}. Nothing was changed.")

    def single(self, titles: Mapping[int, int | None]) -> tuple[list[Any], set[int]]:
        """Entries of titles given as MyAnimeList id -> AniList id, and which of them were asked for."""
        entries: list[Any] = []
        asked: set[int] = set()
        for number, ids in enumerate(self.source.ask_for(dict(sorted(titles.items())[:MAX_SINGLE])), 1):
            wanted = {anime_id: titles[anime_id] for anime_id in ids}
            name = f"titles-{hashlib.sha256(repr(ids).encode()).hexdigest()[:16]}"
            entries += self._page(name, lambda w=wanted: self.source.titles(self._client, w)).entries
            asked |= wanted.keys()
            print(f"{self.source.name}: {len(asked)} titles asked for by id, request {number}", file=sys.stderr)
        return entries, asked

    def forget(self) -> None:
        """Remove the pages that were kept."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _page(self, name: str, ask: Callable[[], Page]) -> Page:
        path = self._folder / f"{name}.json"
        page = self._stored(path)
        if page is None:
            try:
                page = ask()
            except ClientIdError as error:
                raise DataError(str(error)) from None
            except DownloadError as error:
                reason = next(text for kind, text in _REASONS.items() if isinstance(error, kind))
                raise DataError(
                    f"{self.source.name} {reason}. Nothing was changed; the same command goes on with the pages that "
                    f"came, which are kept in {self._folder}."
                ) from None
            self._store(path, page)
        return page

    def _stored(self, path: Path) -> Page | None:
        try:
            if not _is_fresh(path):
                return None
            content = json.loads(path.read_text(encoding="utf-8"))
            if content["request"] != self._request:
                return None
            return Page(list(content["entries"]), bool(content["more"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _store(self, path: Path, page: Page) -> None:
        content = {"request": self._request, "more": page.more, "entries": page.entries}
        part = path.with_suffix(".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(content), encoding="utf-8")
            os.replace(part, path)
        except OSError as error:
            raise DataError(
                f"Cannot write to {path.parent}: {error.strerror}. Choose another folder with --work."
            ) from None


def _remove_stale(work: Path) -> None:
    """Remove folders of runs that did not end and were not repeated in time."""
    for folder in work.glob("*-*-*"):
        pages = list(folder.glob("*.json")) if _FOLDER.fullmatch(folder.name) else []
        if any(not _is_fresh(page) for page in pages):
            shutil.rmtree(folder, ignore_errors=True)


def _is_fresh(path: Path) -> bool:
    return 0 <= time.time() - path.stat().st_mtime < FRESH_SECONDS
