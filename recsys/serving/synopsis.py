"""The synopsis of one title as plain text, fetched on demand from AniList or MyAnimeList; never part of the artifacts.

https://docs.anilist.co/reference/object/media : `description`, with some HTML and with spoilers between ~! and !~.
https://myanimelist.net/apiconfig/references/api/v2 : GET /anime/{id}?fields=synopsis, which needs a client id.
"""

import re
import threading
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from html.parser import HTMLParser

import cachetools

from recsys.lists import anilist, http, mal_api
from recsys.lists.errors import BadAnswerError, DownloadError, RefusedError, ServerDownError
from recsys.lists.json_parts import items, mapping
from recsys.settings import ListSettings
from recsys.types import Title

#: For how long a synopsis is kept, in seconds, and how many.
SECONDS, MOST = 3600, 500
#: Characters that are read of an answer, and that are kept of the text.
_READ, _LONGEST = 10_000, 4_000
#: A visitor waits for it: limits that are tighter than those for a list.
_LIMITS = {"deadline": 10.0, "attempts": 2, "max_wait": 4.0, "max_response_bytes": 256 * 1024}
_QUERY = {
    "id": "query ($id: Int) { Media(id: $id, type: ANIME) { description(asHtml: false) } }",
    "idMal": "query ($id: Int) { Media(idMal: $id, type: ANIME) { description(asHtml: false) } }",
}
#: A spoiler whose end is missing goes on to the end of the text.
_SPOILER = re.compile(r"~!.*?(?:!~|\Z)", re.DOTALL)
#: Tags that end a line, and tags whose content is no text.
_BREAKS = frozenset(("br", "p", "div", "li", "tr", "h1", "h2", "h3", "blockquote", "hr"))
_HIDDEN = frozenset(("script", "style", "template", "title"))


@dataclass(frozen=True)
class Synopsis:
    """A synopsis in `paragraphs` of plain text, none where its site has no synopsis, and where it is from."""

    paragraphs: tuple[str, ...]
    site: str


_kept = cachetools.TTLCache[tuple[str, str, int], Synopsis](MOST, SECONDS, time.monotonic)
_lock = threading.Lock()


def fetch(title: Title, *, settings: ListSettings | None = None) -> Synopsis:
    """The synopsis of `title`, at most an hour old: AniList's, or MyAnimeList's where AniList fails or has none and
    there is a client id. `settings` are by default those of the environment.

    Raises a `DownloadError` of `recsys.lists.errors`.
    """
    settings = replace(settings or ListSettings.from_env(), **_LIMITS)
    key = (settings.anilist_url, settings.mal_url if settings.mal_client_id else "", title.anime_id)
    with _lock, _kept.timer:
        if (found := _kept.get(key)) is not None:
            return found
    found = _first(title, settings)
    with _lock:
        _kept[key] = found
    return found


def clear() -> None:
    """Forget all synopses."""
    with _lock:
        _kept.clear()


def _first(title: Title, settings: ListSettings) -> Synopsis:
    sources: list[Callable[[Title, ListSettings], Synopsis]] = [_anilist]
    if mal_api.CLIENT_ID.fullmatch(settings.mal_client_id):
        sources.append(_myanimelist)
    found, failure = None, None
    for source in sources:
        try:
            found = source(title, settings)
        except DownloadError as error:
            failure = error
            continue
        if found.paragraphs:
            return found
    if found is None and failure is not None:
        raise failure
    return found or Synopsis((), anilist.SITE.name)


def _anilist(title: Title, settings: ListSettings) -> Synopsis:
    client = http.Client(anilist.SITE, settings.anilist_url, settings)
    by = "id" if title.anilist_id else "idMal"
    body = {"query": _QUERY[by], "variables": {"id": title.anilist_id or title.anime_id}}
    answer = client.ask("POST", client.base_url, body=body, check=lambda answer: _check(answer, anilist.SITE))
    media = mapping(mapping(mapping(answer.data).get("data")).get("Media"))
    return Synopsis(plain_text(media.get("description")), anilist.SITE.name)


def _myanimelist(title: Title, settings: ListSettings) -> Synopsis:
    client = http.Client(mal_api.SITE, settings.mal_url, settings)
    answer = client.ask(
        "GET", f"{client.base_url}/anime/{title.anime_id}?fields=synopsis",
        headers={"X-MAL-CLIENT-ID": settings.mal_client_id}, check=lambda answer: _check(answer, mal_api.SITE),
    )  # fmt: skip
    return Synopsis(plain_text(mapping(answer.data).get("synopsis")), mal_api.SITE.name)


def _check(answer: http.Answer, site: http.Site) -> None:
    """Raise the error in an answer, if any; a title that the site does not have is none."""
    status = answer.status
    if errors := items(mapping(answer.data).get("errors")):
        stated = mapping(errors[0]).get("status")
        status = stated if isinstance(stated, int) else max(status, 500)
    if status in (200, 404):
        if not isinstance(answer.data, dict):
            raise BadAnswerError(f"{site.name} sent an answer in an unknown format.")
        return
    if status in (400, 401, 403):
        raise RefusedError(f"{site.name} refuses this server at the moment.")
    raise ServerDownError(f"{site.name} could not return the synopsis. Try again later.")


class _Text(HTMLParser):
    """Collects text, without tags; the text of hidden ones is left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in _HIDDEN
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in _HIDDEN and self.hidden > 0
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        """The end of <![…], whatever is in it: older HTMLParsers raise AssertionError for most of it."""
        return self.parse_bogus_comment(i)


def plain_text(value: object) -> tuple[str, ...]:
    """The paragraphs of a site's text, without HTML, spoilers, and control and direction characters; () if `value` is
    no text. It may still hold Markdown, which a page must escape."""
    if not isinstance(value, str):
        return ()
    parser = _Text()
    parser.feed(value[:_READ])
    parser.close()
    text = _SPOILER.sub("", "".join(parser.parts)[:_READ])
    text = text.partition("~!")[0]  # what is left of one inside another
    paragraphs, room = [], _LONGEST
    for line in text.split("\n"):
        paragraph = " ".join("".join(map(_visible, line)).split())
        if len(paragraph) > room:
            paragraph = paragraph[: max(room - 1, 0)].rstrip() + "…"
        if paragraph:
            paragraphs.append(paragraph)
        room -= len(paragraph)
        if room <= 0:
            break
    return tuple(paragraphs)


def _visible(character: str) -> str:
    return " " if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") else character
