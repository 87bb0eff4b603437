"""Fetch a public Kitsu list by username, through Kitsu's JSON:API, which needs no key.

https://kitsu.docs.apiary.io : `GET /users?filter[name]=` finds the user, `GET /library-entries` the list, in pages.
MyAnimeList's ids are among the mappings of each title. `ratingTwenty` goes from 2 to 20.
"""

import re
from typing import Any
from urllib.parse import urlencode

from recsys.lists import build, fetching, http
from recsys.lists.errors import BadAnswerError, NoSuchUserError, PrivateListError, RefusedError
from recsys.lists.json_parts import items, mapping
from recsys.settings import ListSettings

SITE = http.Site("Kitsu", re.compile(r"[A-Za-z0-9_]{2,20}"), "2 to 20 letters, digits or _")

#: Kitsu returns at most 500 entries in a page.
_PER_PAGE = 500
_MAPPING = "myanimelist/anime"
_SCALE = 20


def _download(name: str, settings: ListSettings, progress: http.Progress | None) -> build.ImportedList:
    client = http.Client(SITE, settings.kitsu_url, settings)

    def ask(url: str) -> Any:
        answer = client.ask("GET", url, headers={"Accept": "application/vnd.api+json"})
        if answer.status != 200:
            raise _refusal(answer, name)
        return answer.data

    user = find_user(ask(f"{client.base_url}/users?{urlencode({'filter[name]': name, 'fields[users]': 'name'})}"), name)
    query = {
        "filter[userId]": user,
        "filter[kind]": "anime",
        "include": "anime.mappings",
        "fields[libraryEntries]": "status,ratingTwenty,anime",
        "fields[anime]": "canonicalTitle,mappings",
        "fields[mappings]": "externalSite,externalId",
        "page[limit]": _PER_PAGE,
    }
    builder = build.ListBuilder(SITE.name)

    def read(url: str) -> str | None:
        following, total = parse_page(ask(url), builder)
        if progress:
            progress(len(builder), total)
        return following

    fetching.read_pages(client, f"{client.base_url}/library-entries?{urlencode(query)}", read)
    return builder.build(name=name, scale=_SCALE)


def find_user(data: Any, name: str) -> str:
    """The id of the user `name` in an answer. Raises `NoSuchUserError`, or `BadAnswerError` if `data` is no answer."""
    users = mapping(data).get("data")
    if not isinstance(users, list):
        raise _unknown_form()
    for user in map(mapping, users):
        if str(mapping(user.get("attributes")).get("name")).casefold() == name.casefold():
            known = user.get("id")
            if isinstance(known, str) and re.fullmatch(r"[0-9]{1,12}", known):
                return known
            raise _unknown_form()
    raise NoSuchUserError(f"Kitsu has no user named {name}. Check the spelling on your profile.")


def parse_page(data: Any, builder: build.ListBuilder) -> tuple[str | None, int | None]:
    """Add one page's entries to `builder`. Return the address of the next page (None after the last) and the number of
    entries of the whole list, if the page says it.

    Raises `BadAnswerError` if `data` is not a page.
    """
    data = mapping(data)
    entries, included, links = data.get("data"), data.get("included", []), data.get("links", {})
    following = links.get("next") if isinstance(links, dict) else 0
    if not isinstance(entries, list) or not isinstance(included, list) or not isinstance(following, str | None):
        raise _unknown_form()
    known = _ids_of_titles(included)
    for entry in entries:
        attributes = mapping(entry).get("attributes")
        if not isinstance(attributes, dict):
            builder.skip("no status or title")
            continue
        status = build.status_of(attributes.get("status"))
        builder.add(known.get(_related(entry, "anime")), status, attributes.get("ratingTwenty"))
    total = mapping(data.get("meta")).get("count")
    return following or None, total if isinstance(total, int) and not isinstance(total, bool) else None


def _ids_of_titles(included: list[Any]) -> dict[str, Any]:
    """Kitsu id -> MyAnimeList id of each included title."""
    outside: dict[str, Any] = {}
    titles: list[dict[str, Any]] = []
    for item in map(mapping, included):
        attributes = item.get("attributes")
        if not isinstance(attributes, dict) or not isinstance(item.get("id"), str):
            continue
        if item.get("type") == "anime":
            titles.append(item)
        elif item.get("type") == "mappings" and attributes.get("externalSite") == _MAPPING:
            outside[item["id"]] = attributes.get("externalId")
    found: dict[str, Any] = {}
    for item in titles:
        keys = [mapping(key).get("id") for key in items(_data(item, "mappings"))]
        found[item["id"]] = next((outside[key] for key in keys if isinstance(key, str) and key in outside), None)
    return found


def _data(item: dict[str, Any], name: str) -> Any:
    """The resource, or the resources, that `item` is related to by `name`."""
    return mapping(mapping(item.get("relationships")).get(name)).get("data")


def _related(item: dict[str, Any], name: str) -> str:
    known = mapping(_data(item, name)).get("id")
    return known if isinstance(known, str) else ""


def _refusal(answer: http.Answer, name: str) -> Exception:
    if answer.status == 404:
        return NoSuchUserError(f"Kitsu has no user named {name}. Check the spelling on your profile.")
    if answer.status in (401, 403) and isinstance(answer.data, dict):
        return PrivateListError(f"The Kitsu library of {name} is private. Make it public while you import it.")
    if answer.status in (401, 403):
        return RefusedError("Kitsu refuses this server at the moment. Try again later, or upload a file.")
    return BadAnswerError(f"Kitsu refused the request (status {answer.status}). Try again later, or upload a file.")


def _unknown_form() -> BadAnswerError:
    return BadAnswerError("Kitsu sent an answer in an unknown format. Try again later, or upload a file.")


_lists = fetching.PublicLists(SITE, "kitsu_url", _download)
fetch, import_list, forget = _lists.fetch, _lists.import_list, _lists.forget
