"""When titles air: the season, the first and the last day of every title, as far as the catalogue's facts tell."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from recsys.data import manifest
from recsys.data.catalogue import Catalogue
from recsys.errors import ArtifactError
from recsys.seasons import NAMES, Season
from recsys.statuses import AIRING, CANCELLED, NOT_AIRED
from recsys.types import Title, positions_of

_ORIGINS = "catalogue_origins.parquet"
#: Types with one episode a week.
_WEEKLY = ("TV", "ONA")
_WEEK = np.timedelta64(7, "D")
#: A series of unknown length is expected to last one season of 12 episodes: in weeks after the first …
_ONE_SEASON = 11
#: … but when it has already run for longer than half a year, it is expected to go on for another year.
_LONG, _YEAR = 26 * _WEEK, 52 * _WEEK
_JAPAN = timezone(timedelta(hours=9))


@dataclass(frozen=True)
class Calendar:
    """Columns by catalogue position, (n_titles,): `seasons` (`Season.number`, 0 where unknown), `starts` and `ends`
    (days, NaT where unknown; `ends` are in part expected), `months`, the month of the facts about the broadcast (NaT
    where unknown), and `weekly`, whether a title is a series."""

    seasons: NDArray[np.int32]
    starts: NDArray[np.datetime64]
    ends: NDArray[np.datetime64]
    months: NDArray[np.datetime64]
    weekly: NDArray[np.bool_]

    @cached_property
    def known_seasons(self) -> tuple[Season, ...]:
        """Every season of which the catalogue has a title, the latest first."""
        return tuple(Season.numbered(number) for number in np.unique(self.seasons[self.seasons > 0])[::-1])

    def new_in(self, season: Season) -> NDArray[np.bool_]:
        """The titles of a season, (n_titles,)."""
        return self.seasons == season.number

    def continuing_in(self, season: Season) -> NDArray[np.bool_]:
        """The series of earlier seasons that have episodes in `season`, (n_titles,)."""
        first = np.datetime64(season.first_day)
        earlier = (self.seasons > 0) & (self.seasons < season.number) & (self.starts < first)
        return self.weekly & earlier & (self.ends >= first)


def calendar(catalogue: Catalogue, months: NDArray[np.datetime64]) -> Calendar:
    """When the titles of a catalogue air. `months` as `fact_months` gives them.

    A title is of the season that the catalogue states, else of the season of its first day; a cancelled one is of none.
    Where the last day of a series is unknown, it follows from the number of its episodes, one a week, or, without that
    number: a series that was airing when the facts were collected, and had then run for half a year, goes on for a
    year; any other lasts one season.
    """
    starts = np.array(catalogue.column("aired_from"), dtype="datetime64[D]")
    status = np.array(catalogue.column("status"), dtype=object)
    weekly = np.isin(catalogue.types, _WEEKLY)
    ends = _ends(catalogue, starts, status == AIRING, weekly, months)
    part = {name: i for i, name in enumerate(NAMES)}
    stated = np.array([part.get(name, -1) for name in catalogue.column("season")], dtype=np.int32)
    since_1970 = starts.astype("datetime64[M]").astype(np.int64)
    of_start = np.where(np.isnat(starts), 0, (1970 * 12 + since_1970) // 3)
    seasons = np.where((stated >= 0) & (catalogue.years > 0), catalogue.years * len(NAMES) + stated, of_start)
    seasons = np.where(status == CANCELLED, 0, seasons)
    return Calendar(seasons.astype(np.int32), starts, ends, months, weekly)


def _ends(
    catalogue: Catalogue, starts: NDArray, running: NDArray[np.bool_], weekly: NDArray[np.bool_], months: NDArray
) -> NDArray[np.datetime64]:
    ends = np.array(catalogue.column("aired_to"), dtype="datetime64[D]")
    collected = months.astype("datetime64[D]")
    # A series that was still airing had not ended before: such a date is the end of an earlier part.
    unknown = np.isnat(ends) | (running & (ends < collected))
    weeks = np.where(catalogue.episodes > 0, catalogue.episodes - 1, _ONE_SEASON)
    expected = np.where(weekly, starts + weeks * _WEEK, starts)
    expected = np.where(running & ~np.isnat(collected), np.fmax(expected, collected), expected)
    long = running & weekly & (catalogue.episodes == 0) & (collected - starts > _LONG)
    return np.where(unknown, np.where(long, collected + _YEAR, expected), ends)


@manifest.consistent
def fact_months(folder: str | Path, catalogue: Catalogue) -> NDArray[np.datetime64]:
    """The month of the source that says whether each title has aired, (n_titles,); NaT where none says so.

    Raises `ArtifactError` when `catalogue_origins.parquet` is missing or damaged.
    """
    path = manifest.read(folder).path(_ORIGINS)
    try:
        table = pq.read_table(path, columns=["anime_id", "status"])
        ids, origins = table["anime_id"].to_numpy(), table["status"].to_pylist()
        # Such as "AniList 2026-08".
        found = np.array([origin and origin.rpartition(" ")[2] for origin in origins], dtype="datetime64[M]")
    except (OSError, KeyError, ValueError, pa.ArrowException) as error:
        raise ArtifactError(
            f"{path} does not tell how old the catalogue's facts are ({error}). Restore it from the repository, or "
            "write it with python -m scripts.build_catalogue."
        ) from None
    positions = positions_of(ids, catalogue.ids)
    return np.where(positions >= 0, found[positions], np.datetime64("NaT", "M"))


def today() -> date:
    """Today in Japan, where titles air first."""
    return datetime.now(_JAPAN).date()


def is_planned(title: Title) -> bool:
    """Whether a title was still to come when its facts were collected."""
    return title.status == NOT_AIRED


def is_running(title: Title) -> bool:
    """Whether a title was airing when its facts were collected."""
    return title.status == AIRING


def is_cancelled(title: Title) -> bool:
    """Whether a title will not air."""
    return title.status == CANCELLED


def is_exact(title: Title) -> bool:
    """Whether the first day of a title is known. For a title to come, sources write the first of a month when only
    the month is known."""
    return title.aired_from is not None and not (is_planned(title) and title.aired_from.day == 1)
