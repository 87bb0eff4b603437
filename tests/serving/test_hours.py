"""Titles and a plan for so many hours, on a toy catalogue and on numbers drawn at random."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from recsys.data.catalogue import Catalogue
from recsys.errors import ProfileError
from recsys.serving import hours
from recsys.serving.engine import Engine
from recsys.types import Filters, Profile, Title
from tests.serving.conftest import Toy

ANY = Filters(min_raters=0)
FAN = Profile(scores={1: 7})
#: Minutes of an episode, episodes, franchise and score of each title after the one that the fan has seen.
ROWS = [
    (120.0, 1, None, 9.0),
    (24.0, 12, None, 9.5),
    (5.0, 1, None, 8.5),
    (100.0, 1, 5, 9.2),
    (95.0, 1, 5, 9.1),
    (90.0, 1, None, 8.8),
    (None, 1, None, 9.9),
    (24.0, 1, None, 4.0),
]


class Lengthy(Toy):
    """Title 1 is predicted 7, the others as in `ROWS`."""

    name = label = "lengthy"
    item_ids = np.arange(1, len(ROWS) + 2)
    means = np.array([7.0, *(row[3] for row in ROWS)])


@pytest.fixture(scope="module")
def engine() -> Engine:
    titles = [Title(1, "Seen", type="TV", episodes=12, duration_min=24)]
    for anime_id, (length, episodes, franchise, _) in enumerate(ROWS, 2):
        more = {"franchise_id": franchise} if franchise else {}
        titles.append(
            Title(anime_id, f"Title {anime_id}", type="Movie", episodes=episodes, duration_min=length, **more)
        )
    return Engine(Catalogue.from_rows(titles), [Lengthy()], np.full(len(titles), 100))


def ids(titles) -> list[int]:
    return [one.pick.anime_id for one in titles]


def test_enjoyment_is_points_above_the_usual_score_times_the_chance(engine):
    found = hours.within(engine, FAN, 6, filters=ANY)
    assert found.usual == pytest.approx(Lengthy.means.mean())  # one score is too few for a usual score
    for one in found.titles:
        gain = max(one.pick.predicted - found.usual, 0)
        assert one.enjoyment == pytest.approx(gain * one.pick.chance_high)
    assert found.titles[-1].enjoyment == 0  # predicted below
    film = next(one for one in found.titles if one.pick.anime_id == 2)
    assert film.per_hour == pytest.approx(film.enjoyment / 2)


def test_the_order_is_by_hour_and_short_titles_count_half_an_hour(engine):
    found = hours.within(engine, FAN, 6, filters=ANY)
    rates = [one.per_hour for one in found.titles]
    assert rates == sorted(rates, reverse=True)
    short = next(one for one in found.titles if one.minutes == 5)
    assert short.counted == hours.LEAST_MINUTES
    assert short.per_hour == pytest.approx(2 * short.enjoyment)


def test_longer_titles_and_those_of_unknown_length_are_left_out(engine):
    assert 3 in ids(hours.within(engine, FAN, 6, filters=ANY).titles)
    found = hours.within(engine, FAN, 2, filters=ANY)
    assert all(one.minutes <= 120 for one in found.titles)
    assert 3 not in ids(found.titles)
    assert 8 not in ids(found.titles)
    assert found.unknown == 1
    tighter = hours.within(engine, FAN, 6, filters=replace(ANY, minutes_to=60))
    assert all(one.minutes <= 60 for one in tighter.titles)
    assert tighter.unknown == 1


@pytest.mark.parametrize("n", [0.5, 1, 2, 3.5, 6, 12])
def test_no_other_set_that_fits_gives_more(engine, n):
    found = hours.within(engine, FAN, n, filters=ANY)
    best = 0.0
    for size in range(len(found.titles) + 1):
        for some in itertools.combinations(found.titles, size):
            together = len({4, 5} & {one.pick.anime_id - 1 for one in some})  # of one franchise
            if together < 2 and sum(one.counted for one in some) <= 60 * n:
                best = max(best, sum(one.enjoyment for one in some))
    assert sum(one.enjoyment for one in found.plan) == pytest.approx(best)
    assert sum(one.counted for one in found.plan) <= 60 * n
    assert not {5, 6} <= set(ids(found.plan))
    assert all(one.enjoyment > 0 for one in found.plan)
    assert [one for one in found.titles if one in found.plan] == list(found.plan)


@pytest.mark.parametrize("seed", range(20))
def test_the_best_set_of_any_numbers(seed):
    rng = np.random.default_rng(seed)
    values, minutes = rng.uniform(0, 3, 9).round(2).tolist(), rng.integers(30, 200, 9).tolist()
    groups, limit = rng.integers(-1, 4, 9).tolist(), int(rng.integers(20, 500))

    def fits(some: tuple[int, ...]) -> bool:
        named = [groups[i] for i in some if groups[i] >= 0]
        return len(named) == len(set(named)) and sum(minutes[i] for i in some) <= limit

    sets = [some for size in range(10) for some in itertools.combinations(range(9), size) if fits(some)]
    chosen = hours.best_set(values, minutes, groups, limit)
    assert tuple(chosen) in sets
    assert sum(values[i] for i in chosen) == pytest.approx(max(sum(values[i] for i in some) for some in sets))


def test_the_same_again_and_nothing_left(engine):
    assert hours.within(engine, FAN, 6, filters=ANY) == hours.within(engine, FAN, 6, filters=ANY)
    none = hours.within(engine, FAN, 6, filters=replace(ANY, year_from=2000))
    assert (none.titles, none.plan, none.unknown) == ((), (), 0)


@pytest.mark.parametrize("n", [0, -1, 0.4, 169, float("nan"), "6", None])
def test_wrong_hours(engine, n):
    with pytest.raises(ProfileError, match="hours is a number from"):
        hours.within(engine, FAN, n)
