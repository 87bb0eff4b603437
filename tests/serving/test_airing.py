"""Seasons, and when titles air, on titles whose dates are worked out by hand."""

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from recsys.data import manifest
from recsys.data.catalogue import Catalogue
from recsys.errors import ArtifactError, RecsysError
from recsys.seasons import Season
from recsys.serving.airing import calendar, fact_months, is_exact
from recsys.types import Title

AUGUST = np.datetime64("2026-08", "M")
RUNNING, PLANNED = "Currently Airing", "Not yet aired"


def seasons_with(*titles: Title, month: np.datetime64 = AUGUST):
    """For each title the seasons from winter 2026 to fall 2027 in which it is new (+) or continues (-)."""
    catalogue = Catalogue.from_rows(titles)
    found = calendar(catalogue, np.full(len(titles), month))
    every = [Season(2026, 0) + step for step in range(8)]
    return [
        " ".join(
            f"{'+' if found.new_in(one)[i] else '-'}{one}"
            for one in every
            if found.new_in(one)[i] or found.continuing_in(one)[i]
        )
        for i in range(len(titles))
    ]


@pytest.mark.parametrize(
    ("day", "name"),
    [("2026-01-01", "2026-winter"), ("2026-03-31", "2026-winter"), ("2026-04-01", "2026-spring"),
     ("2026-09-30", "2026-summer"), ("2026-10-01", "2026-fall"), ("2026-12-31", "2026-fall")],
)  # fmt: skip
def test_winter_is_january_to_march(day, name):
    season = Season.of(date.fromisoformat(day))
    assert str(season) == name
    assert season.first_day <= date.fromisoformat(day) <= season.last_day


def test_seasons_follow_each_other_over_new_year():
    assert Season.parse("2026-fall") + 1 == Season.parse("2027-winter")
    assert Season.parse("2027-winter") + -1 == Season.parse("2026-fall")
    assert Season.parse("2026-fall").last_day == date(2026, 12, 31)
    assert Season.parse("2027-winter").last_day == date(2027, 3, 31)
    assert Season.parse("1999-fall") < Season.parse("2000-winter")
    assert Season.parse(" 2026-Fall ").label == "Fall 2026"


@pytest.mark.parametrize("text", ["", "fall", "2026", "2026-autumn", "26-fall", "9999-fall", "-2026-fall", "²⁰²⁶-fall"])
def test_another_text_is_no_season(text):
    with pytest.raises(RecsysError, match="2026-fall"):
        Season.parse(text)


def test_the_stated_season_counts_and_without_it_the_first_day():
    late = Title(
        1, "Late", type="TV", season="Fall", year=2026, aired_from=date(2026, 9, 28), aired_to=date(2026, 9, 29)
    )
    unstated = Title(2, "Unstated", type="TV", year=2026, aired_from=date(2026, 7, 1), aired_to=date(2026, 7, 8))
    undated = Title(3, "Undated", type="TV", year=2026)
    assert seasons_with(late, unstated, undated) == ["+2026-fall", "+2026-summer", ""]


def test_a_cancelled_title_airs_in_no_season():
    stated = Title(1, "Stated", type="TV", season="Fall", year=2026, status="Cancelled")
    dated = Title(2, "Dated", type="TV", aired_from=date(2026, 4, 5), episodes=30, status="Cancelled")
    assert seasons_with(stated, dated) == ["", ""]


def test_a_series_continues_until_its_last_day():
    known = Title(1, "Known", type="TV", aired_from=date(2026, 4, 5), aired_to=date(2026, 10, 4), episodes=12)
    assert seasons_with(known) == ["+2026-spring -2026-summer -2026-fall"]


def test_an_unknown_last_day_follows_from_the_episodes():
    long = Title(1, "Long", type="TV", aired_from=date(2026, 4, 5), episodes=26, status="Finished Airing")
    short = Title(2, "Short", type="TV", aired_from=date(2026, 4, 5), episodes=12, status="Finished Airing")
    assert seasons_with(long, short) == ["+2026-spring -2026-summer", "+2026-spring"]


def test_a_series_of_unknown_length_lasts_a_season_or_goes_on_for_a_year():
    recent = Title(1, "Recent", type="TV", aired_from=date(2026, 7, 5), status=RUNNING)
    endless = Title(2, "Endless", type="TV", aired_from=date(1996, 1, 8), status=RUNNING)
    assert seasons_with(recent) == ["+2026-summer"]
    assert seasons_with(endless) == [
        "-2026-winter -2026-spring -2026-summer -2026-fall -2027-winter -2027-spring -2027-summer"
    ]
    assert seasons_with(endless, month=np.datetime64("NaT", "M")) == [""]


def test_a_last_day_before_the_facts_is_no_end_of_a_series_that_was_airing():
    stale = Title(1, "Stale", type="TV", aired_from=date(1993, 4, 10), aired_to=date(1994, 3, 20), status=RUNNING)
    break_ = Title(2, "Break", type="TV", aired_from=date(2026, 1, 4), episodes=12, status=RUNNING)
    assert "-2026-fall" in seasons_with(stale)[0]
    assert seasons_with(break_) == ["+2026-winter -2026-spring -2026-summer"]


def test_only_series_continue():
    video = Title(1, "Video", type="OVA", aired_from=date(2025, 4, 5), aired_to=date(2026, 10, 4))
    assert seasons_with(video) == [""]


def test_the_first_of_a_month_is_no_exact_day_of_a_title_to_come():
    assert not is_exact(Title(1, "A", status=PLANNED, aired_from=date(2026, 10, 1)))
    assert is_exact(Title(1, "A", status=PLANNED, aired_from=date(2026, 10, 2)))
    assert is_exact(Title(1, "A", status=RUNNING, aired_from=date(2026, 10, 1)))
    assert not is_exact(Title(1, "A"))


def test_the_age_of_the_facts(tmp_path):
    with manifest.writing(tmp_path) as batch:
        table = pa.table({"anime_id": [2, 3], "status": ["Some Source 2026-08", None]})
        pq.write_table(table, batch.path("catalogue_origins.parquet"))
    catalogue = Catalogue.from_rows([Title(i, f"Title {i}") for i in (1, 2, 3, 4)])
    found = fact_months(tmp_path, catalogue)
    assert found[1] == AUGUST
    assert np.isnat(found[[0, 2, 3]]).all()


@pytest.mark.parametrize("status", ["no month", "Source 2026-99"])
def test_a_damaged_record_of_the_age_is_an_error(tmp_path, status):
    with manifest.writing(tmp_path) as batch:
        pq.write_table(pa.table({"anime_id": [1], "status": [status]}), batch.path("catalogue_origins.parquet"))
    with pytest.raises(ArtifactError, match="build_catalogue"):
        fact_months(tmp_path, Catalogue.from_rows([Title(1, "A")]))


def test_without_a_record_of_the_age(tmp_path):
    with manifest.writing(tmp_path) as batch:
        batch.path("other.txt").write_text("")
    with pytest.raises(ArtifactError, match=r"catalogue_origins\.parquet"):
        fact_months(tmp_path, Catalogue.from_rows([Title(1, "A")]))
