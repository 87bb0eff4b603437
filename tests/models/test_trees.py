"""Boosted trees in numpy: by hand, and equal to those of scikit-learn."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from recsys.models.trees import MOST_LEAVES, Trees
from recsys.training.boosting import to_serving

RNG = np.random.default_rng(3)


def by_hand() -> Trees:
    """x0 > 1 goes right to leaf 2, worth 8; else x1 > 5 decides between leaf 0, worth 1, and leaf 1, worth 2. The other
    tree is one leaf, worth 10."""
    values = np.zeros((2, MOST_LEAVES), np.float32)
    values[0, :3], values[1, 0] = (1, 2, 8), 10
    return Trees(
        np.array([[0, 1], [0, 0]], np.uint8),
        np.array([[1, 5], [0, 0]], np.float32),
        np.array([[0b1111111111111100, 0b1111111111111110], [0xFFFF, 0xFFFF]], np.uint16),
        values,
    )


def test_by_hand():
    x = np.array([[0, 0], [1, 6], [2, 0], [2, 6], [1, 5]], np.float32)
    np.testing.assert_array_equal(by_hand().predict(x), [11, 12, 18, 18, 11])


@pytest.mark.parametrize("leaves", [2, 7, MOST_LEAVES])
def test_equal_to_scikit_learn(leaves):
    """Whole numbers too, among which thresholds lie halfway, and numbers that a threshold equals."""
    x = RNG.normal(size=(3000, 5)).astype(np.float32)
    x[:, 3] = RNG.integers(1990, 2026, len(x))
    x[:, 4] = RNG.choice([0.1, 0.2, 0.3], len(x))
    wanted = x[:, 0] * x[:, 1] + (x[:, 3] > 2010) + 3 * x[:, 4] + RNG.normal(size=len(x)) > 1
    model = HistGradientBoostingClassifier(max_iter=20, max_leaf_nodes=leaves, early_stopping=False)
    expected = model.fit(x, wanted).decision_function(x)
    apart = expected - to_serving(model).predict(x)
    assert expected.std() > 0.3
    np.testing.assert_allclose(apart, apart[0], atol=1e-5)  # the constant that is left out


def test_thresholds_are_not_rounded_up():
    """Between a double and the next number in single precision lies an input that must still go right."""
    x = np.float32([1.0, np.nextafter(np.float32(1), np.float32(2))]).repeat(200)[:, None]
    model = HistGradientBoostingClassifier(max_iter=1, early_stopping=False, min_samples_leaf=5)
    model.fit(x, np.arange(400) >= 200)
    got = to_serving(model).predict(x)
    assert got[0] < got[-1]


def test_arrays_there_and_back():
    trees, x = by_hand(), RNG.normal(1, 3, size=(50, 2)).astype(np.float32)
    again = Trees.from_arrays(trees.to_arrays("kept"), "kept", 2)
    np.testing.assert_array_equal(again.predict(x), trees.predict(x))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("features", np.array([[0, 2], [0, 0]], np.uint8)),
        ("features", np.zeros((0, 2), np.uint8)),
        ("features", np.zeros((2, 2), np.int64)),
        ("thresholds", np.zeros((2, 3), np.float32)),
        ("masks", np.zeros((1, 2), np.uint16)),
        ("masks", np.full((2, 2), 0x7FFF, np.uint16)),
        ("values", np.zeros((2, 3), np.float32)),
    ],
)
def test_arrays_that_do_not_fit_are_refused(name, value):
    with pytest.raises(ValueError, match="kept_"):
        Trees.from_arrays({**by_hand().to_arrays("kept"), f"kept_{name}": value}, "kept", 2)
