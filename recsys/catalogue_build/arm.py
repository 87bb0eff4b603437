"""Read npm's @kawaiioverflow/arm (MIT): which AniList id belongs to a MyAnimeList id."""

from recsys.catalogue_build import clean
from recsys.catalogue_build.packages import Source, parse_json

SOURCE = Source("@kawaiioverflow/arm", "0.225.0", "MIT", "npm", "package/arm.json")


def read(content: bytes) -> dict[int, int]:
    """MyAnimeList id -> AniList id."""
    rows = parse_json(SOURCE, content)
    pairs = ((clean.anime_id(row.get("mal_id")), clean.anime_id(row.get("anilist_id"))) for row in rows)
    return {mal: anilist for mal, anilist in pairs if mal is not None and anilist is not None}
