"""Fold-in figures worked out by hand, and which ratings are revealed."""

import numpy as np
import pytest

from recsys.evaluation.fold_in import figures
from recsys.holdout.reveal import MAX_HIDDEN, FanLists, fan_lists
from recsys.holdout.split import members
from recsys.models.band import Band
from recsys.models.popularity import Popularity
from tests.training import small


@pytest.fixture
def model() -> Popularity:
    """Predicts 6, with a band of 5 to 7, for every fan."""
    flat = np.full(4, 6.0, np.float32)
    band = Band(np.zeros(1), -np.ones(1), np.ones(1))
    return Popularity(np.arange(1, 5), np.ones(4, int), flat, np.ones(4, np.float32), band, fan_damping=1e9)


def test_figures_by_hand(model):
    lists = FanLists([np.array([0, 1, 2]), np.array([3])], [np.array([6.0, 8.0, 7.0]), np.array([2.0])])
    nothing, one = figures(model, lists, (0, 1, 3))
    assert (nothing.known, nothing.fans, nothing.scores) == (0, 2, 4)
    assert nothing.rmse == pytest.approx(((0 + 4 + 1 + 16) / 4) ** 0.5)
    assert nothing.coverage == pytest.approx(2 / 4)  # 6 inside, 7 on the edge
    assert nothing.width == pytest.approx(2, abs=1e-4)
    assert (one.known, one.fans, one.scores) == (1, 1, 2)
    assert one.rmse == pytest.approx((5 / 2) ** 0.5)


def test_no_fan_no_figures(model):
    assert list(figures(model, FanLists([], []))) == []


def test_the_standard_error_of_coverage_is_that_of_a_mean_over_like_fans(model):
    covered, missed = np.array([6.0, 6.0]), np.array([1.0, 1.0])
    lists = FanLists([np.array([0, 1])] * 100, [covered if fan % 2 else missed for fan in range(100)])
    (row,) = figures(model, lists, (0,))
    assert row.coverage == pytest.approx(0.5)
    assert row.coverage_error == pytest.approx(0.05, abs=0.001)


def test_lists_belong_to_the_part_and_hidden_scores_stay_hidden():
    ratings = small.ratings()
    item_ids = ratings.item_ids[5:]  # a model that does not know the first five titles
    lists = fan_lists(ratings, "validation", item_ids, seed=1)
    wanted = np.flatnonzero(members(ratings.user_ids, "validation"))
    assert len(lists.items) == len(wanted)
    for user, items, scores in zip(wanted, lists.items, lists.scores, strict=True):
        own = ratings.users == user
        truth = dict(zip(ratings.item_ids[ratings.items[own]], ratings.scores[own], strict=True))
        known = dict(zip(item_ids[items], scores, strict=True))
        assert known == {anime_id: score for anime_id, score in truth.items() if anime_id in item_ids}
    for few, many in zip(lists.reveal(3), lists.reveal(8), strict=True):
        assert not set(few.items) & set(few.hidden_items)
        assert few.items.tolist() == many.items[:3].tolist()
        assert many.hidden_items.tolist() == few.hidden_items.tolist()[5:]


def test_long_lists_hide_the_same_few_scores():
    lists = FanLists([np.arange(500)], [np.arange(500.0)])
    (one,), (many,) = lists.reveal(1), lists.reveal(50)
    assert one.hidden_items.tolist() == many.hidden_items.tolist() == list(range(400, 500))
    assert len(one.hidden_items) == MAX_HIDDEN
