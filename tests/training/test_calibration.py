"""Bands have the nominal coverage, whether or not the model's own variance is right."""

import numpy as np
import pytest

from recsys.evaluation.fold_in import figures
from recsys.holdout.reveal import FanLists
from recsys.models.band import Band
from recsys.models.popularity import Popularity
from recsys.training.calibration import calibrate, errors_by_count, no_band

N_ITEMS = 50


def fans(seed: int, skewed: bool) -> FanLists:
    rng = np.random.default_rng(seed)
    lists = FanLists([], [])
    for _ in range(300):
        noise = rng.exponential(1.0, 30) - 1 if skewed else rng.normal(0, 1, 30)
        lists.items.append(rng.permutation(N_ITEMS)[:30])
        lists.scores.append(5.5 + noise)
    return lists


def popularity(band: Band, claimed: float) -> Popularity:
    flat = np.full(N_ITEMS, 5.5, np.float32)
    return Popularity(np.arange(1, 51), np.arange(50), flat, np.full(50, claimed, np.float32), band, fan_damping=1e6)


@pytest.mark.parametrize("skewed", [False, True])
@pytest.mark.parametrize("claimed", [1.0, 4.0])
def test_coverage_is_nominal_for_any_variance_of_the_model(skewed, claimed):
    plain = popularity(no_band(), claimed)
    for share in (0.5, 0.8):
        model = popularity(calibrate(plain, plain.variance, fans(0, skewed), share), claimed)
        for row in figures(model, fans(1, skewed), (0, 4, 10)):
            assert row.coverage == pytest.approx(share, abs=0.03)


def test_skewed_errors_get_asymmetric_bands():
    plain = popularity(no_band(), 1.0)
    band = calibrate(plain, plain.variance, fans(0, skewed=True))
    assert (band.high > -band.low).all()


def test_counts_beyond_the_longest_lists_are_left_out():
    plain = popularity(no_band(), 1.0)
    assert calibrate(plain, plain.variance, fans(0, skewed=False)).counts.max() == 20


def test_errors_by_count_are_plain_numbers():
    errors = errors_by_count(popularity(no_band(), 1.0), fans(0, skewed=False))["validation_rmse_by_known_ratings"]
    assert set(errors) == {"0", "1", "5", "20"}
    assert all(value == pytest.approx(1, abs=0.05) for value in errors.values())
