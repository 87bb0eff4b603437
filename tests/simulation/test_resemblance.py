"""Similarity measures against values computed by hand."""

import numpy as np
import pytest

from recsys.simulation import resemblance
from recsys.simulation.lists import Lists
from recsys.statuses import COMPLETED
from tests.models.fixed import Fixed


def lists(*fans: dict[int, int]) -> Lists:
    """Fans' lists as item -> score."""
    rows = [(fan, item, score) for fan, items in enumerate(fans) for item, score in sorted(items.items())]
    columns = np.array(rows).T
    status = np.full(len(rows), COMPLETED, np.uint8)
    return Lists(
        columns[0].astype(np.int32), columns[1].astype(np.int32), columns[2].astype(np.uint8), status, len(fans)
    )


SOME = lists({0: 5, 1: 7}, {0: 9, 2: 0, 3: 9}, {1: 4, 2: 6})


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [([1, 2], [1, 2], 0), ([0, 0], [1, 1], 1), ([1, 2, 3, 4], [1, 2, 5, 6], 0.5), ([1], [0, 2], 0.5)],
)
def test_ks_distance(a: list[float], b: list[float], distance: float) -> None:
    assert resemblance.ks_distance(np.array(a, float), np.array(b, float)) == pytest.approx(distance)


def test_lists_have_distance_zero_from_themselves() -> None:
    for measure, value in resemblance.distances(SOME, SOME, np.ones(4, dtype=bool)).items():
        assert value == pytest.approx(1 if "correlation" in measure else 0), measure


def test_disjoint_score_distributions_have_distance_one() -> None:
    worse = lists({0: 1, 1: 2}, {0: 1, 2: 2, 3: 2}, {1: 2, 2: 1})
    assert resemblance.distances(worse, SOME, np.ones(4, dtype=bool))["scores: total variation"] == pytest.approx(1)


def test_popularity_is_a_share_of_fans() -> None:
    assert resemblance.popularity(SOME, 5) == pytest.approx([2 / 3, 2 / 3, 2 / 3, 1 / 3, 0])


def test_nearest_overlap_is_the_jaccard_index_with_another() -> None:
    # {0,1} shares one of three titles with {1,2}; {0,2,3} one of four with either; each is equal to its own copy.
    assert resemblance.nearest_overlap(SOME, SOME, 4) == pytest.approx([1 / 3, 1 / 4, 1 / 3])
    assert resemblance.nearest_overlap(SOME, SOME.take(np.arange(3)), 4) == pytest.approx([1, 1, 1])


def test_descriptions_name_their_figures() -> None:
    described = resemblance.describe(SOME, 4)
    assert described["share of each score 1-10, in %"].split() == [
        "0.0", "0.0", "0.0", "16.7", "16.7", "16.7", "16.7", "0.0", "33.3", "0.0",
    ]  # fmt: skip


IDS = np.array([10, 20, 30, 40, 50, 60])
ENOUGH = np.ones(6, dtype=bool)


@pytest.mark.parametrize(
    ("scores", "overlap", "correlation"), [([1, 2, 3, 4, 5, 6], 1, 1), ([6, 5, 4, 3, 2, 1], 0, -1)]
)
def test_agreement(scores: list[int], overlap: float, correlation: float) -> None:
    fans = lists({0: 5, 5: 3}, {5: 7})
    models = Fixed(IDS, [1, 2, 3, 4, 5, 6]), Fixed(IDS, scores)
    assert resemblance.agreement(*models, fans, IDS, ENOUGH, n=2) == pytest.approx((overlap, correlation))


def test_agreement_counts_titles_that_both_know_and_enough_have_rated() -> None:
    # Left to compare for a fan of title 10: 30, 40 and 60, whose order is the same in both.
    first, second = Fixed(IDS[1:], [9, 1, 2, 9, 3]), Fixed(IDS[[0, 2, 3, 5]], [9, 4, 5, 6])
    enough = np.array([True, True, True, True, False, True])
    assert resemblance.agreement(first, second, lists({0: 5}), IDS, enough, n=2) == pytest.approx((1, 1))


def test_shares_of_recent_titles() -> None:
    assert resemblance.recent_shares(SOME, np.array([False, True, False, True])) == pytest.approx([1 / 2, 1 / 3, 1 / 2])


def test_titles_being_watched_are_compared_with_themselves() -> None:
    recent = np.array([False, True, False, True])
    for measure, value in resemblance.shelf_distances(SOME, SOME, recent).items():
        assert value == pytest.approx(1 if "correlation" in measure else 0), measure
    one = lists({0: 0, 2: 0}, {2: 0}, {0: 0})
    far = resemblance.shelf_distances(one, SOME, recent)
    assert far["being watched, shares of recent titles: Kolmogorov-Smirnov"] == pytest.approx(1)
    assert far["being watched, fans without a recent title: difference"] == pytest.approx(1)
