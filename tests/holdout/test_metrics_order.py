"""Ranking measures against values computed by hand."""

import math

import numpy as np
import pytest

from recsys.holdout import metrics

RANKED = np.array([7, 3, 9, 1])


def test_ndcg_of_a_perfect_ranking_is_one():
    assert metrics.ndcg(np.array([1, 2, 3]), np.array([2, 1]), 10) == pytest.approx(1)


def test_ndcg_by_hand():
    # Hits at ranks 2 and 4: 1/log2(3) + 1/log2(5); a perfect ranking has them at 1 and 2: 1 + 1/log2(3).
    expected = (1 / math.log2(3) + 1 / math.log2(5)) / (1 + 1 / math.log2(3))
    assert metrics.ndcg(RANKED, np.array([3, 1]), 4) == pytest.approx(expected)


def test_ndcg_counts_the_first_n_only():
    assert metrics.ndcg(RANKED, np.array([1]), 3) == 0
    # More relevant titles than places: the best list has all three places right.
    assert metrics.ndcg(np.array([1, 2, 3]), np.arange(1, 9), 3) == pytest.approx(1)


def test_missing_places_of_short_lists_are_misses():
    assert metrics.ndcg(np.array([5]), np.array([5, 6]), 10) == pytest.approx(1 / (1 + 1 / math.log2(3)))
    assert metrics.ndcg(np.empty(0, int), np.array([5]), 10) == 0
    assert metrics.hit(np.empty(0, int), np.array([5]), 10) == 0


def test_recall_and_hit_by_hand():
    assert metrics.recall(RANKED, np.array([3, 8, 1]), 4) == pytest.approx(2 / 3)
    assert metrics.recall(RANKED, np.array([3, 8, 1]), 2) == pytest.approx(1 / 2)  # two places, so at most two hits
    assert metrics.hit(RANKED, np.array([1]), 4) == 1
    assert metrics.hit(RANKED, np.array([1]), 3) == 0


@pytest.mark.parametrize("measure", [metrics.ndcg, metrics.recall, metrics.hit])
def test_nothing_relevant_is_an_error(measure):
    with pytest.raises(ValueError, match="at least one"):
        measure(RANKED, np.empty(0, int), 10)


def test_diversity_by_hand():
    same = np.array([[1.0, 0], [2, 0]])
    apart = np.array([[1.0, 0], [0, 1]])
    assert metrics.diversity(same) == pytest.approx(0)
    assert metrics.diversity(apart) == pytest.approx(1)
    # Pairs: 0, 1 and 1 -> 2/3.
    assert metrics.diversity(np.array([[1.0, 0], [1, 0], [0, 1]])) == pytest.approx(2 / 3)
    assert metrics.diversity(np.array([[0.0, 0], [0, 0]])) == pytest.approx(1)
    assert metrics.diversity(same[:1]) == 0


def test_standard_error_by_hand():
    assert metrics.standard_error(np.array([1.0, 3])) == pytest.approx(1)  # sd sqrt(2), over sqrt(2)
    assert math.isnan(metrics.standard_error(np.array([1.0])))
