"""Pairwise precision and recall of franchises, worked out by hand."""

from pathlib import Path

import pytest

from recsys.errors import DataError
from recsys.evaluation import franchises
from recsys.evaluation.franchises import Truth, read_truth, score

TRUTH = Truth(
    {("a", "x"): frozenset({1, 2, 3}), ("a", "y"): frozenset({4}), ("b", "z"): frozenset({5, 6})}, frozenset({9})
)


def test_perfect_groups():
    s = score({1: 1, 2: 1, 3: 1, 4: 4, 5: 5, 6: 5}, TRUTH, "a")
    assert (s.precision, s.recall, s.mean_precision, s.mean_recall, s.wrong) == (1, 1, 1, 1, [])
    assert (s.franchises, s.titles) == (2, 4)


def test_a_split_costs_recall():
    s = score({1: 1, 2: 1, 3: 3, 4: 4}, TRUTH, "a")
    assert (s.precision, s.recall) == (1, pytest.approx(1 / 3))
    assert s.mean_recall == pytest.approx((1 / 3 + 1) / 2)
    assert s.wrong == [("x", frozenset(), frozenset({3}))]


def test_a_stranger_costs_precision_once_per_pair():
    s = score({1: 1, 2: 1, 3: 1, 4: 4, 7: 1}, TRUTH, "a")
    assert s.precision == pytest.approx(3 / 6)
    assert s.wrong == [("x", frozenset({7}), frozenset())]


def test_ignored_titles_count_nowhere():
    assert score({1: 1, 2: 1, 3: 1, 4: 4, 9: 1}, TRUTH, "a").precision == 1


def test_titles_that_are_not_grouped_are_left_out():
    s = score({1: 1, 2: 1}, TRUTH, "a")
    assert (s.titles, s.recall) == (2, 1)


def test_reading_the_truth(tmp_path: Path):
    path = tmp_path / "truth.csv"
    path.write_text("franchise,set,anime_id,title\nx,a,1,One\nx,a,2,Two\n,ignored,9,Nine\n", encoding="utf-8")
    assert read_truth(path) == Truth({("a", "x"): frozenset({1, 2})}, frozenset({9}), 9)


def test_titles_that_came_after_the_truth_count_nowhere(tmp_path: Path):
    path = tmp_path / "truth.csv"
    path.write_text("franchise,set,anime_id\nx,a,1\nx,a,2\n,ignored,9\n", encoding="utf-8")
    truth = read_truth(path)
    assert score({1: 1, 2: 1, 10: 1}, truth, "a").precision == 1
    assert score({1: 1, 2: 1, 8: 1}, truth, "a").precision == pytest.approx(1 / 3)


@pytest.mark.parametrize("content", ["a,b\n1,2\n", "franchise,set,anime_id\nx,a,one\n"])
def test_another_file_is_refused(tmp_path: Path, content: str):
    path = tmp_path / "truth.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=r"truth\.csv"):
        franchises.read_truth(path)


def test_a_missing_file_is_refused(tmp_path: Path):
    with pytest.raises(DataError, match="nowhere"):
        franchises.read_truth(tmp_path / "nowhere")
