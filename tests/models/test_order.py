"""Ranking by hand-worked values."""

import numpy as np
import pytest

from recsys.models.order import best, chance_to_watch, diversify, rank_scores, standardise
from tests.serving.conftest import Toy, Watcher


def test_standardise():
    assert standardise(np.array([1.0, 3.0])) == pytest.approx([-1, 1])
    assert standardise(np.array([4.0, 4.0])) == pytest.approx([0, 0])


def test_rank_is_standardised_watch_plus_weighted_score():
    predicted, watch, raters = np.array([8.0, 6.0]), np.array([10.0, 30.0]), np.array([5, 5])
    assert rank_scores(predicted, watch, raters, score_weight=0.3, discovery=0) == pytest.approx([1.4, 2.8])
    assert rank_scores(predicted, None, raters, score_weight=0.3, discovery=0) == pytest.approx([8, 6])


def test_a_model_without_a_chance_to_watch_uses_the_raters():
    log_raters = np.log1p([9, 99, 999, 0, 0, 0])
    for model, expected in ((Toy(), log_raters), (Watcher(), Watcher.item_ids)):
        folded = model.fold_in(np.empty(0, np.intp), np.empty(0), np.empty(0, np.intp))
        assert chance_to_watch(model, folded, log_raters) == pytest.approx(expected)
    with pytest.raises(ValueError, match="pass log"):
        chance_to_watch(Toy(), Toy().fold_in(np.empty(0, np.intp), np.empty(0), np.empty(0, np.intp)))


def test_discovery_lowers_the_popular_of_two_equals():
    predicted, watch = np.full(3, 7.0), np.array([1.0, 1.0, 0.0])
    raters = np.array([10_000, 10, 10])
    safe = rank_scores(predicted, watch, raters, score_weight=0, discovery=0)
    bold = rank_scores(predicted, watch, raters, score_weight=0, discovery=0.5)
    assert safe[0] == pytest.approx(safe[1])
    assert bold[0] < bold[1]


def test_best_takes_one_of_each_group():
    score = np.array([5.0, 4.0, 3.0, 2.0, 1.0])
    groups = np.array([7, 7, -1, 8, -1])
    allowed = np.array([True, True, True, True, True])
    assert best(score, allowed, 10, groups).tolist() == [0, 2, 3, 4]
    assert best(score, ~(score == 5), 2, groups).tolist() == [1, 2]
    assert best(score, allowed, 10).tolist() == [0, 1, 2, 3, 4]
    assert best(score, allowed & False, 10, groups).tolist() == []


class TestDiversify:
    """Two similar titles at the top, a different one a little below."""

    score = np.array([3.0, 2.9, 2.0])
    genres = np.array([[True, False], [True, False], [False, True]])

    def test_weight_0_changes_nothing(self):
        assert diversify(self.score, np.arange(3), self.genres, 3, 0, 3).tolist() == [0, 1, 2]

    def test_weight_raises_the_different_title(self):
        # spread = 0.45, so the second of a kind loses 0.9 x weight 2: 2.9 - 0.9 < 2.0
        assert diversify(self.score, np.arange(3), self.genres, 2, 2.1, 3).tolist() == [0, 2]

    def test_titles_without_genres_are_similar_to_none(self):
        none = np.zeros((3, 2), dtype=bool)
        assert diversify(self.score, np.arange(3), none, 3, 5, 3).tolist() == [0, 1, 2]

    def test_fewer_than_wanted(self):
        assert diversify(self.score, np.array([2]), self.genres[2:], 10, 1, 3).tolist() == [2]
        assert diversify(self.score, np.array([], dtype=int), self.genres[:0], 10, 1, 3).tolist() == []

    def test_more_begin_with_the_same_ones(self):
        rng = np.random.default_rng(3)
        score, genres = np.sort(rng.normal(size=300))[::-1], rng.random((300, 6)) < 0.4
        many = diversify(score, np.arange(300), genres, 60, 2, 100).tolist()
        assert len(set(many)) == 60
        assert many != sorted(many)
        for n in (3, 10, 20, 35):
            assert diversify(score, np.arange(300)[: 100 + n], genres[: 100 + n], n, 2, 100).tolist() == many[:n]
