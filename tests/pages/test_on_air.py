"""When titles air, in words."""

from datetime import date

import pytest

from pages.titles.on_air import aired, in_season, month_range
from recsys import Title
from recsys.seasons import Season

NOW = date(2026, 11, 27)
FALL = Season.parse("2026-fall")


def a(first: str | None = None, last: str | None = None, status: str | None = None, **facts) -> Title:
    days = {"aired_from": first and date.fromisoformat(first), "aired_to": last and date.fromisoformat(last)}
    return Title(1, "A", **{"type": "TV", "status": status, **days, **facts})


RUNNING, PLANNED, OVER = "Currently Airing", "Not yet aired", "Finished Airing"


@pytest.mark.parametrize(
    ("title", "words"),
    [
        (a(), ""),
        (a(status=PLANNED), PLANNED),
        (a("2026-10-04", None, "Cancelled"), "Cancelled"),
        (a("2023-09-29", "2024-03-22", OVER), "Aired 29 Sep 2023 – 22 Mar 2024"),
        (a("2016-08-26", "2016-08-26", OVER, type="Movie"), "Aired 26 Aug 2016"),
        (a("1980-01-05", None, None, episodes=1), "Aired 5 Jan 1980"),
        (a("1980-01-05", None, None, episodes=12), "First aired 5 Jan 1980"),
        (a("1996-01-08", None, RUNNING), "Airing since 8 Jan 1996"),
        (a("1993-04-10", "1994-03-20", RUNNING), "Airing since 10 Apr 1993"),
        (a("2026-10-04", "2026-12-27", OVER), "Airing since 4 Oct 2026, until 27 Dec 2026"),
        (a("2027-01-04", None, PLANNED), "Starts 4 Jan 2027"),
        (a("2027-01-01", None, PLANNED), "Starts in January 2027"),
        (a("2026-10-01", None, PLANNED), "Start announced for October 2026"),
    ],
)
def test_on_a_titles_page(title, words):
    assert aired(title, NOW) == words


@pytest.mark.parametrize(
    ("title", "words"),
    [
        (a(), ""),
        (a("2026-10-04", None, PLANNED), "Started Sun 4 Oct"),
        (a("2026-10-01", None, PLANNED), "Started in October"),
        (a("2026-12-06", None, PLANNED), "Starts Sun 6 Dec"),
        (a("2026-12-11", None, PLANNED, type="Movie"), "On Fri 11 Dec"),
        (a("2026-12-01", None, PLANNED), "Starts in December"),
        (a("2026-01-01", None, PLANNED), "Announced for Fall 2026"),
        (a("2026-10-04", "2026-11-15", PLANNED), "4 Oct – 15 Nov"),
        (a("2026-10-09", "2026-10-09", PLANNED, type="Movie"), "9 Oct"),
        (a("2026-07-04", None, RUNNING), "Started Sat 4 Jul"),
        (a("1996-01-08", None, RUNNING), "Since 8 Jan 1996"),
    ],
)
def test_on_the_page_of_its_season(title, words):
    assert in_season(title, FALL, NOW) == words


def test_years_that_are_not_the_seasons_are_named():
    winter = Season.parse("2026-winter")
    assert in_season(a("2025-12-28", "2026-03-15", OVER), winter, NOW) == "28 Dec 2025 – 15 Mar"
    assert in_season(a("2026-01-08", "2027-01-07", OVER), winter, date(2028, 1, 1)) == "8 Jan – 7 Jan 2027"


def test_months():
    assert month_range(date(2026, 8, 1), date(2026, 8, 1)) == "August 2026"
    assert month_range(date(2026, 2, 1), date(2026, 8, 1)) == "February to August 2026"
    assert month_range(date(2025, 12, 1), date(2026, 8, 1)) == "December 2025 to August 2026"
