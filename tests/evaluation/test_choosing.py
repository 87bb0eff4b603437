"""Odds, seeds and the limit at the usual score, measured in known cases."""

import numpy as np
import pytest

from recsys.data.catalogue import Catalogue
from recsys.data.ratings import Ratings
from recsys.evaluation import odds, seeds, usual
from recsys.holdout.split import members
from recsys.serving.engine import Engine
from recsys.types import Title
from tests.models.fixed import Fixed

N_FANS, N_ITEMS = 300, 60


class TwoKinds(Fixed):
    """Titles 1 to 30 are predicted 9 and alike, 31 to 60 predicted 4 and alike; the latter are watched first."""

    name = label = "two"

    def __init__(self):
        super().__init__(np.arange(1, N_ITEMS + 1), [9.0] * 30 + [4.0] * 30)

    def band(self, fan, items):
        return self.scores[items] - 1, self.scores[items] + 1

    def watch(self, fan):
        return np.arange(N_ITEMS, dtype=float)

    def similarity(self, item):
        return np.where((np.arange(N_ITEMS) < 30) == (item < 30), 0.9, 0.1)


@pytest.fixture(scope="module")
def engine() -> Engine:
    titles = [Title(i, f"Title {i}", type="TV") for i in range(1, N_ITEMS + 1)]
    return Engine(Catalogue.from_rows(titles), [TwoKinds()], np.full(N_ITEMS, 100))


@pytest.fixture(scope="module")
def ratings() -> Ratings:
    """Every fan scores the first kind 9 and the second 4."""
    users, items = (grid.ravel() for grid in np.meshgrid(np.arange(N_FANS), np.arange(N_ITEMS), indexing="ij"))
    ids = np.arange(1, N_FANS + 1), np.arange(1, N_ITEMS + 1)
    return Ratings(*ids, users.astype(np.int32), items.astype(np.int32), np.where(items < 30, 9.0, 4.0))


def n_fans() -> int:
    return int(members(np.arange(1, N_FANS + 1), "test").sum())


class TestReliability:
    def test_by_hand(self):
        chance, happened = np.array([0.05, 0.05, 0.95, 1.0]), np.array([0.0, 1.0, 1.0, 1.0])
        curve = odds.reliability(chance, happened, np.array([0, 1, 0, 1]))
        assert list(curve) == ["0.0 to 0.1", "0.9 to 1.0"]
        first, last = curve.values()
        assert (first["chance"]["value"], first["happened"]["value"], first["scores"]) == (0.05, 0.5, 2)
        assert first["gap"]["value"] == pytest.approx(0.45)
        assert last["gap"]["value"] == pytest.approx(0.025)

    def test_scores_of_one_fan_do_not_count_as_independent(self):
        chance, happened = np.full(100, 0.5), np.repeat([0.0, 1.0], 50)
        errors = [
            odds.reliability(chance, happened, fans)["0.5 to 0.6"]["happened"]["se"]
            for fans in (np.arange(100), np.repeat([0, 1], 50))
        ]
        assert errors[1] > 5 * errors[0]


class TestTheLargestGapOfGroupsWithAsManyScores:
    def test_by_hand(self):
        """Of 20 scores, one of the two with a chance of .9 happened; the others are just as their chances say."""
        chance = np.repeat(np.arange(10) / 10, 2)
        happened = chance.copy()
        happened[-2:] = 0, 1
        order = np.random.default_rng(0).permutation(20)
        assert odds.largest_of_equal_groups(chance[order], happened[order]) == pytest.approx(0.4)

    def test_a_few_scores_do_not_make_a_group(self):
        chance = np.repeat([0.5, 0.95], [990, 10])
        happened = np.where(chance < 0.9, chance, 0)
        assert odds.largest_of_equal_groups(chance, happened) == pytest.approx(0.095)


class TestTheLargestGapOfRightChances:
    def test_is_nothing_where_all_fans_are_off_by_the_same(self):
        happened = np.tile([0.0, 1.0], 50)
        assert odds.largest_if_right(np.full(100, 0.7), happened, np.repeat(np.arange(50), 2)) == pytest.approx(0)

    def test_is_as_large_as_the_gaps_that_right_chances_show(self):
        rng = np.random.default_rng(0)
        chance = np.repeat([0.25, 0.75], 200)
        samples = [(rng.random(400) < chance).astype(float) for _ in range(300)]
        shown = [max(abs(one["gap"]["value"]) for one in odds.reliability(chance, did, np.arange(400)).values())
                 for did in samples]  # fmt: skip
        expected = odds.largest_if_right(chance, samples[0], np.arange(400))
        assert np.mean(np.array(shown) < expected) == pytest.approx(odds.USUALLY, abs=0.05)

    def test_is_larger_where_few_fans_have_most_scores(self):
        chance, happened = np.full(100, 0.5), np.repeat([0.0, 1.0], 50)
        alone, together = (odds.largest_if_right(chance, happened, fans)
                           for fans in (np.arange(100), np.repeat([0, 1, 2, 3], 25)))  # fmt: skip
        assert together > 3 * alone


def test_odds_of_a_model_that_knows_are_sure_and_order_by_them_finds_the_liked(engine, ratings):
    found = odds.evaluate(engine, ratings)
    row = found["rows"]["two"]
    assert row["fans"] == n_fans()
    # All titles but the known ones are asked about, in each order of the list.
    n_asked = n_fans() * odds.DRAWS * sum(N_ITEMS - k for k in odds.COUNTS)
    assert sum(one["scores"] for one in found["reliability"].values()) == 2 * n_asked
    for key in ("high", "low"):
        assert row[f"brier_{key}"]["value"] < 0.05 < row[f"brier_{key}_share"]["value"]
    order = found["order"]
    assert order["odds 0"]["ndcg10"]["value"] == 0
    assert order["odds 1"]["ndcg10"]["value"] == pytest.approx(1)
    assert order["odds 1"]["high_hits"]["value"] == 1


def test_seeds_find_what_is_like_them(engine, ratings):
    found = seeds.evaluate(engine, ratings)["rows"]
    assert found[seeds.ONE]["fans"] == n_fans()
    assert found[seeds.ONE]["ndcg10_over_one"]["value"] == 0
    assert found["one title"]["ndcg10"]["value"] == pytest.approx(1)
    assert found["3 titles, unlike 2"]["ndcg10"]["value"] == pytest.approx(1)
    assert found["3 titles, unlike 2"]["disliked10_by_unlike"]["value"] <= 0
    assert "disliked10_by_unlike" not in found["3 titles"]
    assert seeds.evaluate(engine, ratings, limit=3)["rows"]["3 titles"]["fans"] == 3


def test_the_limit_removes_what_is_below_the_usual_score(engine, ratings):
    found = usual.evaluate(engine, ratings)["rows"]
    free, limited = (found[f"10 known, discovery 0, {name}"] for name in ("no limit", "as recommended"))
    assert free["ndcg10"]["value"] == 0
    assert free["hit_score"]["value"] == 4
    # A few fans show so few of the liked titles that their mean is near the score of the others.
    assert limited["ndcg10"]["value"] > 0.9
    assert limited["hit_score_gain"]["value"] > 4.5
