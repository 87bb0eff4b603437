"""Leaving one rating out by formula equals folding the fan in without it."""

import numpy as np
import pytest

from recsys.models.band import Band
from recsys.models.popularity import Popularity
from recsys.models.svd import SVD

_IDS = np.arange(1, 41)
_BAND = Band(np.array([0.0, 3.0, 30.0]), np.array([-1.5, -1.3, -1.0]), np.array([1.6, 1.2, 1.0]))


def _popularity() -> Popularity:
    rng = np.random.default_rng(1)
    means, ones = rng.uniform(5, 9, 40).astype(np.float32), np.ones(40, np.float32)
    return Popularity(_IDS, np.arange(40), means, ones, _BAND, fan_damping=3.0)


def _svd() -> SVD:
    rng = np.random.default_rng(2)
    base, factors = rng.uniform(5, 9, 40).astype(np.float32), rng.normal(0, 0.6, (40, 6)).astype(np.float32)
    return SVD(_IDS, base, factors, rng.uniform(0.5, 2, 40).astype(np.float32), _BAND, fan_dof=5.0)


@pytest.mark.parametrize("model", [_popularity(), _svd()], ids=lambda model: model.name)
@pytest.mark.parametrize("n", [1, 2, 5, 30])  # SVD with 6 factors changes form between 5 and 30
def test_equals_folding_in_without_each_rating(model, n):
    rng = np.random.default_rng(n)
    items, scores, seen = rng.choice(40, n, replace=False), rng.uniform(3, 9, n), np.empty(0, np.intp)
    again = []
    for left in range(n):
        rest = np.arange(n) != left
        fan = model.fold_in(items[rest], scores[rest], seen)
        again.append([model.predict(fan)[items[left]], *np.ravel(model.band(fan, items[[left]]))])
    np.testing.assert_allclose(np.transpose(model.left_out(model.fold_in(items, scores, seen))), again, atol=1e-4)


@pytest.mark.parametrize("model", [_popularity(), _svd()], ids=lambda model: model.name)
def test_nothing_rated(model):
    none = np.empty(0, np.intp)
    assert np.shape(model.left_out(model.fold_in(none, np.empty(0), none))) == (3, 0)
