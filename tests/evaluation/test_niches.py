"""Measures of fans by their taste for the popular, by hand."""

import numpy as np
import pytest

from recsys.evaluation.niches import miscalibration, weighted_ndcg


def test_the_same_genres_are_calibrated_whatever_their_number():
    known = np.array([[1, 0], [0, 1]], bool)
    assert miscalibration(known, np.repeat(known, 5, axis=0)) == pytest.approx(0)


def test_missing_genres_cost_the_divergence():
    known, shown = np.array([[1, 0], [0, 1]], bool), np.array([[1, 0]], bool)
    expected = 0.5 * np.log(0.5 / 0.995) + 0.5 * np.log(0.5 / 0.005)
    assert miscalibration(known, shown) == pytest.approx(expected)


def test_a_rare_hit_gains_more():
    weights = np.array([1.0, 0.1, 0.1])
    relevant = np.array([0, 1])
    rare, usual = (weighted_ndcg(np.array([hit, 2]), relevant, weights, 2) for hit in (0, 1))
    assert rare == pytest.approx(1 / (1 + 0.1 / np.log2(3)))
    assert usual == pytest.approx(0.1 * rare)
    assert weighted_ndcg(np.array([0, 1]), relevant, weights, 2) == pytest.approx(1)
