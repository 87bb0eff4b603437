"""An evening of four titles on a toy catalogue."""

import itertools

import numpy as np
import pytest

from recsys.data.catalogue import Catalogue
from recsys.errors import ProfileError
from recsys.serving import evening
from recsys.serving.engine import Engine
from recsys.types import Filters, Profile, Title
from tests.serving.conftest import Toy

N = 14
ALL = Filters(min_raters=0)
ANN, BOB = Profile(scores={1: 8}), Profile(scores={2: 8})


class Two(Toy):
    """Ann scored title 1, Bob title 2: their tastes are drawn at random, and Bob gives lower scores."""

    name = label = "two"
    item_ids, means = np.arange(1, N + 1), np.full(N, 7.0)
    rng = np.random.default_rng(3)
    tastes = (rng.uniform(6, 9, N), rng.uniform(3, 6, N))

    def predict(self, fan):
        return self.tastes[int(fan.items[0])] if len(fan.items) else np.full(N, 7.0)

    def watch(self, fan):
        return self.predict(fan)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(Catalogue.from_rows([Title(i, f"Title {i}") for i in range(1, N + 1)]), [Two()], np.full(N, 100))


def enjoyment() -> np.ndarray:
    scores = np.array(Two.tastes)[:, 2:]  # both have begun 1 or 2
    return (scores - scores.mean(axis=1, keepdims=True)) / scores.std(axis=1, keepdims=True)


def test_no_other_four_give_more_to_who_gets_least(engine):
    found = evening.plan(engine, [ANN, BOB], filters=ALL)
    places = [pick.anime_id - 3 for pick in found.picks]
    every = enjoyment()
    least = max(every[:, list(four)].sum(axis=1).min() for four in itertools.combinations(range(N - 2), 4))
    assert every[:, places].sum(axis=1).min() == pytest.approx(least)
    assert len(set(places)) == 4
    first = max(places, key=lambda place: every[:, place].min())
    assert places[0] == first


def test_means_and_favourites_are_each_fans(engine):
    found = evening.plan(engine, [ANN, BOB], filters=ALL)
    for place, taste in enumerate(Two.tastes):
        scores = [taste[pick.anime_id - 1] for pick in found.picks]
        assert found.means[place] == pytest.approx(np.mean(scores))
        assert found.favourites[place] == int(np.argmax(scores))


def test_plans_are_the_same_again_and_share_no_title(engine):
    plans = [evening.plan(engine, [ANN, BOB], number, filters=ALL) for number in (1, 2, 3, 1)]
    assert plans[0] == plans[3]
    titles = [pick.anime_id for plan in plans[:3] for pick in plan.picks]
    assert len(set(titles)) == 12
    assert evening.plan(engine, [ANN, BOB], 4, filters=ALL) is None  # none is left


def test_planned_by_any(engine):
    fans = [Profile(scores={1: 8}, planned={5, 6}), Profile(scores={2: 8}, planned={7, 8})]
    found = evening.plan(engine, fans, filters=Filters(min_raters=0, planned="only"))
    assert {pick.anime_id for pick in found.picks} == {5, 6, 7, 8}


@pytest.mark.parametrize("number", [0, 10, 1.5])
def test_wrong_numbers(engine, number):
    with pytest.raises(ProfileError):
        evening.plan(engine, [ANN, BOB], number)
