"""The order of the best titles of today by boosted trees: which change places, and by what numbers."""

import numpy as np
import pytest

from recsys.models.rerank import BEST, FACTS, MORE_RECENT, N_INPUTS, Reranker, candidates
from recsys.models.trees import MOST_LEAVES, Trees

N_ITEMS = 300
#: Every title but the last 20 has facts, and titles 200 on are recent.
ROWS = np.where(np.arange(N_ITEMS) < 280, np.arange(N_ITEMS), -1)
RECENT = np.arange(N_ITEMS) >= 200
#: The further back in the order, the later the number.
ORDER = -np.arange(N_ITEMS, dtype=np.float32)
LISTED = np.array([0, 5])
#: The places of a title's number of related titles on the list, of its fans, and of the dates among the inputs.
RELATED, FANS, DATES = 20, 4, 23
ENDS = FACTS.index("ends")


def tree(feature: int, threshold: float, value: float = 100.0) -> Trees:
    """One tree, with this value above the threshold and 0 else; it is more than the places of all titles differ."""
    values = np.zeros((1, MOST_LEAVES), np.float32)
    values[0, 1] = value
    parts = np.array([[feature]], np.uint8), np.array([[threshold]], np.float32), np.array([[0xFFFE]], np.uint16)
    return Trees(*parts, values)


def reranker(trees: Trees) -> Reranker:
    """Title i has i fans (their logarithm), is of 1990 + i % 30, and of franchise i // 2; titles 100 on have none. It
    begins i tenths of a year before 2025, and is on air for a tenth."""
    row = np.arange(280)
    begins = -row / 10
    facts = np.stack([row, 1990 + row % 30, row % 7, 5 + row % 3, np.floor(4 * begins), begins, begins + 0.1], axis=1)
    return Reranker(trees, facts.astype(np.float32), np.where(row < 100, row // 2, -1))


def test_candidates_are_the_highest_that_are_not_begun_and_then_recent_ones():
    found = candidates(LISTED, ORDER, RECENT)
    np.testing.assert_array_equal(found[:6], [1, 2, 3, 4, 6, 7])
    np.testing.assert_array_equal(found[BEST:], np.arange(200, 200 + MORE_RECENT))
    begun = np.append(LISTED, [200, 202])
    np.testing.assert_array_equal(candidates(begun, ORDER, RECENT)[BEST : BEST + 3], [201, 203, 204])
    np.testing.assert_array_equal(candidates(np.array([1]), np.array([3.0, 9, 3]), RECENT[:3]), [0, 2])  # by position
    assert not len(candidates(np.array([0, 1]), ORDER[:2], RECENT[-2:]))


def test_a_recent_title_is_a_candidate_once():
    found = candidates(LISTED, -ORDER, RECENT)  # the best ones are recent
    assert len(np.unique(found)) == len(found) == BEST
    few = candidates(LISTED, -ORDER, np.arange(N_ITEMS) < 160)
    np.testing.assert_array_equal(few[BEST:], np.arange(149, 149 - MORE_RECENT, -1))


def changed(trees: Trees, rows=ROWS) -> np.ndarray:
    return ORDER + reranker(trees).changes(LISTED, rows, ORDER, RECENT)


def test_titles_that_the_trees_prefer_come_first_and_the_values_stay():
    order, best = changed(tree(FANS, 100)), candidates(LISTED, ORDER, RECENT)[:BEST]
    ranked = candidates(LISTED, order, RECENT)[:BEST]
    np.testing.assert_array_equal(ranked, [*best[best > 100], *best[best <= 100]])
    np.testing.assert_array_equal(np.sort(order), np.sort(ORDER))
    untouched = np.append(LISTED, np.arange(BEST + len(LISTED), N_ITEMS))
    np.testing.assert_array_equal(order[untouched], ORDER[untouched])


def test_a_title_passes_those_that_the_trees_like_less_by_more_than_its_place():
    best = candidates(LISTED, ORDER, RECENT)[:BEST]
    spread = ORDER[best].std()
    ranked = candidates(LISTED, changed(tree(FANS, 100, value=10.5 / spread)), RECENT)
    assert ranked[:BEST].tolist().index(101) == best.tolist().index(101) - 10


def test_the_weight_is_how_much_the_trees_count():
    one, half = reranker(tree(FANS, 100, value=0.6)), reranker(tree(FANS, 100, value=0.3))
    given = LISTED, ROWS, ORDER, RECENT
    np.testing.assert_array_equal(one.changes(*given, weight=0.5), half.changes(*given))
    assert not one.changes(*given, weight=0).any()
    assert (one.changes(*given) != half.changes(*given)).any()


def test_recent_titles_change_places_with_each_other_alone():
    """Title 220 and what follows is preferred: it passes recent titles before it, but none of the best."""
    order = changed(tree(FANS, 219))
    np.testing.assert_array_equal(order[:200], ORDER[:200])
    recent = np.argsort(-order[200:], kind="stable") + 200
    np.testing.assert_array_equal(recent, [*range(220, 260), *range(200, 220), *range(260, N_ITEMS)])


def test_a_recent_title_takes_the_place_of_one_among_the_best():
    """Title 5 of the best is recent too; the trees prefer the recent titles that are not among the best."""
    recent = RECENT | (np.arange(N_ITEMS) == 10)
    order = ORDER + reranker(tree(FANS, 199)).changes(LISTED, ROWS, ORDER, recent)
    assert order[200] == ORDER[10]
    assert order[10] == ORDER[259]


def test_a_filter_that_removes_the_best_leaves_the_others_in_their_order():
    """Of titles that are not recent, the best stay above the others."""
    order = changed(tree(FANS, 100))
    left = np.append([100, 120], np.arange(160, 200))  # two of the best, then what lies behind them
    np.testing.assert_array_equal(left[np.argsort(-order[left], kind="stable")], [120, 100, *range(160, 200)])


def test_titles_without_facts_keep_their_values_and_take_nobodys_place():
    """Without titles 10 and 11, the two that follow the best are among them, and change places too; likewise the two
    that follow the recent ones, without titles 210 and 211."""
    rows = ROWS.copy()
    rows[[10, 11, 210, 211]] = -1
    order = changed(tree(FANS, 100), rows)
    without = ORDER.copy()
    without[[10, 11, 210, 211]] = -np.inf
    best, recent = np.split(candidates(LISTED, without, RECENT), [BEST])
    assert best[-1] == candidates(LISTED, ORDER, RECENT)[BEST - 1] + 2
    np.testing.assert_array_equal(order[[10, 11, 210, 211]], ORDER[[10, 11, 210, 211]])
    ranked = best[np.argsort(-order[best], kind="stable")]
    np.testing.assert_array_equal(ranked, [*best[best > 100], *best[best <= 100]])
    later = changed(tree(FANS, 259), rows)
    assert recent[np.argsort(-later[recent], kind="stable")].tolist()[:2] == [260, 261] == recent[-2:].tolist()


@pytest.mark.parametrize("items", [[], [290, 295]])
def test_without_a_known_title_nothing_changes(items):
    assert not reranker(tree(FANS, 100)).changes(np.array(items, np.intp), ROWS, ORDER, RECENT).any()


def test_no_title_but_the_listed_is_no_error():
    few = reranker(tree(FANS, 1))
    assert not few.changes(np.array([0, 1]), ROWS[:2], ORDER[:2], RECENT[:2]).any()


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


def test_dates_beside_a_list_by_hand():
    """A list of titles that begin in January 2025, in the middle of 2024 and in the middle of 2023, titles 0, 5 and 15;
    beside it title 1, of the last fall, title 4, of the summer, and title 16, which began a little before the last."""
    one = reranker(Trees.none())
    one.facts[0, ENDS] = 1.0
    one.facts[16, ENDS] = 0.0
    x = one.inputs(np.array([0, 5, 15]), 3, np.array([1, 4, 16]), np.array([3.0, 1, 0], np.float32))
    np.testing.assert_allclose(x[:, DATES - 2], [0, 1 / 3, 0])  # seasons -1, -2 and -7; the list's: 0, -2 and -6
    np.testing.assert_allclose(x[:, DATES - 1], [2 / 3, 1 / 3, 1 / 3])  # and the seasons beside them
    began = np.array([-0.1, -0.4, -1.6])
    for column, from_when in enumerate([0, -0.25, -0.5]):  # the newest, between this and the second, and the second
        np.testing.assert_allclose(x[:, DATES + column], began - from_when, atol=1e-6)
    np.testing.assert_allclose(x[:, DATES + 3], 1 / 3)  # title 5 began half a year before title 0, not after that
    np.testing.assert_array_equal(x[:, DATES + 4], [1, 0, 1])  # title 4 was over
    np.testing.assert_allclose(x[:, DATES + 5], [1 / 3, 1 / 3, 1 / 3])  # title 0; title 5; title 15


def test_ranks_and_places_are_those_among_the_best():
    order = np.append(ORDER[:BEST], [-400.0, -500]).astype(np.float32)
    x = reranker(Trees.none()).inputs(LISTED, 2, np.arange(BEST + 2), order)
    np.testing.assert_allclose(x[[0, BEST - 1, BEST, BEST + 1], 1], np.log1p([0, BEST - 1, BEST, BEST]), rtol=1e-5)
    np.testing.assert_allclose(x[:, 0], (order - ORDER[:BEST].mean()) / ORDER[:BEST].std(), rtol=1e-4)


def test_titles_without_a_franchise_are_not_related():
    x = reranker(Trees.none()).inputs(np.array([120, 121]), 2, np.array([122, 1]), np.array([1.0, 0]))
    assert not x[:, RELATED].any()


def test_arrays_there_and_back():
    one = reranker(tree(RELATED, 0.5))
    again = Reranker.from_arrays(one.to_arrays(), 280)
    assert again is not None
    found = [model.changes(LISTED, ROWS, ORDER, RECENT) for model in (again, one)]
    np.testing.assert_array_equal(*found)
    assert found[0].any()
    assert Reranker.from_arrays({"watch_odds": np.zeros(3)}, 280) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("facts", np.zeros((280, len(FACTS) - 1), np.float16)), ("franchises", np.zeros(279, np.int32))],
)
def test_arrays_of_another_shape_are_refused(name, value):
    arrays = {**reranker(tree(0, 0)).to_arrays(), f"rerank_{name}": value}
    with pytest.raises(ValueError, match=f"rerank_{name}"):
        Reranker.from_arrays(arrays, 280)


def test_an_array_that_is_missing_is_an_error():
    arrays = reranker(tree(0, 0)).to_arrays()
    del arrays["rerank_masks"]
    with pytest.raises(KeyError, match="rerank_masks"):
        Reranker.from_arrays(arrays, 280)
