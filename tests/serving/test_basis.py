"""What a model uses of a list."""

import numpy as np
import pytest

from recsys.data.catalogue import Catalogue
from recsys.serving import basis, taste
from recsys.serving.engine import Engine
from recsys.types import Profile
from tests.serving.conftest import RATERS, TITLES, Toy


class Watching(Toy):
    """The toy model, for which each title without a score adds half a point."""

    name = label = "watching"
    watches_unscored = True

    def predict(self, fan):
        return np.clip(super().predict(fan) + 0.5 * len(fan.seen), 1, 10)

    def explain(self, fan, item):
        return float(self.means[item]), np.append(self._effects(fan), np.full(len(fan.seen), 0.5))


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(Catalogue.from_rows(TITLES), [Toy(), Watching()], RATERS)


FAN = Profile(scores={10: 9, 99: 8}, seen={20, 99}, watching={30}, dropped={777})


def test_each_model_uses_what_it_covers(engine):
    assert basis.of(engine, FAN, "toy") == basis.Basis(1, 0, 1, 3)
    assert basis.of(engine, FAN, "watching") == basis.Basis(1, 2, 1, 1)


@pytest.mark.parametrize(
    ("fan", "personal"),
    [(Profile(), []), (Profile(seen={10}), ["watching"]), (Profile(scores={10: 5}), ["toy", "watching"])],
)
def test_a_list_is_personal_if_any_title_is_used(engine, fan, personal):
    assert [name for name in engine.models if basis.of(engine, fan, name).is_personal] == personal
    fallbacks = [engine.predict(fan, [20], name)[0].fallback for name in personal]
    assert fallbacks == [None] * len(personal)


def test_influences_name_titles_without_a_score_only_where_they_change_something(engine):
    fan = Profile(scores={10: 7.5}, seen={20})
    found = taste.influences(engine, fan, [30, 50], "watching")
    assert [(one.anime_id, one.score, one.raised) for one in found] == [(10, 7.5, 2), (20, None, 2)]
    assert [one.anime_id for one in taste.influences(engine, fan, [30, 50], "toy")] == [10]
    assert [one.anime_id for one in taste.influences(engine, Profile(seen={20}), [30], "watching")] == [20]


def test_a_list_without_a_title_has_it_nowhere():
    fan = Profile(scores={1: 8, 2: 7}, seen={3}, dropped={4}, watching={1}, name="Made up")
    assert fan.without(1) == Profile(scores={2: 7}, seen={3}, dropped={4}, name="Made up")
    assert fan.without(4) == Profile(scores={1: 8, 2: 7}, seen={3}, watching={1}, name="Made up")
    assert fan.without(9) == fan
