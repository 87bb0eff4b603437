"""Chances of high and low scores from predictions and bands."""

import shutil

import numpy as np
import pytest

from recsys.data import manifest
from recsys.errors import ArtifactError
from recsys.models.odds import PLAIN, Odds, distances
from recsys.serving import loading

RISING, FALLING = [-2, -1, 0, 1, 2], [2, 1, 0, -1, -2]


def one(value: float) -> np.ndarray:
    return np.array([value])


def test_the_distance_is_in_deviations_of_the_side_on_which_the_bound_lies():
    predicted, low, high = np.array([8.0, 7.0]), np.array([6.0, 5.0]), np.array([9.0, 9.0])
    expected = [0.5 / (2 / 1.2816), -0.5 / (2 / 1.2816)]
    np.testing.assert_allclose(distances(predicted, low, high, 7.5), expected)


def test_log_odds_are_linear_between_the_knots():
    odds = Odds((-9.0, -4.0, 0.0, 2.0, 7.0), tuple(PLAIN.low))
    predicted = 7.5 + np.array([-0.5, 0, 1, 3.5])  # in bands of one standard deviation
    chance = odds.chance_high(predicted, predicted - 1.2816, predicted + 1.2816)
    np.testing.assert_allclose(np.log(chance / (1 - chance)), [-2, 0, 2, 4.5], atol=1e-9)


def test_by_the_band_alone_a_tenth_lies_beyond_each_end():
    above, _ = PLAIN.chances(one(6.0), one(5.0), one(7.5))
    _, below = PLAIN.chances(one(7.0), one(5.5), one(8.0))
    assert above == pytest.approx(0.1, abs=0.01)
    assert below == pytest.approx(0.1, abs=0.01)


def test_a_higher_prediction_has_a_higher_chance_of_a_high_score_and_a_lower_one_of_a_low_score():
    predicted = np.linspace(1, 10, 200)
    above, below = PLAIN.chances(predicted, predicted - 1.5, predicted + 1.5)
    assert (np.diff(above) >= 0).all()
    assert (np.diff(below) <= 0).all()
    assert ((above >= 0) & (below >= 0) & (above + below <= 1 + 1e-12)).all()


def test_a_band_of_no_width_gives_chances_near_0_and_1():
    above, below = PLAIN.chances(np.array([3.0, 9.0]), np.array([3.0, 9.0]), np.array([3.0, 9.0]))
    np.testing.assert_allclose(above, [0, 1], atol=1e-3)
    np.testing.assert_allclose(below, [1, 0], atol=1e-3)


def test_between_the_two_learned_scores():
    odds = Odds((-6, -1.4, 0.1, 1.6, 8), (7, 1.8, 0.2, -1.4, -6))
    predicted, low, high = np.array([4.0, 6.5, 8.5]), np.array([3.0, 5.0, 8.0]), np.array([6.0, 8.5, 9.5])
    above, below = odds.chances(predicted, low, high)
    np.testing.assert_allclose(odds.at_least(8, predicted, low, high), above)
    np.testing.assert_allclose(odds.at_least(6, predicted, low, high), 1 - below)
    # Of 7, at the middle of the band: the mean of 0.1 and -0.2, in log-odds.
    assert odds.at_least(7, one(6.5), one(5.0), one(8.0)) == pytest.approx(1 / (1 + np.exp(0.05)))
    for score in (5, 9):
        with pytest.raises(ValueError, match="6 to 8"):
            odds.at_least(score, predicted, low, high)


def test_to_the_manifest_and_back():
    odds = Odds((-6.0, -1.4, 0.1, 1.6, 8.0), (7.0, 1.8, 0.2, -1.4, -6.0))
    assert Odds.from_entry(odds.to_entry()) == odds


@pytest.mark.parametrize(
    "entry",
    [
        {"high": RISING},
        {"high": RISING[1:], "low": FALLING},
        {"high": FALLING, "low": FALLING},
        {"high": [-2, -1, 0, 2, 1], "low": FALLING},
        {"high": RISING, "low": RISING},
        {"high": [-2, -1, float("nan"), 1, 2], "low": FALLING},
        {"high": [-2, -1, "much", 1, 2], "low": FALLING},
    ],
)
def test_odds_that_would_mislead_are_refused(entry):
    with pytest.raises((KeyError, ValueError)):
        Odds.from_entry(entry)


def test_damaged_odds_of_a_model_are_an_error_that_names_the_remedy(tmp_path):
    shutil.copytree("artifacts", tmp_path / "artifacts")
    with manifest.writing(tmp_path / "artifacts") as batch:
        batch.model("svd", odds={"high": FALLING, "low": FALLING})
    with pytest.raises(ArtifactError, match=r"scripts\.train odds"):
        loading.read(tmp_path / "artifacts")
