"""The titles' file of a Kaggle set -> catalogue titles."""

import csv
import gzip

from recsys.data import catalogue_clean as clean
from recsys.data.kaggle import Part
from recsys.types import Title


def read(part: Part) -> list[Title]:
    path = part.file.path
    titles: dict[int, Title] = {}
    with (
        gzip.open(path, "rt", encoding="utf-8-sig", newline="")
        if path.suffix == ".gz"
        else path.open(encoding="utf-8-sig", newline="") as file
    ):
        for row in csv.DictReader(file):
            row = {(k or "").casefold(): v for k, v in row.items()}
            anime_id = clean.anime_id(row.get("anime_id", row.get("mal_id")))
            name = clean.text(row.get("title", row.get("name")))
            if anime_id and name:
                genres = clean.texts(row.get("genre", row.get("genres")))
                titles[anime_id] = Title(
                    anime_id=anime_id,
                    title=name,
                    type=clean.kind_of_release(row.get("type")),
                    episodes=clean.episodes(row.get("episodes")),
                    genres=genres,
                    adult=clean.is_adult(genres, row.get("rating")),
                    mean_score=clean.mean_score(row.get("score", row.get("rating"))),
                    members=clean.members(row.get("members")),
                    year=clean.year(row.get("aired_from_year")),
                    studios=clean.texts(row.get("studio", row.get("studios"))),
                )
    return list(titles.values())
