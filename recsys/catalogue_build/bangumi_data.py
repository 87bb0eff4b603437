"""Read npm's bangumi-data (CC BY 4.0): Japanese and English names, air dates, AniList ids, official streaming sites."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from recsys.catalogue_build import clean
from recsys.catalogue_build.facts import Facts
from recsys.catalogue_build.packages import Source, parse_json
from recsys.data import services
from recsys.errors import DataError

SOURCE = Source("bangumi-data", "0.3.208", "CC-BY-4.0", "npm", "package/dist/data.json")
NAME = "bangumi-data"
_SEEN = "2026-09"

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


def read(content: bytes) -> Iterator[Facts]:
    """Facts whose `title` is the English name, or else the Japanese one.

    Raises `DataError` if the content is not as expected.
    """
    data = parse_json(SOURCE, content)
    try:
        _check_countries(data["siteMeta"])
        templates = {site: data["siteMeta"][site]["urlTemplate"] for site in SITES}
        titles: dict[int, Facts] = {}
        for item in sorted(data["items"], key=lambda item: item["begin"] or "9"):
            for facts in _titles(item, templates):
                known = titles.get(facts.anime_id)
                titles[facts.anime_id] = _join(known, facts) if known else facts
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"bangumi-data's dist/data.json is not as expected ({error!r}); use version {SOURCE.version}."
        ) from None
    yield from titles.values()


def _titles(item: Mapping[str, Any], templates: Mapping[str, str]) -> Iterator[Facts]:
    sites = {site["site"]: site for site in item["sites"]}
    japanese = clean.text(item["title"])
    names = {language: [clean.text(name) for name in names] for language, names in item["titleTranslate"].items()}
    english = [name for name in names.get("en", []) if clean.latin(name)]
    others = [*names.get("en", []), *names.get("ja", []), *names.get("zh-Hans", [])]
    begin, end = _date(item.get("begin")), _date(item.get("end"))
    year, season = clean.year_and_season(begin)
    links = ((SITES[key], _link(sites[key], templates[key])) for key in SITES if key in sites)
    for site in item["sites"]:
        anime_id = clean.anime_id(site["id"]) if site["site"] == "mal" else None
        if anime_id is None or japanese is None:
            continue
        yield Facts(
            anime_id=anime_id,
            by=NAME,
            seen=_SEEN,
            title=english[0] if english else japanese,
            title_english=english[0] if english else None,
            title_japanese=japanese,
            synonyms=tuple(dict.fromkeys(name for name in others if name and name not in (japanese, *english[:1]))),
            type=_TYPES.get(item["type"]),
            year=year,
            season=season,
            aired_from=begin,
            aired_to=end,
            anilist_id=clean.anime_id(sites.get("aniList", {}).get("id")),
            streaming=tuple((site, link) for site, link in links if link),
        )


def _check_countries(sites: Mapping[str, Any]) -> None:
    """Raises `DataError` where the countries of a site are not those of `recsys.data.services`."""
    for key, name in SITES.items():
        found = sites[key].get("regions")
        if found is not None and frozenset(found) != services.COUNTRIES[name]:
            raise DataError(f"bangumi-data has other countries for {name}; update recsys/data/services.py: {found}.")


def _date(value: str | None) -> date | None:
    """The day in Japan of a moment such as "2013-04-06T16:58:00.000Z"."""
    try:
        return clean.day_in_japan(datetime.fromisoformat(value or ""))
    except (ValueError, OverflowError):
        return None


def _link(site: Mapping[str, Any], template: str) -> str | None:
    own = clean.url(site.get("url"))
    if own or not site.get("id"):
        return own
    return clean.url(template.replace("{{id}}", str(site["id"])))


def _join(first: Facts, second: Facts) -> Facts:
    """Join two items with one MyAnimeList id: the first one's facts, and the links of both."""
    links = dict((*second.streaming, *first.streaming))
    ordered = tuple((name, links[name]) for name in SITES.values() if name in links)
    return replace(first, streaming=ordered)
