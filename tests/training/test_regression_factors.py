"""Variational factors recover how ratings were made, and place titles without ratings by content."""

from dataclasses import replace

import numpy as np

from recsys.training.regression_factors import ColdConfig, FactorConfig, fit, to_serving_svd
from tests.training import small

CONFIG = FactorConfig(n_factors=4, n_iterations=12, ridge=1.0)


def unrated_titles():
    """The small data set with titles 0..3 unrated; content is the genre."""
    ratings = small.ratings()
    rows = ratings.items > 3
    ratings = replace(ratings, users=ratings.users[rows], items=ratings.items[rows], scores=ratings.scores[rows])
    content = np.column_stack([ratings.item_ids % 2 == 0, ratings.item_ids % 2 == 1]).astype(np.float32)
    return ratings, content


def test_noise_is_that_of_the_data():
    ratings, content = unrated_titles()
    factors = fit(ratings, content, CONFIG)
    assert 0.5 < factors.noise < 0.9  # scores were drawn with variance 0.49, then rounded
    assert np.isfinite(factors.titles).all()


def test_titles_without_ratings_are_placed_by_content_with_more_variance():
    ratings, content = unrated_titles()
    # Titles of one genre differ by more than content explains.
    apart = np.random.default_rng(1).normal(0, 0.7, small.N_TITLES)[ratings.items]
    ratings = replace(ratings, scores=np.clip(ratings.scores + apart, 1, 10))
    counts = np.bincount(ratings.items, minlength=small.N_TITLES)
    model = to_serving_svd(fit(ratings, content, CONFIG), ratings.item_ids, counts, ratings.item_ids, ColdConfig())
    fan = model.fold_in(np.array([10, 11, 12, 13]), np.array([9.0, 5, 9, 5]), np.empty(0, np.intp))
    predicted = model.predict(fan)
    assert predicted[[0, 2]].min() > predicted[[1, 3]].max() + 1
    variance = model.variance(fan, np.arange(small.N_TITLES))
    assert variance[:4].min() > variance[4:].mean()


def test_a_relative_changes_a_title_without_ratings():
    ratings, content = unrated_titles()
    counts = np.bincount(ratings.items, minlength=small.N_TITLES)
    scores = np.where(ratings.items == 10, np.minimum(ratings.scores + 3, 10), ratings.scores)
    factors = fit(replace(ratings, scores=scores), content, CONFIG)
    alone = ratings.item_ids.copy()
    related = np.where(np.arange(small.N_TITLES) == 0, alone[10], alone)
    by_itself = to_serving_svd(factors, ratings.item_ids, counts, alone, ColdConfig()).base
    with_relative = to_serving_svd(factors, ratings.item_ids, counts, related, ColdConfig()).base
    assert with_relative[0] > by_itself[0]
    np.testing.assert_allclose(with_relative[1:], by_itself[1:], atol=1e-5)
