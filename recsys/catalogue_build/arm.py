"""Read npm's @kawaiioverflow/arm (MIT): which AniList id belongs to a MyAnimeList id."""

from collections.abc import Iterator

from recsys.catalogue_build import clean
from recsys.catalogue_build.facts import Facts
from recsys.catalogue_build.packages import Source, parse_json

SOURCE = Source("@kawaiioverflow/arm", "0.225.0", "MIT", "npm", "package/arm.json")
NAME = "arm"
_SEEN = "2026-09"


def read(content: bytes) -> Iterator[Facts]:
    for row in parse_json(SOURCE, content):
        anime_id, anilist_id = clean.anime_id(row.get("mal_id")), clean.anime_id(row.get("anilist_id"))
        if anime_id is not None and anilist_id is not None:
            yield Facts(anime_id=anime_id, by=NAME, seen=_SEEN, anilist_id=anilist_id)
