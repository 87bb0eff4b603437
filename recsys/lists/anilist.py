"""Fetch a public AniList list by username, through AniList's GraphQL API, which needs no key.

https://docs.anilist.co/guide/graphql/queries/media-list : one request returns a complete list, or its first chunk.
"""

import re
from typing import Any

from recsys.lists import build, fetching, http
from recsys.lists.errors import (
    BadAnswerError,
    DownloadError,
    ListError,
    NoSuchUserError,
    PrivateListError,
    RefusedError,
    ServerDownError,
)
from recsys.lists.json_parts import items, mapping
from recsys.settings import ListSettings

SITE = http.Site("AniList", re.compile(r"[A-Za-z0-9_-]{2,20}"), "2 to 20 letters or digits")

#: AniList returns at most this many entries of a list, the last changed ones (same documentation).
ANILIST_LIMIT = 11_000
_PER_CHUNK = 500
_MAX_CHUNKS = 100

_QUERY = """
query ($name: String, $chunk: Int, $perChunk: Int) {
  MediaListCollection(userName: $name, type: ANIME, chunk: $chunk, perChunk: $perChunk) {
    hasNextChunk
    user { mediaListOptions { scoreFormat } }
    lists { entries { mediaId status score(format: POINT_10_DECIMAL) media { idMal } } }
  }
}
"""

#: How AniList converts its other scales to 10 points.
_FORMATS = {
    "POINT_100": "100 points (85 became 8.5)",
    "POINT_5": "5 stars (4 stars became 7)",
    "POINT_3": "3 smileys (they became 3.5, 6 and 8.5)",
}


class _Collection:
    """The answers for one list. An entry occurs in its status list and in custom lists, but counts once."""

    def __init__(self) -> None:
        self.builder = build.ListBuilder(SITE.name)
        self.notes: dict[str, None] = {}
        self.media: set[int] = set()
        self.more = False

    def add(self, data: Any) -> None:
        """Add the entries of one answer's `data`. Raises `BadAnswerError` if it is not a list."""
        collection = mapping(mapping(data).get("MediaListCollection"))
        lists = collection.get("lists")
        if not isinstance(lists, list) or not all(isinstance(group, dict) for group in lists):
            raise _unknown_form()
        self.more = collection.get("hasNextChunk") is True
        self._note_format(collection.get("user"))
        for group in lists:
            entries = group.get("entries")
            if not isinstance(entries, list):
                raise _unknown_form()
            for entry in entries:
                self._add_entry(entry)

    def _note_format(self, user: Any) -> None:
        score_format = mapping(mapping(user).get("mediaListOptions")).get("scoreFormat")
        if isinstance(score_format, str) and score_format in _FORMATS:
            self.notes[f"AniList converted the scores to 1–10 from {_FORMATS[score_format]}."] = None

    def _add_entry(self, entry: Any) -> None:
        if not isinstance(entry, dict):
            self.builder.skip("no status or title")
            return
        media_id = entry.get("mediaId")
        if isinstance(media_id, int):
            if media_id in self.media:
                return
            self.media.add(media_id)
        mal_id = mapping(entry.get("media")).get("idMal")
        self.builder.add(mal_id, build.status_of(entry.get("status")), entry.get("score"))


def _download(name: str, settings: ListSettings, progress: http.Progress | None) -> build.ImportedList:
    client = http.Client(SITE, settings.anilist_url, settings)

    collection = _Collection()

    def ask(**chunk: int) -> bool:
        body = {"query": _QUERY, "variables": {"name": name, **chunk}}
        answer = client.ask("POST", client.base_url, body=body, check=lambda answer: _check(answer, name, client))
        collection.add(answer.data["data"])
        if progress:
            progress(len(collection.builder), None)
        return collection.more

    if ask():
        # The default chunk size is not documented: start again with a known size.
        chunk = 1
        while ask(chunk=chunk, perChunk=_PER_CHUNK):
            chunk += 1
            if chunk > _MAX_CHUNKS:
                raise http.partial(SITE.name)
    if len(collection.media) >= ANILIST_LIMIT:
        collection.notes[f"AniList returns at most {ANILIST_LIMIT:,} entries: older ones may be missing."] = None
    return collection.builder.build(name=name, notes=tuple(collection.notes))


def _check(answer: http.Answer, name: str, client: http.Client) -> None:
    """Raise the error in an answer, if any. GraphQL errors can have any HTTP status, including 200."""
    content = mapping(answer.data)
    errors = content.get("errors")
    if not errors and answer.status == 200:
        if "data" not in content:
            raise _unknown_form()
        return
    first = mapping(next(iter(items(errors)), None))
    status, message = first.get("status"), str(first.get("message", ""))[:200].lower()
    if not isinstance(status, int) or isinstance(status, bool):
        status = answer.status
    partial = any(mapping(content.get("data")).values())
    raise _refusal(status, message, name, client, known=bool(first), partial=partial)


def _refusal(
    status: int, message: str, name: str, client: http.Client, *, known: bool, partial: bool
) -> ListError | DownloadError:
    if "private" in message:
        return PrivateListError(
            f"The AniList profile of {name} is private. Make it public while you import it (Settings, Account), "
            "or use another way to import your list."
        )
    if status == 429:
        return client.rate_limited(None)
    if status == 404 and known:
        return NoSuchUserError(f"AniList has no user named {name}. Check the spelling on your profile.")
    if status in (401, 403):
        return RefusedError(
            "AniList refuses this server at the moment. Try again later, or use another way to import your list."
        )
    if partial:
        return http.partial(SITE.name)
    if status >= 500 or status == 200:
        return ServerDownError("AniList could not return the list. Try again later.")
    return BadAnswerError(f"AniList refused the request (status {status}). Use another way to import your list.")


def _unknown_form() -> BadAnswerError:
    return BadAnswerError("AniList sent an answer in an unknown format. Use another way to import your list.")


_lists = fetching.PublicLists(SITE, "anilist_url", _download)
fetch, import_list, forget = _lists.fetch, _lists.import_list, _lists.forget
