"""Every baseline works for any new fan; personal ones separate the two groups of the small data set."""

import numpy as np
import pytest

from recsys.evaluation.baselines import BASELINES, BaselineOnly, Ease, Ials, KNNBaseline, Popularity
from tests.training import small

ALL = [pytest.param(make, id=make.name) for make in BASELINES]
pytest.importorskip("implicit", reason="the library implicit is not installed")


@pytest.fixture(scope="module")
def fitted():
    ratings = small.ratings()
    return {make: make(ratings, 0) for make in BASELINES}


@pytest.mark.parametrize("make", ALL)
@pytest.mark.parametrize("n", [0, 1, 50])
def test_any_list_works(fitted, make, n):
    answer = fitted[make].answer(np.arange(n), np.full(n, 8.0))
    assert answer.order.shape == (small.N_TITLES,)
    assert np.isfinite(answer.order).all()
    if answer.predicted is not None:
        assert answer.predicted.min() >= 1
        assert answer.predicted.max() <= 10


@pytest.mark.parametrize("make", [Ease, Ials, KNNBaseline])
def test_groups_are_separated(fitted, make):
    items = np.arange(0, 12)
    answer = fitted[make].answer(items, np.where(items % 2 == 0, 9.0, 5.0))
    left = np.arange(12, small.N_TITLES)
    even = left % 2 == 0
    assert answer.order[left[even]].mean() > answer.order[left[~even]].mean()


def test_baseline_only_moves_with_the_fans_level(fitted):
    items = np.arange(20)
    high = fitted[BaselineOnly].answer(items, np.full(20, 10.0)).predicted
    low = fitted[BaselineOnly].answer(items, np.full(20, 4.0)).predicted
    # 20 ratings against a regularisation of 15: 20/35 of six points.
    assert (high - low).mean() == pytest.approx(6 * 20 / 35, abs=0.3)


def test_popularity_counts_likes(fitted):
    ratings = small.ratings()
    likes = np.bincount(ratings.items[ratings.scores >= 8], minlength=small.N_TITLES)
    np.testing.assert_array_equal(fitted[Popularity].answer(np.empty(0, int), np.empty(0)).order, likes)
