"""Fold-in by hand, its two forms, and unusual fans."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.models.band import Band
from recsys.models.svd import SVD

N_ITEMS, NONE = 60, np.empty(0, np.intp)
ONE_SD = Band(np.zeros(1), -np.ones(1), np.ones(1))


def model(n_factors: int = 6, fan_dof: float = 10.0, seed: int = 0) -> SVD:
    rng = np.random.default_rng(seed)
    base = rng.normal(6.5, 0.7, N_ITEMS).astype(np.float32)
    factors = np.column_stack([np.full(N_ITEMS, 0.9), rng.normal(0, 0.4, (N_ITEMS, n_factors - 1))])
    noise = rng.uniform(0.8, 1.6, N_ITEMS).astype(np.float32)
    return SVD(np.arange(1, N_ITEMS + 1), base, factors.astype(np.float32), noise, ONE_SD, fan_dof)


def test_one_rating_by_hand():
    """One title with base 6, factors (1, 0.5), noise 1, scored 9: gain = a / (a·a + noise), z = gain · 3."""
    base, factors = np.array([6, 7], np.float32), np.array([[1, 0.5], [1, -1]], np.float32)
    svd = SVD(np.array([1, 2]), base, factors, np.ones(2, np.float32), ONE_SD, fan_dof=1e9)
    fan = svd.fold_in(np.array([0]), np.array([9.0]), NONE)
    np.testing.assert_allclose(fan.z, np.array([1, 0.5]) / 2.25 * 3, atol=1e-6)
    np.testing.assert_allclose(svd.predict(fan), [6 + 1.25 / 2.25 * 3, 7 + 0.5 / 2.25 * 3], atol=1e-5)
    # Variance of title 2's expectation: a·a - (a·a')² / (a'·a' + noise), plus the noise.
    np.testing.assert_allclose(svd.variance(fan, np.array([1])), [2 - 0.25 / 2.25 + 1], atol=1e-5)


@settings(max_examples=40, deadline=None)
@given(n=st.integers(0, 40), seed=st.integers(0, 99))
def test_equals_the_textbook_posterior(n, seed):
    """Bishop 2006, eqs. 3.53-3.54, whichever form fold_in chooses (6 factors: it changes at 6 ratings)."""
    svd, rng = model(), np.random.default_rng(seed)
    items, scores = rng.permutation(N_ITEMS)[:n], rng.integers(1, 11, n).astype(float)
    rated, noise = svd.factors[items].astype(float), svd.noise[items].astype(float)
    posterior = np.linalg.inv(np.eye(6) + rated.T @ (rated / noise[:, None]))
    z = posterior @ (rated.T @ ((scores - svd.base[items]) / noise))
    fan = svd.fold_in(items, scores, NONE)
    np.testing.assert_allclose(fan.z, z, atol=1e-4)
    np.testing.assert_allclose(svd.covariance(fan), posterior, atol=1e-4)
    every = np.arange(N_ITEMS)
    expected = fan.scale * (np.einsum("if,fg,ig->i", svd.factors, posterior, svd.factors) + svd.noise)
    np.testing.assert_allclose(svd.variance(fan, every), expected, rtol=1e-4)
    surprise = scores - svd.base[items]
    distance = surprise @ np.linalg.solve(rated @ rated.T + np.diag(noise), surprise) if n else 0
    assert fan.scale == pytest.approx((10 + distance) / (10 + n), rel=1e-4)


def test_more_ratings_never_raise_the_variance():
    svd, rng = model(fan_dof=1e9), np.random.default_rng(5)
    order, before = rng.permutation(N_ITEMS), np.inf
    for n in range(0, 30, 3):
        fan = svd.fold_in(order[:n], svd.base[order[:n]].astype(float), NONE)
        variance = svd.variance(fan, np.arange(N_ITEMS))
        assert (variance <= before + 1e-6).all()
        before = variance


def test_a_fan_with_small_residuals_gets_narrower_bands():
    svd, rng = model(), np.random.default_rng(6)
    items, wanted = np.arange(30), np.arange(30, N_ITEMS)
    steady = svd.fold_in(items, svd.base[items] + 0.5, NONE)
    erratic = svd.fold_in(items, rng.choice([1.0, 5.0, 10.0], 30), NONE)
    widths = [np.subtract(*svd.band(fan, wanted)[::-1]).mean() for fan in (steady, erratic)]
    assert widths[0] * 1.5 < widths[1]


def test_a_fan_who_gives_only_tens_gets_predictions_near_ten():
    svd = model()
    fan = svd.fold_in(np.arange(40), np.full(40, 10.0), NONE)
    assert svd.predict(fan)[40:].min() > 8.5
    assert np.median(svd.predict(fan)[40:]) > 9.5
    low, _ = svd.band(fan, np.arange(40, N_ITEMS))
    assert low.min() > 7


def test_an_empty_model_loads_and_scores_nothing():
    arrays = model().to_arrays()
    empty = {name: array[:0] if array.shape[0] == N_ITEMS else array for name, array in arrays.items()}
    svd = SVD.from_arrays(empty, {"fan_dof": 3, "score_weight": 0})
    assert svd.predict(svd.fold_in(NONE, np.empty(0), NONE)).shape == (0,)


@pytest.mark.parametrize(("fan_dof", "score_weight"), [(0, 0), (-1, 0), (float("nan"), 0), (3, float("nan"))])
def test_a_bad_configuration_is_refused(fan_dof, score_weight):
    with pytest.raises(ValueError, match="fan_dof"):
        SVD.from_arrays(model().to_arrays(), {"fan_dof": fan_dof, "score_weight": score_weight})


@pytest.mark.parametrize(
    ("name", "value"),
    [("noise", 0.0), ("noise", -1.0), ("item_ids", 5)],
)
def test_bad_values_are_refused(name, value):
    arrays = {key: array.copy() for key, array in model().to_arrays().items()}
    arrays[name][7] = value
    with pytest.raises(ValueError, match=name):
        SVD.from_arrays(arrays, {"fan_dof": 3, "score_weight": 0})
