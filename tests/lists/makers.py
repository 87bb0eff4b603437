"""Make settings, answers and files for the tests of `recsys.lists`."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from recsys.lists import ImportedList
from recsys.settings import ListSettings
from tests.lists.local_site import LocalSite

CLIENT_ID = "0123456789abcdefSECRET"


def settings_for(url: str, **changes: Any) -> ListSettings:
    values: dict[str, Any] = {
        "mal_url": f"{url}/v2",
        "anilist_url": url,
        "kitsu_url": f"{url}/kitsu",
        "mal_client_id": CLIENT_ID,
        "connect_timeout": 30.0,  # a busy machine may stall for seconds
        "read_timeout": 30.0,
        "deadline": 60.0,
        "backoff": 0.01,
        "max_wait": 3.0,
        "rate": 1000,
        "concurrency": 4,
    }
    return ListSettings(**{**values, **changes})


def deadlines(site: LocalSite) -> Iterator[float]:
    """Deadlines that a request cannot keep: on a machine that stalls, longer ones follow until the site was asked."""
    for seconds in (0.3, 1.0, 5.0, 20.0):
        yield seconds
        for _ in range(100):
            if site.requests:
                return
            time.sleep(0.01)


def mal_page(ids: range, following: str | None = None) -> dict[str, Any]:
    """A page of the API: all completed, with scores from 1 to 10 in turn."""
    entries = [
        {"node": {"id": i, "title": f"Title {i}"}, "list_status": {"status": "completed", "score": 1 + i % 10}}
        for i in ids
    ]
    return {"data": entries, "paging": {"next": following} if following else {}}


def anilist_data(ids: range, *, more: bool = False, **collection: Any) -> dict[str, Any]:
    """An answer of the API: a title's AniList id is its MyAnimeList id plus 100,000."""
    entries = [{"mediaId": 100_000 + i, "status": "COMPLETED", "score": 1 + i % 10, "media": {"idMal": i}} for i in ids]
    lists = [{"entries": entries}]
    return {"data": {"MediaListCollection": {"hasNextChunk": more, "lists": lists, **collection}}}


@dataclass
class Source:
    """One of the two sites, so that a test can be written once for both."""

    name: str
    fetch: Callable[..., ImportedList]
    whole: Callable[..., dict[str, Any]]


def export(*entries: dict[str, Any], encoding: str = "utf-8", name: str = "Some_fan", filler: str = "") -> bytes:
    """A MyAnimeList export; each entry gives `id`, `score` and `status`."""
    anime = "".join(
        f"""  <anime>
    <series_animedb_id>{entry.get("id", "")}</series_animedb_id>
    <series_title><![CDATA[進撃の巨人 & é]]></series_title>
    <my_watched_episodes>12</my_watched_episodes>
    <my_score>{entry.get("score", 0)}</my_score>
    <my_status>{entry.get("status", "Completed")}</my_status>
    <my_comments><![CDATA[{filler}]]></my_comments>
    <my_times_watched></my_times_watched>
  </anime>
"""
        for entry in entries
    )
    return (
        f'<?xml version="1.0" encoding="{encoding}" ?>\n<!-- Created by XML Export -->\n<myanimelist>\n'
        f"  <myinfo><user_id>1</user_id><user_name>{name}</user_name></myinfo>\n{anime}</myanimelist>\n"
    ).encode(encoding, errors="xmlcharrefreplace")
