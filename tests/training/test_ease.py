"""Closed forms compared with direct solutions."""

import numpy as np

from recsys.models.linear import SparseLinear
from recsys.training import ease
from tests.training import small


def test_ease_predicts_each_title_by_ridge_from_the_others():
    ratings = small.ratings()
    weights = ease.ease(ratings, ridge=30.0)
    x = ease.matrix(ratings, np.maximum(ratings.scores - 4, 0.5) / 6).toarray().astype(np.float64)
    others = np.delete(np.arange(small.N_TITLES), 7)
    # Without column 7, ridge regression of it on the others (Steck 2019, eq. 6: a zero diagonal, penalty on the rest).
    a = x[:, others]
    expected = np.linalg.solve(a.T @ a + 30 * np.eye(len(others)), a.T @ x[:, 7])
    np.testing.assert_allclose(weights[others, 7], expected, atol=2e-3)
    assert not np.diag(weights).any()


def test_denoising_ridge_equals_a_regression_on_many_random_reveals():
    ratings = small.ratings()
    config = ease.DenoisingConfig(known=(5,), ridge=1.0)
    weights, base = ease.denoising_ridge(ratings, config)
    x = ease.matrix(ratings, np.maximum(ratings.scores - 4, 0.5) / 6).toarray()
    liked = ease.matrix(ratings, ratings.scores >= 8).toarray()
    rng, rows, targets, n_draws = np.random.default_rng(0), [], [], 60
    for _ in range(n_draws):
        for fan in range(len(x)):
            rated = np.flatnonzero(x[fan])
            known = rng.permutation(rated)[:5]
            row, target = np.zeros(x.shape[1]), liked[fan].copy()
            row[known] = x[fan, known] / np.sqrt(5)
            target[known] = 0
            rows.append(row)
            targets.append(target)
    a, y = np.array(rows), np.array(targets)
    a_mean, y_mean = a.mean(0), y.mean(0)
    a, y = a - a_mean, y - y_mean
    expected = np.linalg.solve(a.T @ a / n_draws + np.eye(a.shape[1]), a.T @ y / n_draws)
    np.fill_diagonal(expected, 0)
    assert np.corrcoef(weights.ravel(), expected.ravel())[0, 1] > 0.97
    np.testing.assert_allclose(base, y_mean - a_mean @ expected, atol=0.05)


def test_sparse_keeps_the_largest_and_scores_as_the_dense_matrix():
    weights = np.array([[0, 3.0, -4, 1], [1, 0, 2, 0.5], [0, 0, 0, 1], [5, 6, 0.1, 0]], np.float32)
    linear = ease.sparse(weights, np.array([0.5, 0, 0, 0], np.float32), kept=2)
    kept = np.array([[0, 3.0, -4, 0], [1, 0, 2, 0], [0, 0, 0, 1], [5, 6, 0, 0]])
    got = linear.watch(np.array([0, 3]), np.array([10.0, 7]))
    expected = np.array([0.5, 0, 0, 0]) + (kept[0] * 1 + kept[3] * 0.5) / np.sqrt(2)
    np.testing.assert_allclose(got, expected, atol=1e-3)
    again = SparseLinear.from_arrays(linear.to_arrays())
    np.testing.assert_allclose(again.watch(np.array([0, 3]), np.array([10.0, 7])), got)
