"""Which broadcasts are still to come, on titles whose days are worked out by hand."""

from datetime import date

import pytest

from recsys.serving.broadcasts import to_come
from recsys.types import Title

TODAY = date(2026, 10, 10)
RUNNING, PLANNED = "Currently Airing", "Not yet aired"


def title(first: date | None, last: date | None = None, **facts) -> Title:
    return Title(**{"anime_id": 1, "title": "A", "type": "TV", "aired_from": first, "aired_to": last, **facts})


@pytest.mark.parametrize(
    ("one", "weeks"),
    [
        (title(date(2026, 10, 4), date(2026, 10, 18), episodes=3, status=RUNNING), 3),
        (title(date(2026, 9, 26), date(2026, 10, 10), episodes=3, status=RUNNING), 3),  # the last one is today
        (title(date(2026, 10, 11), date(2026, 10, 26), episodes=3, status=PLANNED), 1),  # not one a week
        (title(date(2026, 10, 11), None, episodes=12, status=PLANNED), 1),
        (title(date(2026, 10, 11), date(2027, 1, 3), status=PLANNED), 1),  # unknown number of episodes
        (title(date(2026, 10, 10), date(2026, 10, 10), episodes=1, type="Movie", status=PLANNED), 1),
    ],
)
def test_a_broadcast_repeats_only_where_its_days_fit_its_episodes(one: Title, weeks: int):
    assert [(found.first, found.weeks) for found in to_come([one], TODAY)] == [(one.aired_from, weeks)]


@pytest.mark.parametrize(
    "one",
    [
        title(None, status=PLANNED),
        title(date(2026, 11, 1), status=PLANNED),  # only the month is known
        title(date(2026, 11, 2), status="Cancelled"),
        title(date(2026, 10, 9), None, episodes=12, status=RUNNING),  # begun, and its later days are unknown
        title(date(2026, 9, 25), date(2026, 10, 9), episodes=3, status=RUNNING),
    ],
)
def test_what_is_over_or_has_no_exact_day_is_left_out(one: Title):
    assert to_come([one], TODAY) == []


def test_the_first_day_decides_about_the_order():
    late, early = (title(date(2026, 11, day), anime_id=day, status=PLANNED) for day in (20, 12))
    assert [found.title.anime_id for found in to_come([late, early], TODAY)] == [12, 20]
