"""Measured figures as JSON values, with their standard errors."""

import math

import numpy as np
from numpy.typing import NDArray

from recsys.holdout import metrics


def figure(value: float, error: float | None = None) -> dict[str, float]:
    """A measure and its standard error."""
    rounded = {"value": round(float(value), 5)}
    return rounded if error is None or math.isnan(error) else rounded | {"se": round(float(error), 5)}


def mean(values: NDArray[np.floating]) -> dict[str, float]:
    """The mean of `values` (n,), one of each fan, with its standard error; those that are NaN were not measured."""
    known = values[~np.isnan(values)]
    return figure(known.mean(), metrics.standard_error(known))


def clustered_mean(values: NDArray[np.floating], fans: NDArray[np.integer]) -> dict[str, float]:
    """The mean of `values` (n,) with its standard error, where those of one of `fans` (n,) are dependent."""
    middle = values.mean()
    _, own = np.unique(fans, return_inverse=True)
    return figure(middle, np.sqrt(np.square(np.bincount(own, values - middle)).sum()) / len(values))
