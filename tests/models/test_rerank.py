"""The order of the best titles of today by boosted trees: who is lifted, and by what numbers."""

import numpy as np
import pytest

from recsys.models.rerank import BEST, FACTS, N_INPUTS, Reranker, best_left
from recsys.models.trees import MOST_LEAVES, Trees

N_ITEMS = 200
#: Every title but the last 20 has facts.
ROWS = np.where(np.arange(N_ITEMS) < 180, np.arange(N_ITEMS), -1)
#: The further back in the order, the later the number.
ORDER = -np.arange(N_ITEMS, dtype=np.float32)
LISTED = np.array([0, 5])
#: The place of a title's number of related titles on the list among the inputs.
RELATED, FANS = 20, 4


def tree(feature: int, threshold: float) -> Trees:
    """One tree, worth 1 above the threshold and 0 else."""
    values = np.zeros((1, MOST_LEAVES), np.float32)
    values[0, 1] = 1
    parts = np.array([[feature]], np.uint8), np.array([[threshold]], np.float32), np.array([[0xFFFE]], np.uint16)
    return Trees(*parts, values)


def reranker(trees: Trees) -> Reranker:
    """Title i has i fans (their logarithm), is of 1990 + i % 30, and of franchise i // 2; titles 100 on have none."""
    row = np.arange(180)
    facts = np.stack([row, 1990 + row % 30, row % 7, 5 + row % 3], axis=1).astype(np.float32)
    return Reranker(trees, facts, np.where(row < 100, row // 2, -1))


def test_the_best_titles_are_the_highest_that_are_not_begun():
    np.testing.assert_array_equal(best_left(LISTED, ORDER)[:6], [1, 2, 3, 4, 6, 7])
    assert len(best_left(LISTED, ORDER)) == BEST
    np.testing.assert_array_equal(best_left(np.array([1]), np.array([3.0, 9, 3])), [0, 2])  # ties by position
    assert not len(best_left(np.array([0, 1]), ORDER[:2]))


def test_titles_that_the_trees_prefer_come_first_and_none_falls():
    lifts = reranker(tree(FANS, 100)).lifts(LISTED, ROWS, ORDER)
    best = best_left(LISTED, ORDER)
    preferred = best > 100
    np.testing.assert_allclose(lifts[best[preferred]], ORDER[best].std(), rtol=1e-5)
    assert not lifts[best[~preferred]].any()
    others = np.setdiff1d(np.arange(N_ITEMS), best)
    assert not lifts[others].any()


def test_a_filter_that_removes_the_best_leaves_the_others_in_their_order():
    """All titles that are lifted stood above those that are not among the best, and still do."""
    order = ORDER + reranker(tree(FANS, 100)).lifts(LISTED, ROWS, ORDER)
    left = np.append([100, 120], np.arange(160, N_ITEMS))  # two of the best, then what lies behind them
    np.testing.assert_array_equal(left[np.argsort(-order[left], kind="stable")], [120, 100, *range(160, N_ITEMS)])


def test_a_title_without_facts_gets_the_mean_of_the_others():
    rows = ROWS.copy()
    rows[[10, 150]] = -1
    lifts = reranker(tree(FANS, 100)).lifts(LISTED, rows, ORDER)
    best = best_left(LISTED, ORDER)
    known = best[rows[best] >= 0]
    assert lifts[10] == lifts[150] == pytest.approx((known > 100).mean() * ORDER[best].std(), rel=1e-5)


@pytest.mark.parametrize("items", [[], [190, 195]])
def test_without_a_known_title_nothing_is_lifted(items):
    assert not reranker(tree(FANS, 100)).lifts(np.array(items, np.intp), ROWS, ORDER).any()


def test_no_title_but_the_listed_is_no_error():
    few = reranker(tree(FANS, 1))
    assert not few.lifts(np.array([0, 1]), ROWS[:2], ORDER[:2]).any()


def test_inputs_by_hand():
    """A list of titles 0 and 5, of 1990 and 1995, and a third without facts; title 1 is of 1991 and of the franchise of
    title 0, title 34 of 1994, and title 30 of 1990."""
    order = np.array([3.0, 1, 0], np.float32)
    x = reranker(Trees.none()).inputs(LISTED, 3, np.array([1, 34, 30]), order)
    assert x.shape == (3, N_INPUTS)
    place = (order - order.mean()) / order.std()
    np.testing.assert_allclose(x[:, 0], place, rtol=1e-5)
    np.testing.assert_allclose(x[:, 1], np.log([1, 2, 3]), rtol=1e-5)
    np.testing.assert_allclose(x[0, 2:4], [place[0], np.log(3)], rtol=1e-5)
    mean = np.array([2.5, 1992.5, 2.5, 6])
    np.testing.assert_allclose(x[0, 4:8], [1, 1991, 1, 6])
    np.testing.assert_allclose(x[0, 8:12], mean)
    np.testing.assert_allclose(x[0, 12:16], [1, 1991, 1, 6] - mean)
    np.testing.assert_array_equal(x[:, 16:18], 0)  # no title is from 2021 on, or from 2025 on
    np.testing.assert_array_equal(x[:, 18], [0, 0, 0.5])  # of the list, of the same year
    np.testing.assert_array_equal(x[:, 19], [0.5, 0.5, 0.5])  # and of the years beside it
    np.testing.assert_array_equal(x[:, RELATED], [1, 0, 0])


def test_titles_without_a_franchise_are_not_related():
    x = reranker(Trees.none()).inputs(np.array([120, 121]), 2, np.array([122, 1]), np.array([1.0, 0]))
    assert not x[:, RELATED].any()


def test_arrays_there_and_back():
    one = reranker(tree(RELATED, 0.5))
    again = Reranker.from_arrays(one.to_arrays(), 180)
    assert again is not None
    np.testing.assert_array_equal(again.lifts(LISTED, ROWS, ORDER), one.lifts(LISTED, ROWS, ORDER))
    assert one.lifts(LISTED, ROWS, ORDER)[1] > 0
    assert Reranker.from_arrays({"watch_odds": np.zeros(3)}, 180) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("facts", np.zeros((180, len(FACTS) - 1), np.float16)), ("franchises", np.zeros(179, np.int32))],
)
def test_arrays_of_another_shape_are_refused(name, value):
    arrays = {**reranker(tree(0, 0)).to_arrays(), f"rerank_{name}": value}
    with pytest.raises(ValueError, match=f"rerank_{name}"):
        Reranker.from_arrays(arrays, 180)


def test_an_array_that_is_missing_is_an_error():
    arrays = reranker(tree(0, 0)).to_arrays()
    del arrays["rerank_masks"]
    with pytest.raises(KeyError, match="rerank_masks"):
        Reranker.from_arrays(arrays, 180)
