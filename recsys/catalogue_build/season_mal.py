"""Ask MyAnimeList's API v2, which needs a client id, for the titles of a season.

https://myanimelist.net/apiconfig/references/api/v2 : GET /anime/season/{year}/{season} and GET /anime/{anime_id}.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from recsys.catalogue_build import clean, myanimelist, wording
from recsys.catalogue_build.facts import Facts
from recsys.catalogue_build.season import Listed, Page, Season, texts
from recsys.lists import http, mal_api
from recsys.lists.errors import BadAnswerError, ClientIdError, RefusedError
from recsys.lists.json_parts import items, mapping
from recsys.settings import ListSettings
from recsys.statuses import AIRING, FINISHED, NOT_AIRED

_PER_PAGE = 100
_FIELDS = (
    "id,title,main_picture,alternative_titles,start_date,end_date,mean,num_list_users,num_scoring_users,nsfw,media_type,"
    "status,genres,num_episodes,start_season,source,average_episode_duration,rating,studios"
)
_TYPES = {
    "tv": "TV",
    "ova": "OVA",
    "movie": "Movie",
    "special": "Special",
    "tv_special": "Special",
    "ona": "ONA",
    "music": "Music",
    "pv": "Special",
    "cm": "Special",
}
_STATUSES = {word.lower().replace(" ", "_"): word for word in (FINISHED, AIRING, NOT_AIRED)}
_SOURCES = {
    word.lower().replace(" ", "_").replace("-", "_"): word
    for word in (
        *("Original", "Manga", "4-koma manga", "Web manga", "Digital manga", "Novel", "Light novel", "Visual novel"),
        *("Web novel", "Game", "Card game", "Book", "Picture book", "Radio", "Music", "Mixed media", "Other"),
    )
}
_RATINGS: dict[str, str] = dict(zip(("g", "pg", "pg_13", "r", "r+", "rx"), clean.AGE_RATINGS, strict=True))


class MyAnimeList:
    name = myanimelist.NAME
    key = "mal"
    licence = "MyAnimeList's API licence"
    site = mal_api.SITE
    request = _FIELDS

    def __init__(self, settings: ListSettings) -> None:
        """Raises `ClientIdError` if the settings have no client id."""
        if not settings.mal_client_id:
            raise ClientIdError(
                "MyAnimeList's API needs a client id: register one at myanimelist.net/apiconfig and set MAL_CLIENT_ID, "
                "or use --source anilist."
            )
        if not mal_api.CLIENT_ID.fullmatch(settings.mal_client_id):
            raise _refused_client_id()
        self.base_url = settings.mal_url
        self._headers = {"X-MAL-CLIENT-ID": settings.mal_client_id}

    def season(self, client: http.Client, season: Season, number: int) -> Page:
        query = {"fields": _FIELDS, "limit": _PER_PAGE, "offset": (number - 1) * _PER_PAGE, "nsfw": "true"}
        url = f"{client.base_url}/anime/season/{season.year}/{season.name.lower()}?{urlencode(query)}"
        data = self._ask(client, url)
        if data is None:  # what MyAnimeList answers for a season without titles
            return Page([], False)
        entries, paging = data.get("data"), data.get("paging", {})
        if not isinstance(entries, list) or not isinstance(paging, dict):
            raise BadAnswerError("MyAnimeList sent an answer in an unknown format.")
        return Page([mapping(entry).get("node") for entry in entries], bool(paging.get("next")))

    def ask_for(self, titles: Mapping[int, int | None]) -> list[tuple[int, ...]]:
        return [(anime_id,) for anime_id in titles]

    def titles(self, client: http.Client, wanted: Mapping[int, int | None]) -> Page:
        urls = (f"{client.base_url}/anime/{anime_id}?{urlencode({'fields': _FIELDS})}" for anime_id in wanted)
        return Page([data for url in urls if (data := self._ask(client, url)) is not None], False)

    def _ask(self, client: http.Client, url: str) -> dict[str, Any] | None:
        """The answer, None for status 404."""
        answer = client.ask("GET", url, headers=self._headers)
        if answer.status == 404:
            return None
        if answer.status in (400, 401):
            raise _refused_client_id()
        if answer.status == 403:
            raise RefusedError("MyAnimeList refuses this machine.")
        if answer.status != 200 or not isinstance(answer.data, dict):
            raise BadAnswerError(f"MyAnimeList sent an answer in an unknown format (status {answer.status}).")
        return answer.data

    def read(self, entry: Any, seen: str) -> Listed:
        entry = mapping(entry)
        anime_id = clean.anime_id(entry.get("id"))
        if anime_id is None:
            return Listed(None)
        words = wording.split_genres(_names(entry.get("genres")))
        others, start = mapping(entry.get("alternative_titles")), mapping(entry.get("start_season"))
        picture = mapping(entry.get("main_picture"))
        begin = clean.date(entry.get("start_date"))
        year, season = clean.year_and_season(begin)
        seconds = clean.number(entry.get("average_episode_duration"), 1, clean.MAX_MINUTES * 60)
        kind, source, status = (str(entry.get(name) or "")[:40] for name in ("media_type", "source", "status"))
        rating = _RATINGS.get(str(entry.get("rating")))
        facts = Facts(
            anime_id=anime_id,
            by=self.name,
            seen=seen,
            title=clean.text(entry.get("title")),
            title_english=clean.text(others.get("en")),
            title_japanese=clean.text(others.get("ja")),
            synonyms=texts(items(others.get("synonyms"))),
            type=_TYPES.get(kind),
            source=_SOURCES.get(source),
            episodes=clean.episodes(entry.get("num_episodes")),
            duration_min=round(seconds / 60, 2) if seconds else None,
            year=clean.year(start.get("year")) or year,
            season=clean.season(start.get("season")) or season,
            status=_STATUSES.get(status),
            aired_from=begin,
            aired_to=clean.date(entry.get("end_date")),
            genres=words.genres,
            themes=words.themes,
            demographics=words.demographics,
            studios=_names(entry.get("studios")),
            age_rating=rating,
            adult=entry.get("nsfw") == "black" or clean.is_adult(words.genres, rating),
            mean_score=clean.mean_score(entry.get("mean")),
            scored_by=clean.members(entry.get("num_scoring_users")),
            members=clean.members(entry.get("num_list_users")),
            image_url=clean.cover(picture.get("large")) or clean.cover(picture.get("medium")),
        )
        unknown = [f"type {kind}"] if kind not in ("", "unknown", *_TYPES) else []
        unknown += [f"status {status}"] if status not in ("", *_STATUSES) else []
        unknown += [f"source {source}"] if source not in ("", *_SOURCES) else []
        return Listed(facts, unknown=tuple(unknown))


def _refused_client_id() -> ClientIdError:
    return ClientIdError("MyAnimeList did not accept the client id; check MAL_CLIENT_ID, or use --source anilist.")


def _names(value: Any) -> tuple[str, ...]:
    """The names of a list of things with a name: genres, studios."""
    return texts(mapping(item).get("name") for item in items(value))
