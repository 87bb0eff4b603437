"""Effects summed by what titles share, and what drives the chance to watch."""

import numpy as np
import pytest

from recsys.data.catalogue import Catalogue
from recsys.serving.engine import Engine
from recsys.types import Profile, Title
from tests.models.fixed import Fixed

TITLES = [
    Title(1, "Wanted", year=2012, genres=("Comedy", "Drama"), tags=("School",), studios=("North",), franchise_id=1),
    Title(2, "Sequel", year=2015, genres=("Comedy",), franchise_id=1, requires=(1,)),
    Title(3, "Funny", year=1999, genres=("Comedy",)),
    Title(4, "Funny too", year=1999, genres=("Comedy",), tags=("School",)),
    Title(5, "Class", year=1999, tags=("School",)),
    Title(6, "Same house", year=1999, studios=("North",)),
    Title(7, "Same years", year=2018),
    Title(8, "Same years too", year=2011),
    Title(9, "Nothing", year=1980),
]
EFFECTS = np.array([0.5, 0.3, 0.4, -0.1, 0.2, 0.05, 0.06, -0.3])


class Told(Fixed):
    """The effects of titles 2 to 9 on the score of any title; 3 and 5 drive its watching."""

    name = label = "told"

    def __init__(self):
        super().__init__(np.arange(1, 10), np.full(9, 6.0))

    def explain(self, fan, item):
        return 5.0, EFFECTS[fan.items - 1]

    def pulls(self, fan, items):
        one = np.where(np.isin(fan.items, (2, 4)), 0.3, -0.1) * np.where(fan.items == 4, 1, 2)
        return np.tile(one, (len(items), 1))


@pytest.fixture(scope="module")
def found():
    engine = Engine(Catalogue.from_rows(TITLES), [Told()], np.full(9, 100))
    return engine.explain(Profile(scores=dict.fromkeys(range(2, 10), 7)), 1)


def test_every_effect_is_in_one_group_and_the_groups_add_up(found):
    members = [reason.anime_id for group in found.groups for reason in group.reasons]
    assert sorted(members) == list(range(2, 10))
    assert found.baseline + sum(group.effect for group in found.groups) == pytest.approx(found.unclipped)
    for group in found.groups:
        assert group.effect == pytest.approx(sum(reason.effect for reason in group.reasons))


def test_groups_are_the_series_then_what_has_the_largest_effect_then_the_decade(found):
    groups = {(group.kind, group.label): {reason.anime_id for reason in group.reasons} for group in found.groups}
    assert groups == {
        ("series", ""): {2},
        ("genre", "Comedy"): {3, 4},
        ("era", "2010s"): {7, 8},
        ("other", ""): {5, 6, 9},
    }
    assert found.groups[0].label == "Comedy"
    assert found.groups[-1].kind == "other"


def test_drivers_are_the_titles_that_raise_the_chance_to_watch(found):
    assert [driver.anime_id for driver in found.drivers] == [3, 5]
    assert [driver.share for driver in found.drivers] == pytest.approx([2 / 3, 1 / 3])


def test_a_model_that_does_not_tell_has_no_drivers():
    class Silent(Told):
        def pulls(self, fan, items):
            return None

    engine = Engine(Catalogue.from_rows(TITLES), [Silent()], np.full(9, 100))
    assert engine.explain(Profile(scores={2: 7}), 1).drivers == ()


def test_drivers_alone_are_those_of_the_explanation_up_to_a_limit(found):
    engine = Engine(Catalogue.from_rows(TITLES), [Told()], np.full(9, 100))
    fan = Profile(scores=dict.fromkeys(range(2, 10), 7))
    assert found.drivers
    assert engine.drivers(fan, [1]) == [found.drivers]
    assert engine.drivers(fan, [1, 1], limit=1) == [found.drivers[:1]] * 2
    assert engine.drivers(fan, []) == []
