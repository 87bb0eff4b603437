"""Which season is asked for, and what a source says of one of its titles."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from recsys.catalogue_build import clean
from recsys.catalogue_build.facts import Facts
from recsys.catalogue_build.franchise_relations import Relation
from recsys.errors import DataError, RecsysError
from recsys.lists import http
from recsys.seasons import Season

#: Words for seasons near today's, and how much later they are.
_NEAR = {"last": -1, "this": 0, "next": 1}


def parse(text: str, now: dt.datetime) -> Season:
    """A season such as "2026-fall", or "last", "this" or "next". Raises `DataError` for any other text."""
    word = text.strip().lower()
    if word in _NEAR:
        return _of_moment(now, _NEAR[word])
    try:
        season = Season.parse(word)
    except RecsysError:
        season = None
    if season is None or clean.year(season.year) is None:
        raise DataError(
            f"{text[:40]!r} is not a season; write last, this, next, or a year and winter, spring, summer or fall, "
            "as in 2026-fall."
        )
    return season


def _of_moment(moment: dt.datetime, later: int) -> Season:
    """The season of a moment in Japan, or one that is so many seasons later."""
    day = clean.day_in_japan(moment)
    if day is None:
        raise DataError(f"This machine's clock says {moment.date()}, so the season is unknown; name one with --season.")
    return Season.of(day) + later


@dataclass(frozen=True)
class Listed:
    """A title in a source's answer. `facts` is None where it cannot be named by a MyAnimeList id; `unknown` holds words
    that this program does not know, such as "type HOLOGRAM"."""

    facts: Facts | None
    anilist_id: int | None = None
    related: tuple[Relation, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """A page of titles as the source sent them, and whether there are more."""

    entries: list[Any]
    more: bool


class Source(Protocol):
    """A site that lists the titles of a season. Its methods raise a `DownloadError` if it does not answer."""

    #: As in `merge.RULES`.
    name: str
    key: str
    licence: str
    site: http.Site
    base_url: str
    #: What is asked of the site; a stored page counts only for the same request.
    request: str

    def season(self, client: http.Client, season: Season, number: int) -> Page:
        """A page of the titles of a season; the first is 1."""
        ...

    def ask_for(self, titles: Mapping[int, int | None]) -> list[tuple[int, ...]]:
        """Requests for single titles, given as MyAnimeList id -> AniList id: the MyAnimeList ids of each request."""
        ...

    def titles(self, client: http.Client, wanted: Mapping[int, int | None]) -> Page:
        """The titles of one request of `ask_for`; those that the site does not have are absent."""
        ...

    def read(self, entry: Any, seen: str) -> Listed:
        """One entry of a page, as seen on a day."""
        ...


def texts(values: Iterable[Any]) -> tuple[str, ...]:
    """The cleaned texts among the values, each once."""
    cleaned = (clean.text(value) for value in values if isinstance(value, str))
    return tuple(dict.fromkeys(text for text in cleaned if text))
