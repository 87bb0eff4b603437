"""Read npm's bangumi-data (CC BY 4.0): Japanese and English names, air dates, AniList ids, official streaming sites."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from recsys.catalogue_build import clean
from recsys.catalogue_build.packages import Source, parse_json
from recsys.errors import DataError
from recsys.types import Title

SOURCE = Source("bangumi-data", "0.3.208", "CC-BY-4.0", "npm", "package/dist/data.json")

#: Official streaming sites in the order in which they are shown: worldwide ones first, then by region.
SITES = {
    "crunchyroll": "Crunchyroll",
    "netflix": "Netflix",
    "disneyplus": "Disney+",
    "prime": "Prime Video",
    "youtube": "YouTube",
    "ani_one_asia": "Ani-One Asia",
    "viu": "Viu",
    "unext": "U-NEXT",
    "danime": "d Anime Store",
    "abema": "ABEMA",
    "nicovideo": "Niconico",
    "bilibili": "Bilibili",
}
_TYPES = {"tv": "TV", "web": "ONA", "movie": "Movie", "ova": "OVA"}


def read(content: bytes) -> dict[int, Title]:
    """MyAnimeList id -> title; its `title` is the English name, or else the Japanese one.

    Raises `DataError` if the content is not as expected.
    """
    data = parse_json(SOURCE, content)
    try:
        templates = {site: data["siteMeta"][site]["urlTemplate"] for site in SITES}
        titles: dict[int, Title] = {}
        for item in sorted(data["items"], key=lambda item: item["begin"] or "9"):
            for anime_id, title in _titles(item, templates):
                titles[anime_id] = _join(titles[anime_id], title) if anime_id in titles else title
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(f"bangumi-data's dist/data.json is not as expected ({error!r}); use version 0.3.208.") from None
    return titles


def _titles(item: Mapping[str, Any], templates: Mapping[str, str]) -> Iterator[tuple[int, Title]]:
    sites = {site["site"]: site for site in item["sites"]}
    japanese = clean.text(item["title"])
    names = {language: [clean.text(name) for name in names] for language, names in item["titleTranslate"].items()}
    english = [name for name in names.get("en", []) if name]
    others = [*english[1:], *names.get("ja", []), *names.get("zh-Hans", [])]
    year, season = _when(item.get("begin"))
    links = ((SITES[key], _link(sites[key], templates[key])) for key in SITES if key in sites)
    for site in item["sites"]:
        anime_id = clean.anime_id(site["id"]) if site["site"] == "mal" else None
        if anime_id is None or japanese is None:
            continue
        yield (
            anime_id,
            Title(
                anime_id,
                english[0] if english else japanese,
                title_english=english[0] if english else None,
                title_japanese=japanese,
                synonyms=tuple(dict.fromkeys(name for name in others if name and name != japanese)),
                type=_TYPES.get(item["type"]),
                year=year,
                season=season,
                anilist_id=clean.anime_id(sites.get("aniList", {}).get("id")),
                streaming=tuple((site, link) for site, link in links if link),
            ),
        )


def _when(begin: str | None) -> tuple[int | None, str | None]:
    try:
        return clean.year_and_season(datetime.fromisoformat(begin or ""))
    except (ValueError, OverflowError):
        return None, None


def _link(site: Mapping[str, Any], template: str) -> str | None:
    own = clean.url(site.get("url"))
    if own or not site.get("id"):
        return own
    return clean.url(template.replace("{{id}}", str(site["id"])))


def _join(first: Title, second: Title) -> Title:
    """Join two items with one MyAnimeList id: the first one's facts, and the links of both."""
    links = dict((*second.streaming, *first.streaming))
    ordered = tuple((name, links[name]) for name in SITES.values() if name in links)
    return replace(first, streaming=ordered)
