"""The sparse linear model on four titles among seven, by hand."""

import numpy as np
import pytest

from recsys.models.linear import SparseLinear

#: Positions 1, 2, 4 and 5 have weights. Each keeps two; a row's targets are rows of this list.
TITLES = np.array([1, 2, 4, 5])
TARGETS = np.array([[1, 2], [0, 3], [0, 1], [1, 2]], np.uint16)
VALUES = np.array([[2, -1], [4, 1], [0.5, 3], [0, 8]], np.float16)
BASE, ERA = np.array([1, 0, 0, -1], np.float32), np.array([0, 0, 10, 0], np.float32)


@pytest.fixture
def linear() -> SparseLinear:
    return SparseLinear.of(7, TITLES, BASE, ERA, TARGETS, VALUES)


def test_scores_by_hand(linear):
    """Titles 1 (weight 1), 4 (weight .5), and 0, which has no weights but counts in the length: the root of 3."""
    got = linear.scores(np.array([1, 4, 0]), np.array([1.0, 0.5, 1.0]), era=0.2)
    pulls = np.array([0.25, 2 + 1.5, -1, 0]) / np.sqrt(3)
    np.testing.assert_allclose(got, np.array([1, 0, 2, -1]) + pulls, atol=1e-5)


@pytest.mark.parametrize("items", [[], [0, 3]])
def test_a_list_of_no_known_title_gets_the_base(linear, items):
    np.testing.assert_allclose(linear.scores(np.array(items, np.intp), np.ones(len(items)), era=0), BASE)


def test_pulls_add_up_to_the_score(linear):
    items, weights = np.array([5, 0, 1, 4]), np.array([0.3, 1, 0.7, 0.5])
    scores = linear.scores(items, weights, era=0)
    pulls = linear.pulls(items, weights, TITLES)
    assert pulls.shape == (4, 4)
    assert not pulls[:, 1].any()
    np.testing.assert_allclose(BASE + pulls.sum(axis=1), scores, atol=1e-5)
    both = linear.pulls(items, weights, np.array([3, TITLES[0], TITLES[0]]))  # the first has no weights
    np.testing.assert_array_equal(both, [np.zeros(4), pulls[0], pulls[0]])
    assert linear.pulls(np.zeros(0, np.intp), np.zeros(0), TITLES).shape == (4, 0)


def test_moved_titles_keep_their_scores(linear):
    """Two titles were added, in front and in the middle."""
    places = np.array([1, 2, 3, 5, 6, 7, 8])
    moved = linear.moved(places, 9)
    np.testing.assert_array_equal(moved.titles, [2, 3, 6, 7])
    assert moved.rows.shape == (9,)
    items, weights = np.array([1, 5]), np.array([1.0, 0.6])
    np.testing.assert_allclose(moved.scores(places[items], weights, 0.5), linear.scores(items, weights, 0.5))
    title = np.array([4])
    np.testing.assert_allclose(moved.pulls(places[items], weights, places[title]), linear.pulls(items, weights, title))
    assert not moved.pulls(np.array([0, 4]), np.ones(2), places[title]).any()


def test_arrays_there_and_back(linear):
    arrays = linear.to_arrays("past")
    assert all(name.startswith("past_") for name in arrays)
    again = SparseLinear.from_arrays(arrays, "past", 7)
    items, weights = np.array([1, 4, 5]), np.array([1.0, 0.5, 0.2])
    np.testing.assert_array_equal(again.scores(items, weights, 0.5), linear.scores(items, weights, 0.5))


@pytest.mark.parametrize(
    ("name", "changed", "why"),
    [
        ("targets", TARGETS.astype(np.int32), "do not fit together"),
        ("targets", TARGETS[:, :1], "do not fit together"),
        ("targets", np.where(TARGETS == 3, np.uint16(4), TARGETS), "targets names a title that is not there"),
        ("base", BASE[:3], "different lengths"),
        ("era_base", ERA[:3], "different lengths"),
        ("titles", TITLES[:3], "different lengths"),
        ("titles", TITLES + 2, "titles names a title that is not there"),
        ("titles", np.array([2, 1, 4, 5]), "does not ascend"),
        ("titles", np.array([1, 1, 4, 5]), "does not ascend"),
        ("titles", TITLES - 2, "not there"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(linear, name, changed, why):
    arrays = {**linear.to_arrays("past"), f"past_{name}": changed}
    with pytest.raises(ValueError, match=why):
        SparseLinear.from_arrays(arrays, "past", 7)
