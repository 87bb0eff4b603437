"""The baseline, by hand."""

import numpy as np
import pytest

from recsys.models.band import Band
from recsys.models.popularity import Popularity

NONE = np.empty(0, np.intp)


@pytest.fixture
def model() -> Popularity:
    band = Band(np.zeros(1), -np.ones(1), np.ones(1))
    means, variances = np.array([6.0, 7.0, 9.5], np.float32), np.array([1.0, 4.0, 1.0], np.float32)
    return Popularity(np.array([5, 6, 7]), np.array([30, 10, 20]), means, variances, band, fan_damping=2.0)


def test_predictions_by_hand(model):
    fan = model.fold_in(np.array([0, 1]), np.array([8.0, 9.0]), NONE)
    assert fan.offset == pytest.approx((2 + 2) / (2 + 2))
    np.testing.assert_allclose(model.predict(fan), [7.0, 8.0, 10.0])
    baseline, effects = model.explain(fan, 1)
    assert baseline == pytest.approx(7.0)
    np.testing.assert_allclose(effects, [0.5, 0.5])


def test_an_empty_list_gets_the_means(model):
    fan = model.fold_in(NONE, np.empty(0), NONE)
    np.testing.assert_allclose(model.predict(fan), model.means)
    low, high = model.band(fan, np.array([0, 1]))
    np.testing.assert_allclose(high - low, 2 * np.sqrt(np.array([1.0, 4.0]) * 1.5), atol=1e-5)


def test_the_most_rated_title_is_ranked_first(model):
    assert np.argsort(-model.watch(model.fold_in(NONE, np.empty(0), NONE))).tolist() == [0, 2, 1]
