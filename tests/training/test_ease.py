"""Closed forms compared with direct solutions."""

from dataclasses import replace

import numpy as np
import pytest

from recsys.models.fan_net import watch_weights
from recsys.training import ease
from recsys.training.rows import Rows
from recsys.training.watching import WatchingConfig, linear_past, populations
from tests.training import small


def test_ease_predicts_each_title_by_ridge_from_the_others():
    ratings = small.ratings()
    weights = ease.ease(ratings, ridge=30.0)
    x = ease.matrix(ratings.users, ratings.items, watch_weights(ratings.scores), small.N_TITLES).toarray()
    x = x.astype(np.float64)
    others = np.delete(np.arange(small.N_TITLES), 7)
    # Without column 7, ridge regression of it on the others (Steck 2019, eq. 6: a zero diagonal, penalty on the rest).
    a = x[:, others]
    expected = np.linalg.solve(a.T @ a + 30 * np.eye(len(others)), a.T @ x[:, 7])
    np.testing.assert_allclose(weights[others, 7], expected, atol=2e-3)
    assert not np.diag(weights).any()


def test_a_matrix_has_a_row_for_each_fan_with_a_value_and_keeps_no_zeros():
    built = ease.matrix(np.array([7, 7, 3]), np.array([0, 2, 1]), np.array([0.5, 0, 2]), 4)
    np.testing.assert_array_equal(built.toarray(), [[0, 2, 0, 0], [0.5, 0, 0, 0]])
    assert built.nnz == 2


def reveal_at_random(population: ease.Population, n_draws: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inputs (n, n_items + 2) with the two bases, targets (n, n_items) and weights (n,) of random reveals."""
    x, wanted = population.weights.toarray(), population.wanted.toarray()
    rng, rows, targets = np.random.default_rng(0), [], []
    for draw in range(n_draws):
        most = population.known[draw % len(population.known)]
        for fan in range(len(x)):
            begun = np.flatnonzero(x[fan])
            known = rng.permutation(begun)[: min(most, len(begun) - 1)]
            row, target = np.zeros(x.shape[1] + 2), wanted[fan].copy()
            row[known] = x[fan, known] / np.sqrt(len(known))
            row[-2:] = 1, population.recent[fan]
            target[known] = 0
            rows.append(row)
            targets.append(target)
    return np.array(rows), np.array(targets), np.full(len(rows), population.fan / n_draws)


def test_denoising_ridge_equals_a_regression_on_many_random_reveals():
    """Two populations: fans with scores, whose lists are not recent, count half; of the others every second list is."""
    both = small.lists()
    scored, begun, n_items = both.ratings, both.unscored, len(both.ratings.item_ids)
    weights = ease.matrix(scored.users, scored.items, watch_weights(scored.scores), n_items)
    liked = ease.matrix(scored.users, scored.items, scored.scores >= 8, n_items)
    watched = ease.matrix(begun.users, begun.items, np.full(len(begun.users), 0.6), n_items)
    wanted = ease.matrix(begun.users, begun.items, np.ones(len(begun.users)), n_items)
    recent = np.arange(watched.get_shape()[0]) % 2.0
    populations = [
        ease.Population(weights, liked, np.zeros(small.N_FANS), (5,), fan=0.5),
        ease.Population(watched, wanted, recent, (2, 4)),
    ]
    got, bases = ease.denoising_ridge(populations, ridge=1.0)

    drawn = [reveal_at_random(population, 60) for population in populations]
    a, y, counts = (np.concatenate(part) for part in zip(*drawn, strict=True))
    penalty = np.diag(np.append(np.ones(n_items), [0, 1e-3]))
    expected = np.linalg.solve(a.T @ (a * counts[:, None]) + penalty, a.T @ (y * counts[:, None]))
    expected_bases = expected[n_items:]
    expected = expected[:n_items]
    np.fill_diagonal(expected, 0)
    assert np.corrcoef(got.ravel(), expected.ravel())[0, 1] > 0.97
    np.testing.assert_allclose(bases, expected_bases, atol=0.05)
    assert np.ptp(bases[1]) > 0.05  # the base of recent lists is not trivially zero


def test_without_recent_lists_their_base_is_zero():
    ratings = small.ratings()
    weights = ease.matrix(ratings.users, ratings.items, watch_weights(ratings.scores), small.N_TITLES)
    _, bases = ease.denoising_ridge([ease.Population(weights, weights, np.zeros(small.N_FANS), (5,))], ridge=1.0)
    assert not bases[1].any()


@pytest.mark.parametrize("kept", [2, 100])
def test_sparse_keeps_the_weights_of_the_largest_size(kept):
    weights = np.array([[0, 3.0, -4, 1], [1, 0, 2, 0.5], [0, 0, 0, 1], [5, 6, 0.1, 0]], np.float32)
    bases = np.array([[0.5, 0, 0, 0], [0, 0, 0, 2]], np.float32)
    linear = ease.sparse(weights, bases, kept, np.array([1, 3, 4, 6]), 8)
    rows = np.array([[0, 3.0, -4, 0], [1, 0, 2, 0], [0, 0, 0, 1], [5, 6, 0, 0]]) if kept == 2 else weights
    expected = bases[0] + 0.5 * bases[1] + (rows[0] * 1 + rows[3] * 0.5) / np.sqrt(2)
    got = linear.scores(np.array([1, 6]), np.array([1.0, 0.5]), era=0.5)
    np.testing.assert_allclose(got, expected, atol=1e-3)


def test_the_linear_model_for_long_lists_is_ridge_and_ease_on_the_scale_of_that_for_short_ones():
    ratings = small.lists().ratings
    rows = Rows(ratings, small.lists().unscored)
    recent, counts = np.zeros(len(ratings.user_ids)), np.bincount(ratings.items, minlength=len(ratings.item_ids))
    config = WatchingConfig(past=ease.DenoisingConfig(ridge=1, kept=500), long_known=(6, 9), long_ease=20.0)
    short, long = linear_past(rows, recent, counts, config)
    scored, _ = populations(rows, recent, short.titles, len(counts), config)
    dense = [np.zeros((len(short.titles),) * 2), np.zeros((len(short.titles),) * 2)]
    for one, values in zip((short, long), dense, strict=True):
        np.put_along_axis(values, one.targets.astype(int), one.values.astype(float), axis=1)
    x = scored.weights.toarray() / np.sqrt(np.diff(scored.weights.indptr))[:, None]
    spread = [(x @ values).std(axis=1).mean() for values in dense]
    assert spread[1] == pytest.approx(spread[0], rel=0.01)
    known = replace(scored, known=(6, 9))
    parts = [ease.denoising_ridge([known], 1.0)[0], ease.ease_weights(scored.weights, 20.0)]
    expected = sum(part / (x @ part).std(axis=1).mean() for part in parts)
    expected *= spread[0] / (x @ expected).std(axis=1).mean()
    np.testing.assert_allclose(dense[1], expected, atol=2e-3)
