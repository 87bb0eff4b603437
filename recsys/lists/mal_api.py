"""Fetch a public MyAnimeList list by username, through the official API v2.

https://myanimelist.net/apiconfig/references/api/v2 : GET /users/{name}/animelist, pages of up to 1,000 entries.
"""

import re
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from recsys.lists import build, fetching, http
from recsys.lists.errors import (
    BadAnswerError,
    ClientIdError,
    NoSuchUserError,
    PrivateListError,
    RefusedError,
)
from recsys.lists.json_parts import mapping
from recsys.settings import ListSettings
from recsys.types import Profile

#: What can be a client id: it is sent in a header.
CLIENT_ID = re.compile(r"[!-~]{1,200}")
SITE = http.Site("MyAnimeList", re.compile(r"[A-Za-z0-9_-]{2,16}"), "2 to 16 letters, digits, _ or -")

_QUERY = urlencode({"fields": "list_status", "limit": 1000, "nsfw": "true"})


def _download(name: str, settings: ListSettings, progress: http.Progress | None) -> build.ImportedList:
    if not settings.mal_client_id:
        raise ClientIdError(
            "MyAnimeList lists can only be fetched by name if the owner of this site adds a client id (MAL_CLIENT_ID). "
            "You can upload an export of your list instead: it takes two clicks at myanimelist.net/panel.php?go=export."
        )
    if not CLIENT_ID.fullmatch(settings.mal_client_id):
        raise _refused_client_id()
    client = http.Client(SITE, settings.mal_url, settings)
    builder = build.ListBuilder(SITE.name)

    def read(url: str) -> str | None:
        answer = client.ask("GET", url, headers={"X-MAL-CLIENT-ID": settings.mal_client_id})
        if answer.status != 200:
            raise _refusal(answer, name)
        following = parse_page(answer.data, builder)
        if progress:
            progress(len(builder), None)
        return following

    fetching.read_pages(client, f"{client.base_url}/users/{quote(name, safe='')}/animelist?{_QUERY}", read)
    return builder.build(name=name)


def parse_page(data: Any, builder: build.ListBuilder) -> str | None:
    """Add one page's entries to `builder`. Return the address of the next page, None after the last.

    Raises `BadAnswerError` if `data` is not a page.
    """
    entries, paging = mapping(data).get("data"), mapping(data).get("paging", {})
    following = paging.get("next") if isinstance(paging, dict) else 0
    if not isinstance(entries, list) or not isinstance(following, str | None):
        raise BadAnswerError("MyAnimeList sent an answer in an unknown format. Upload an export.")
    for entry in entries:
        node, on_list = mapping(entry).get("node"), mapping(entry).get("list_status")
        if not isinstance(node, dict) or not isinstance(on_list, dict):
            builder.skip("no status or title")
            continue
        builder.add(node.get("id"), build.status_of(on_list.get("status")), on_list.get("score"))
    return following or None


def _refusal(answer: http.Answer, name: str) -> Exception:
    if answer.status == 404:
        return NoSuchUserError(f"MyAnimeList has no user named {name}. Check the spelling on your profile.")
    if answer.status == 403 and isinstance(answer.data, dict):
        return PrivateListError(
            f"The MyAnimeList list of {name} is private. Make it public while you import it "
            "(Account settings, My List), or upload an export, which works for private lists."
        )
    if answer.status == 403:
        return RefusedError("MyAnimeList refuses this server at the moment. Try again later, or upload an export.")
    if answer.status in (400, 401):
        return _refused_client_id()
    return BadAnswerError(f"MyAnimeList refused the request (status {answer.status}). Upload an export instead.")


def _refused_client_id() -> ClientIdError:
    return ClientIdError(
        "MyAnimeList did not accept this site's client id; its owner should check MAL_CLIENT_ID. "
        "Until then, upload an export of your list."
    )


_lists = fetching.PublicLists(SITE, "mal_url", _download)
forget = _lists.forget


def fetch(
    name: str,
    *,
    client_id: str | None = None,
    settings: ListSettings | None = None,
    progress: http.Progress | None = None,
) -> Profile:
    """The public list of the MyAnimeList user `name`. Raises the errors of `import_list`."""
    return import_list(name, client_id=client_id, settings=settings, progress=progress).profile


def import_list(
    name: str,
    *,
    client_id: str | None = None,
    settings: ListSettings | None = None,
    progress: http.Progress | None = None,
) -> build.ImportedList:
    """See `PublicLists.import_list`. `client_id` is the site owner's; the default is that of `settings`, and of these
    the environment's MAL_CLIENT_ID."""
    settings = settings or ListSettings.from_env()
    own = settings if client_id is None else replace(settings, mal_client_id=client_id)
    return _lists.import_list(name, settings=own, progress=progress)
