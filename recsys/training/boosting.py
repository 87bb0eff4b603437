"""Fits boosted trees by scikit-learn, and converts them to the form that numpy serves."""

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from recsys.models.trees import MOST_LEAVES, Trees


def to_serving(fitted: HistGradientBoostingClassifier) -> Trees:
    """The trees of a classifier of two classes, whose sum is `decision_function` but for a constant.

    The trees themselves are in an attribute that scikit-learn does not document.
    """
    trees = [_converted(stage[0].nodes) for stage in fitted._predictors]  # pyright: ignore[reportAttributeAccessIssue]
    n_splits = max(1, *(len(features) for features, *_ in trees))
    result = Trees(
        np.zeros((len(trees), n_splits), np.uint8),
        np.zeros((len(trees), n_splits), np.float32),
        np.full((len(trees), n_splits), 0xFFFF, np.uint16),
        np.zeros((len(trees), MOST_LEAVES), np.float32),
    )
    for row, (features, thresholds, masks, values) in enumerate(trees):
        result.features[row, : len(features)] = features
        result.thresholds[row, : len(features)] = thresholds
        result.masks[row, : len(features)] = masks
        result.values[row, : len(values)] = values
    return result


def _converted(nodes: NDArray) -> tuple[list[int], list[np.float32], list[int], list[float]]:
    """Features, thresholds and masks of a tree's splits, and the values of its leaves from left to right."""
    features, thresholds, masks, values = [], [], [], []

    def visit(node: int) -> None:
        split = nodes[node]
        if split["is_leaf"]:
            values.append(float(split["value"]))
            return
        first = len(values)
        visit(split["left"])
        features.append(int(split["feature_idx"]))
        thresholds.append(_below(split["num_threshold"]))
        masks.append(0xFFFF & ~((1 << len(values)) - (1 << first)))
        visit(split["right"])

    visit(0)
    return features, thresholds, masks, values


def _below(threshold: float) -> np.float32:
    """The largest number in single precision that is not above `threshold`: numbers in single precision are above both
    or above neither."""
    rounded = np.float32(threshold)
    return np.nextafter(rounded, np.float32(-np.inf)) if float(rounded) > threshold else rounded
