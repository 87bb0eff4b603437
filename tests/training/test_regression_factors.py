"""Variational factors recover how ratings were made, and the regression on content places titles without ratings."""

from dataclasses import replace

import numpy as np
import pytest

from recsys.data.content import RECEPTION
from recsys.training.content import Content
from recsys.training.regression_factors import ColdConfig, FactorConfig, Regression, fit, to_serving_svd
from tests.training import small

CONFIG = FactorConfig(n_factors=4, n_iterations=12, ridge=1.0)
NAMES = ["genre Even", "genre Odd", *RECEPTION]


def unrated_titles():
    """The small data set with titles 0..3 unrated; content is the genre, and nothing of reception."""
    ratings = small.ratings()
    rows = ratings.items > 3
    ratings = replace(ratings, users=ratings.users[rows], items=ratings.items[rows], scores=ratings.scores[rows])
    features = np.zeros((small.N_TITLES, len(NAMES)), np.float32)
    features[np.arange(small.N_TITLES), ratings.item_ids % 2] = 1
    return ratings, Content(ratings.item_ids, features, NAMES, np.arange(small.N_TITLES))


def test_noise_is_that_of_the_data():
    ratings, content = unrated_titles()
    factors = fit(ratings, content, CONFIG)
    assert 0.5 < factors.noise < 0.9  # scores were drawn with variance 0.49, then rounded
    assert np.isfinite(factors.titles).all()


def test_titles_without_ratings_are_at_their_regression_which_separates_the_genres():
    ratings, content = unrated_titles()
    counts = np.bincount(ratings.items, minlength=small.N_TITLES)
    placed = to_serving_svd(fit(ratings, content, CONFIG), content, ratings.item_ids, counts, ColdConfig(enough=1))
    np.testing.assert_allclose(placed.deviation[:4], 0, atol=1e-4)
    assert np.abs(placed.deviation[4:]).max() > 0.01
    by_content = placed.regression.predict(content.features, content.received)
    own = np.column_stack([placed.svd.base, placed.svd.factors])
    np.testing.assert_allclose(own, by_content + placed.deviation, atol=5e-3)  # factors are rounded to float16
    fan = placed.svd.fold_in(np.array([10, 11, 12, 13]), np.array([9.0, 5, 9, 5]), np.empty(0, np.intp))
    predicted = by_content[:, 0] + by_content[:, 1:] @ fan.z
    assert predicted[[0, 2]].min() > predicted[[1, 3]].max() + 1


def test_scores_of_titles_that_content_explains_less_are_less_certain():
    ratings, content = unrated_titles()
    counts = np.bincount(ratings.items, minlength=small.N_TITLES)
    apart = np.random.default_rng(1).normal(0, 1.0, small.N_TITLES)[ratings.items]
    spread = replace(ratings, scores=np.clip(ratings.scores + apart, 1, 10))
    noise = [
        to_serving_svd(fit(one, content, CONFIG), content, one.item_ids, counts, ColdConfig(enough=1)).noise[0]
        for one in (ratings, spread)
    ]
    assert noise[1] > noise[0] + 0.3


def test_the_regression_without_reception_ignores_it():
    """The first parameter is the mean score for titles that have one; the genre says nothing."""
    rng = np.random.default_rng(2)
    features = np.zeros((400, len(NAMES)), np.float32)
    features[np.arange(400), np.arange(400) % 2] = 1
    known = np.arange(400) < 200
    features[known, NAMES.index("mean score")] = rng.normal(0, 1, 200)
    features[known, NAMES.index("mean score known")] = 1
    content = Content(np.arange(400), features, NAMES, np.arange(400))
    truth = features[:, [NAMES.index("mean score")]] + 7
    regression = Regression.fit(content, truth.astype(np.float32), np.ones(400, bool), 1.0)
    found = regression.predict(features, content.received)
    np.testing.assert_allclose(found[known], truth[known], atol=0.1)
    assert np.ptp(found[~known]) < 0.2
    rows = 1 + np.array([NAMES.index(name) for name in RECEPTION])
    assert not regression.plain[rows].any()


def test_a_mapped_regression_predicts_the_mapped_parameters():
    _, content = unrated_titles()
    values = np.random.default_rng(3).normal(size=(small.N_TITLES, 3)).astype(np.float32)
    turn = np.random.default_rng(4).normal(size=(3, 2))
    regression = Regression.fit(content, values, np.ones(small.N_TITLES, bool), 1.0)
    mapped = regression.map(lambda rows: rows @ turn).predict(content.features, content.received)
    assert mapped == pytest.approx(regression.predict(content.features, content.received) @ turn)
