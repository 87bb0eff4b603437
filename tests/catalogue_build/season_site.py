"""A local AniList and MyAnimeList for the tests of the season update."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.lists.local_site import LocalSite, Reply, Request


def media(mal_id: int | None, **changes: Any) -> dict[str, Any]:
    """A title as AniList sends it; its AniList id is its MyAnimeList id plus 100,000."""
    return {
        "id": 100_000 + (mal_id or 0),
        "idMal": mal_id,
        "title": {"romaji": f"Title {mal_id}", "english": None, "native": None},
        "synonyms": [],
        "format": "TV",
        "status": "NOT_YET_RELEASED",
        "source": "MANGA",
        "episodes": 12,
        "duration": 24,
        "season": "FALL",
        "seasonYear": 2026,
        "startDate": {"year": 2026, "month": 10, "day": 4},
        "endDate": {"year": None, "month": None, "day": None},
        "genres": ["Drama"],
        "tags": [{"name": "Noir", "rank": 80, "isMediaSpoiler": False}],
        "studios": {"edges": [{"isMain": True, "node": {"name": "Studio Kumo"}}]},
        "averageScore": None,
        "popularity": 500,
        "isAdult": False,
        "coverImage": {"large": "https://s4.anilist.co/file/a.jpg"},
        "relations": {"edges": []},
        **changes,
    }


def relation(word: str, mal_id: int, kind: str = "ANIME") -> dict[str, Any]:
    return {"relationType": word, "node": {"idMal": mal_id, "type": kind}}


def anilist_page(entries: list[Any], more: bool = False) -> dict[str, Any]:
    return {"data": {"Page": {"pageInfo": {"hasNextPage": more}, "media": entries}}}


def anilist(site: LocalSite, season: list[Any], others: Sequence[Any] = (), per_page: int = 50) -> None:
    """Answer as AniList does: pages of a season, and titles by id."""

    def answer(request: Request) -> Reply:
        variables = request.body["variables"]
        if "ids" in variables:
            found = [entry for entry in [*season, *others] if entry["id"] in variables["ids"]]
            return Reply(anilist_page(found))
        start = (variables["page"] - 1) * per_page
        return Reply(anilist_page(season[start : start + per_page], start + per_page < len(season)))

    site.answer = answer


def node(mal_id: int, **changes: Any) -> dict[str, Any]:
    """A title as MyAnimeList sends it."""
    return {
        "id": mal_id,
        "title": f"Title {mal_id}",
        "main_picture": {"medium": "https://cdn.myanimelist.net/images/a.jpg"},
        "alternative_titles": {"synonyms": [], "en": "", "ja": ""},
        "start_date": "2026-10-04",
        "num_list_users": 1000,
        "num_scoring_users": 0,
        "nsfw": "white",
        "media_type": "tv",
        "status": "not_yet_aired",
        "genres": [{"id": 8, "name": "Drama"}],
        "num_episodes": 0,
        "start_season": {"year": 2026, "season": "fall"},
        "source": "light_novel",
        "average_episode_duration": 1440,
        "rating": "pg_13",
        "studios": [{"id": 1, "name": "Studio Kumo"}],
        **changes,
    }


def myanimelist(site: LocalSite, season: list[dict[str, Any]], others: Sequence[Any] = ()) -> None:
    """Answer as MyAnimeList does: pages of a season, and one title by id, 404 where it has none."""

    def answer(request: Request) -> Reply:
        parts = urlsplit(request.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if not parts.path.startswith("/v2/anime/season/"):
            anime_id = int(parts.path.rpartition("/")[2])
            found = [entry for entry in [*season, *others] if entry["id"] == anime_id]
            return Reply(found[0]) if found else Reply({"error": "not_found"}, status=404)
        start, limit = int(query["offset"]), int(query["limit"])
        more = {"next": f"{site.url}/v2/next"} if start + limit < len(season) else {}
        return Reply({"data": [{"node": entry} for entry in season[start : start + limit]], "paging": more})

    site.answer = answer
