"""A toy catalogue and two toy models whose answers can be worked out by hand."""

import numpy as np
import pytest

from recsys.data.catalogue import Catalogue
from recsys.models.base import Fan, Model, clip
from recsys.serving.engine import Engine
from recsys.settings import Settings
from recsys.types import Title

TITLES = [
    Title(
        10, "Alpha", type="TV", year=2001, episodes=12, genres=("Action",), members=900, mean_score=8.0, franchise_id=10
    ),
    Title(
        11,
        "Alpha 2",
        type="TV",
        year=2003,
        episodes=12,
        genres=("Action",),
        members=800,
        franchise_id=10,
        requires=(10,),
    ),
    Title(20, "Beta", type="Movie", year=2010, episodes=1, genres=("Drama", "Romance"), members=700, mean_score=7.0),
    Title(30, "Gamma", type="TV", year=2015, episodes=24, genres=("Comedy",), members=600),
    Title(40, "Delta", type="OVA", genres=("Hentai",), members=500, adult=True),
    Title(50, "Epsilon", type="TV", year=2012, episodes=13, genres=("Action", "Drama"), members=400),
    Title(99, "Unrated", type="TV", year=2026, episodes=12, genres=("Action",), members=10),
]


class Toy(Model):
    """score = title's mean + (fan's mean - 7); every rating's effect is its share of the second term."""

    name = label = "toy"
    item_ids = np.array([10, 11, 20, 30, 40, 50])
    means = np.array([8.0, 7.5, 7.0, 6.5, 9.0, 6.0])

    def fold_in(self, items, scores, seen, statuses=None):
        return Fan(items, np.asarray(scores, float), seen)

    def _effects(self, fan):
        return (fan.scores - 7) / max(len(fan.scores), 1)

    def predict(self, fan):
        return clip(self.means + self._effects(fan).sum())

    def band(self, fan, items):
        middle = self.predict(fan)[items]
        return clip(middle - 1), clip(middle + 1)

    def explain(self, fan, item):
        return float(self.means[item]), np.append(self._effects(fan), np.zeros(len(fan.seen)))

    def similarity(self, item):
        return 1 - np.abs(self.means - self.means[item]) / 10

    def to_arrays(self):
        return {}

    @classmethod
    def from_arrays(cls, arrays, config):
        return cls()


class Watcher(Toy):
    """The toy model with a chance to watch: it rises with the id."""

    name = label = "watcher"

    def watch(self, fan):
        return self.item_ids.astype(float)


RATERS = np.array([500, 400, 300, 200, 100, 3, 0])


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine(Catalogue.from_rows(TITLES), [Toy(), Watcher()], RATERS, Settings(min_raters=50))
