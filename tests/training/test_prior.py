"""The fans' prior: exact changes of variables, and EM that recovers a known distribution."""

import numpy as np
import pytest

from recsys.training import prior
from recsys.training.svd import SVD
from tests.training import small


@pytest.fixture
def titles() -> prior.Titles:
    rng = np.random.default_rng(0)
    return prior.Titles(rng.normal(7, 1, 30), np.column_stack([np.ones(30), rng.normal(0, 1, (30, 3))]))


def spread(titles: prior.Titles) -> np.ndarray:
    """Covariance of expected scores over fans, whatever the coordinates of z."""
    return titles.factors @ titles.factors.T


def test_under_a_prior_expected_scores_have_its_mean_and_covariance(titles):
    rng = np.random.default_rng(1)
    root = rng.normal(0, 1, (4, 4))
    mean, cov = rng.normal(0, 1, 4), root @ root.T + np.eye(4)
    moved = titles.under(mean, cov)
    np.testing.assert_allclose(moved.base, titles.base + titles.factors @ mean)
    np.testing.assert_allclose(spread(moved), titles.factors @ cov @ titles.factors.T)


def test_truncating_to_all_factors_keeps_covariance_and_level(titles):
    kept = prior.truncate(titles, np.arange(1, 31), 4)
    np.testing.assert_allclose(spread(kept), spread(titles), atol=1e-9)
    np.testing.assert_array_equal(kept.factors[:, 0], titles.factors[:, 0])


def test_truncation_drops_the_smallest_components():
    rng = np.random.default_rng(2)
    taste = rng.normal(0, 1, (50, 4)) * [1.0, 0.01, 3.0, 0.01]
    titles = prior.Titles(np.zeros(50), np.column_stack([np.ones(50), taste]))
    kept = prior.truncate(titles, np.ones(50), 3)
    assert kept.factors.shape == (50, 3)
    np.testing.assert_allclose(spread(kept), spread(titles), atol=0.01)


def test_em_recovers_the_distribution_of_fans(titles):
    rng = np.random.default_rng(3)
    mean, cov = np.array([0.5, -0.5, 0, 1]), np.diag([1.5, 0.2, 1.0, 0.6])
    drawn = titles.under(mean, cov)
    n_fans, n_rated, noise = 1500, 12, 0.5
    items = np.concatenate([rng.permutation(30)[:n_rated] for _ in range(n_fans)])
    z = np.repeat(rng.normal(0, 1, (n_fans, 4)), n_rated, axis=0)
    scores = drawn.base[items] + np.einsum("ij,ij->i", drawn.factors[items], z) + rng.normal(0, noise**0.5, len(items))
    ratings = prior.FanRatings(np.arange(n_fans + 1) * n_rated, items, scores)
    found = prior.refit(titles, ratings, noise, n_iterations=15)
    np.testing.assert_allclose(found.base, drawn.base, atol=0.25)
    np.testing.assert_allclose(np.sqrt(np.diag(spread(found))), np.sqrt(np.diag(spread(drawn))), rtol=0.15)


def test_from_svd_gives_the_trained_fans_mean_prediction_and_spread():
    ratings = small.ratings()
    svd = SVD(n_factors=3, n_epochs=20, random_state=0).fit_arrays(ratings.users, ratings.items, ratings.scores)
    titles = prior.from_svd(svd)
    predicted = svd.global_mean + svd.bu[:, None] + svd.bi + svd.pu @ svd.qi.T
    np.testing.assert_allclose(titles.base, predicted.mean(axis=0))
    np.testing.assert_allclose(spread(titles), np.cov(predicted.T), atol=1e-3)
