"""The days on which titles air that are still to come, for a calendar."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from recsys.serving import airing
from recsys.types import Title

_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Broadcast:
    """A title airs on the day `first`, in Japan, and then each week: `weeks` times in all."""

    title: Title
    first: date
    weeks: int = 1

    @property
    def last(self) -> date:
        return self.first + (self.weeks - 1) * _WEEK


def to_come(titles: Iterable[Title], today: date) -> list[Broadcast]:
    """The broadcasts of `titles` that end on `today` or later, by first day.

    The catalogue has a title's first and last day and no timetable. So a broadcast repeats only where these two days
    fit the number of episodes, one a week; every other title has its first day alone. Titles without an exact first
    day, and cancelled ones, have none.
    """
    found = [_broadcast(title) for title in titles if airing.is_exact(title) and not airing.is_cancelled(title)]
    return sorted((one for one in found if one.last >= today), key=lambda one: (one.first, one.title.anime_id))


def _broadcast(title: Title) -> Broadcast:
    first, last, episodes = title.aired_from, title.aired_to, title.episodes or 1
    assert first is not None  # noqa: S101  `airing.is_exact`
    weekly = last is not None and last - first == (episodes - 1) * _WEEK
    return Broadcast(title, first, episodes if weekly else 1)
