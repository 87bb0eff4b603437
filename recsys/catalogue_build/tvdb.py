"""Read tvdb_seasons.csv.gz: which series and season of TheTVDB a title is."""

from dataclasses import dataclass
from pathlib import Path

from recsys.catalogue_build import clean
from recsys.catalogue_build.facts import read_rows

FILE = "tvdb_seasons.csv.gz"
_MAX_SEASON = 200


@dataclass(frozen=True, slots=True)
class Season:
    """A season of a series; 0 holds films and specials, None is unknown. `offset` counts the episodes before."""

    series: int
    season: int | None
    offset: int


def read(path: Path) -> dict[int, Season]:
    """Anime id -> season. Raises `DataError` if the file cannot be read or lacks a column."""
    found = {}
    for row in read_rows(path):
        anime_id, series = clean.anime_id(row["anime_id"]), clean.anime_id(row["tvdb_id"])
        if anime_id is not None and series is not None:
            season = clean.integer(row["tvdb_season"], 0, _MAX_SEASON)
            found[anime_id] = Season(series, season, clean.integer(row["tvdb_episode_offset"], 0, 20_000) or 0)
    return found
