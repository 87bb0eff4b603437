"""Ask AniList's GraphQL API, which needs no key, for the titles of a season.

https://docs.anilist.co/reference/ : objects Page and Media, enums MediaFormat, MediaStatus, MediaSource, MediaRelation.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from recsys.catalogue_build import anilist, clean, wording
from recsys.catalogue_build.facts import Facts
from recsys.catalogue_build.franchise_relations import Relation
from recsys.catalogue_build.season import Listed, Page, Season, texts
from recsys.lists import http
from recsys.lists.anilist import SITE
from recsys.lists.errors import BadAnswerError, RefusedError, ServerDownError
from recsys.lists.json_parts import items, mapping

#: The most that AniList gives.
_PER_PAGE = 50
#: Tags that fewer of AniList's users agree on say little of a title.
_LEAST_RANK = 30

_QUERY = """
query ($page: Int, $perPage: Int, $season: MediaSeason, $year: Int, $ids: [Int]) {
  Page(page: $page, perPage: $perPage) {
    pageInfo { hasNextPage }
    media(type: ANIME, season: $season, seasonYear: $year, id_in: $ids, sort: ID) {
      id idMal
      title { romaji english native }
      synonyms format status(version: 2) source(version: 3) episodes duration season seasonYear
      startDate { year month day }
      endDate { year month day }
      genres
      tags { name rank isMediaSpoiler }
      studios { edges { isMain node { name } } }
      averageScore popularity isAdult
      coverImage { large }
      relations { edges { relationType(version: 2) node { idMal type } } }
    }
  }
}
"""

_TYPES = frozenset({"TV", "TV_SHORT", "MOVIE", "SPECIAL", "OVA", "ONA", "MUSIC"})
_SOURCES = frozenset(
    ("ORIGINAL", "MANGA", "LIGHT_NOVEL", "VISUAL_NOVEL", "VIDEO_GAME", "OTHER", "NOVEL", "DOUJINSHI", "ANIME")
) | {"WEB_NOVEL", "LIVE_ACTION", "GAME", "COMIC", "MULTIMEDIA_PROJECT", "PICTURE_BOOK"}
_RELATIONS = {
    "PREQUEL": "prequel",
    "SEQUEL": "sequel",
    "PARENT": "parent story",
    "SIDE_STORY": "side story",
    "SUMMARY": "summary",
    "COMPILATION": "summary",
    "CONTAINS": "full story",
    "SPIN_OFF": "spin-off",
    "ALTERNATIVE": "alternative version",
}


class AniList:
    name = anilist.NAME
    key = "anilist"
    licence = "AniList's API terms of use"
    site = SITE
    request = _QUERY

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def season(self, client: http.Client, season: Season, number: int) -> Page:
        return self._ask(client, {"page": number, "season": season.name.upper(), "year": season.year})

    def ask_for(self, titles: Mapping[int, int | None]) -> list[tuple[int, ...]]:
        ids = [anime_id for anime_id, anilist_id in titles.items() if anilist_id]
        return [tuple(ids[start : start + _PER_PAGE]) for start in range(0, len(ids), _PER_PAGE)]

    def titles(self, client: http.Client, wanted: Mapping[int, int | None]) -> Page:
        return self._ask(client, {"page": 1, "ids": sorted(i for i in wanted.values() if i)})

    def _ask(self, client: http.Client, variables: Mapping[str, Any]) -> Page:
        body = {"query": _QUERY, "variables": {**variables, "perPage": _PER_PAGE}}
        answer = client.ask("POST", client.base_url, body=body, check=lambda answer: _check(answer, client))
        page = mapping(mapping(answer.data.get("data")).get("Page"))
        media, more = page.get("media"), mapping(page.get("pageInfo")).get("hasNextPage")
        if not isinstance(media, list) or not isinstance(more, bool):
            raise BadAnswerError("AniList sent an answer in an unknown format.")
        return Page(media, more)

    def read(self, entry: Any, seen: str) -> Listed:
        entry = mapping(entry)
        anime_id, anilist_id = clean.anime_id(entry.get("idMal")), clean.anime_id(entry.get("id"))
        if anime_id is None:
            return Listed(None, anilist_id)
        words = wording.split_genres(texts(items(entry.get("genres"))))
        title = mapping(entry.get("title"))
        begin = _date(entry.get("startDate"))
        year, season = clean.year_and_season(begin)
        score = clean.number(entry.get("averageScore"), 1, 100)
        kind, source, status = (_word(entry.get(name)) for name in ("format", "source", "status"))
        facts = Facts(
            anime_id=anime_id,
            by=self.name,
            seen=seen,
            title=clean.text(title.get("romaji")),
            title_english=clean.text(title.get("english")),
            title_japanese=clean.text(title.get("native")),
            synonyms=texts(items(entry.get("synonyms"))),
            type=clean.kind_of_release(wording.anilist_format(kind)) if kind in _TYPES else None,
            source=wording.anilist_source(source) if source in _SOURCES else None,
            episodes=clean.episodes(entry.get("episodes")),
            duration_min=clean.minutes(entry.get("duration")),
            year=clean.year(entry.get("seasonYear")) or year or clean.year(mapping(entry.get("startDate")).get("year")),
            season=clean.season(entry.get("season")) or season,
            status=wording.anilist_status(status),
            aired_from=begin,
            aired_to=_date(entry.get("endDate")),
            genres=words.genres,
            themes=words.themes,
            demographics=words.demographics,
            tags=_tags(entry.get("tags")),
            studios=_studios(entry.get("studios")),
            adult=entry.get("isAdult") is True or clean.is_adult(words.genres, None),
            mean_score=clean.mean_score(score / 10) if score else None,
            members=clean.members(entry.get("popularity")),
            anilist_id=anilist_id,
            image_url=clean.cover(mapping(entry.get("coverImage")).get("large")),
        )
        unknown = [f"type {kind}"] if kind and facts.type is None else []
        unknown += [f"status {status}"] if status and facts.status is None else []
        unknown += [f"source {source}"] if source and facts.source is None else []
        return Listed(facts, anilist_id, _related(entry.get("relations")), tuple(unknown))


def _check(answer: http.Answer, client: http.Client) -> None:
    """Raise the error in an answer, if any. GraphQL errors can have any HTTP status, including 200."""
    content = mapping(answer.data)
    errors = content.get("errors")
    if not errors and answer.status == 200:
        if "data" not in content:
            raise BadAnswerError("AniList sent an answer in an unknown format.")
        return
    status = mapping(next(iter(items(errors)), None)).get("status", answer.status)
    if status == 429:
        raise client.rate_limited(None)
    if status in (401, 403):
        raise RefusedError("AniList refuses this machine.")
    if not isinstance(status, int) or status >= 500 or status == 200:
        raise ServerDownError("AniList could not answer.")
    raise BadAnswerError(f"AniList refused the request (status {status}).")


def _word(value: Any) -> str:
    """A word in AniList's capitals, as text that may be printed; "" where unknown."""
    return (clean.text(value) or "")[:40] if isinstance(value, str) else ""


def _date(value: Any) -> dt.date | None:
    """The day of a FuzzyDate; None where its month or day is unknown."""
    parts = [mapping(value).get(part) for part in ("year", "month", "day")]
    if not all(isinstance(part, int) for part in parts):
        return None
    return clean.date("{:04}-{:02}-{:02}".format(*parts))


def _tags(value: Any) -> tuple[str, ...]:
    """The tags that many agree on, the surest first, without those that give the story away."""
    tags = [tag for tag in map(mapping, items(value)) if tag.get("isMediaSpoiler") is not True]
    ranked = [(clean.number(tag.get("rank"), _LEAST_RANK, 100), tag.get("name")) for tag in tags]
    return texts([name for rank, name in sorted(ranked, key=lambda item: -(item[0] or 0)) if rank])


def _studios(value: Any) -> tuple[str, ...]:
    """The main studios; the others are producers and broadcasters."""
    edges = map(mapping, items(mapping(value).get("edges")))
    return texts([mapping(edge.get("node")).get("name") for edge in edges if edge.get("isMain") is True])


def _related(value: Any) -> tuple[Relation, ...]:
    found = []
    for edge in map(mapping, items(mapping(value).get("edges"))):
        node, word = mapping(edge.get("node")), _word(edge.get("relationType"))
        other = clean.anime_id(node.get("idMal"))
        if other and node.get("type") == "ANIME" and word in _RELATIONS:
            found.append(Relation(_RELATIONS[word], other))
    return tuple(found)
