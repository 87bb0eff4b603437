"""Fold-in compared with the trained fan and with plain ridge; no fan's parameters in the model."""

import numpy as np

from recsys.evaluation import fold_in
from recsys.evaluation.fold_in import figures
from recsys.holdout.reveal import fan_lists
from recsys.training import svd_trainer


def test_folding_in_a_trained_fan_agrees_with_training(small_models):
    """Within half a point, where scores are 5 or 9. On the real ratings: 0.16 RMS, correlation 0.99."""
    ratings, svd, trained = small_models.ratings, small_models.svd, small_models["svd"]
    agreement = svd_trainer.agreement(svd, trained.model, ratings)
    assert agreement["fold_in_to_trained_rms"] < 0.5
    assert agreement["fold_in_to_trained_correlation"] > 0.95
    assert {name: trained.metrics[name] for name in agreement} == agreement


def test_the_prior_beats_ridge_when_little_is_known(small_models):
    run, svd, trained = small_models.run, small_models.svd, small_models["svd"]
    rated = np.flatnonzero(svd.item_rows >= 0)
    validation = fan_lists(run.ratings, "validation", trained.model.item_ids)
    penalty, plain = fold_in.best_ridge(svd, rated, trained.model.item_ids, validation)
    assert penalty in fold_in.PENALTIES
    fans = fan_lists(run.ratings, "test", trained.model.item_ids)
    for ours, theirs in zip(figures(trained.model, fans, (1, 3)), figures(plain, fans, (1, 3)), strict=True):
        assert ours.rmse < theirs.rmse


def test_ridge_minimises_its_penalised_error(small_models):
    svd, trained = small_models.svd, small_models["svd"]
    rated = np.flatnonzero(svd.item_rows >= 0)
    plain = fold_in.ridge_model(svd, rated, trained.model.item_ids, penalty=3.0)
    items, scores = np.array([1, 5, 9, 20]), np.array([9.0, 4, 8, 3])
    rows = svd.item_rows[rated]
    features = np.column_stack([np.ones(4), svd.qi[rows[items]]])
    base = svd.global_mean + svd.bi[rows]
    x = np.linalg.solve(features.T @ features + 3 * np.eye(features.shape[1]), features.T @ (scores - base[items]))
    expected = base + np.column_stack([np.ones(len(rows)), svd.qi[rows]]) @ x
    fan = plain.fold_in(items, scores, items[:0])
    np.testing.assert_allclose(plain.predict(fan), np.clip(expected, 1, 10), atol=1e-4)


def test_no_fans_parameters_are_in_the_model(small_models):
    run, trained = small_models.run, small_models["svd"]
    n_fans = len(run.ratings.user_ids)
    for name, array in trained.model.to_arrays().items():
        assert n_fans not in array.shape, name
        assert array.shape[0] in (trained.model.n_items, len(trained.model.to_arrays()["band_counts"])), name


def test_noise_is_that_of_the_data(small_models):
    """Scores have a variance of 0.49 before and 0.57 after rounding."""
    trained = small_models["svd"]
    assert 0.45 < float(trained.model.noise[0]) < 0.8
