"""Coverage by harshness, genre and groups, in a population that is known."""

import numpy as np
import pytest

from recsys.data.catalogue import Catalogue
from recsys.data.ratings import Ratings
from recsys.evaluation import bands
from recsys.evaluation.figures import clustered_mean
from recsys.holdout.split import members
from recsys.serving.engine import Engine
from recsys.types import Title
from tests.models.fixed import Fixed

N_FANS, N_ITEMS = 400, 60


class Seven(Fixed):
    """Predicts 7, likely 6 to 8, for everything."""

    name = label = "seven"

    def __init__(self):
        super().__init__(np.arange(1, N_ITEMS + 1), [7.0] * N_ITEMS)

    def band(self, fan, items):
        return self.scores[items] - 1, self.scores[items] + 1


def kind(fans: np.ndarray) -> np.ndarray:
    """0 to 4, equally often among the test fans."""
    return np.cumsum(members(np.arange(1, N_FANS + 1), "test"))[fans] % 5


@pytest.fixture(scope="module")
def found() -> dict:
    """A fifth of the fans score everything 4, a fifth everything 9; the others 7, but horror 9."""
    titles = [
        Title(i, f"Title {i}", genres=("Comedy",) if i <= 45 else ("Horror",), mean_score=7.0)
        for i in range(1, N_ITEMS + 1)
    ]
    engine = Engine(Catalogue.from_rows(titles), [Seven()], np.full(N_ITEMS, 100))
    users, items = (grid.ravel() for grid in np.meshgrid(np.arange(N_FANS), np.arange(N_ITEMS), indexing="ij"))
    usual = np.where(items < 45, 7.0, 9.0)
    scores = np.select([kind(users) == 0, kind(users) == 1], [4.0, 9.0], usual)
    ids = np.arange(1, N_FANS + 1), np.arange(1, N_ITEMS + 1)
    return bands.evaluate(engine, Ratings(*ids, users.astype(np.int32), items.astype(np.int32), scores))


def test_harshness(found):
    rows = found["rows"]
    assert list(rows) == ["seven, harsh", "seven, usual", "seven, generous"]
    assert all(row["width"]["value"] == 2 for row in rows.values())
    coverage = [row["band"]["value"] for row in rows.values()]
    assert coverage == pytest.approx([0, 0.75, 0], abs=0.15)  # the outer groups may have a fan too many or too few


def test_genres_with_the_lowest_coverage_first(found):
    genres = found["genres"]
    assert list(genres) == ["Horror", "Comedy"]
    assert [row["band"]["value"] for row in genres.values()] == pytest.approx([0, 0.6], abs=0.05)
    assert genres["Comedy"]["band"]["se"] > 0


def test_groups(found):
    for size in bands.SIZES:
        row = found["groups"][f"{size} fans"]
        # All intervals hold on comedy, where all of the group are usual fans.
        assert row["band_all"]["value"] == pytest.approx(0.75 * 0.6**size, abs=0.12)
        assert row["happened"]["value"] == pytest.approx(0.8**size, abs=0.12)
        assert row["band_alone"]["value"] == pytest.approx((0.75 * 0.6) ** size, abs=0.1)


def test_scores_of_a_fan_are_dependent():
    values, alone = np.repeat([0.0, 1.0], 50), np.arange(100)
    assert clustered_mean(values, np.repeat([0, 1], 50))["se"] > 5 * clustered_mean(values, alone)["se"]


def test_groups_are_the_same_again():
    rng = np.random.default_rng(0)
    seven = np.full(40, 7.0)
    fans = [
        bands.Asked(rng.permutation(60)[:40], rng.uniform(5, 9, 40), seven, seven - 1, seven + 1, seven / 10, 0.0)
        for _ in range(7)
    ]
    first, again = (bands._together(fans, 2, 0) for _ in range(2))
    np.testing.assert_array_equal(first[1], again[1])
    groups, together, alone, chances, liked = first
    assert chances.shape == liked.shape == (2, len(groups))
    assert np.bincount(groups).max() <= bands.MAX_COMMON
    assert together.mean() < alone
