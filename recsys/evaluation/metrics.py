"""Measures of error."""

import math

import numpy as np
from numpy.typing import NDArray


def _errors(predicted: NDArray[np.floating], actual: NDArray[np.floating]) -> NDArray[np.floating]:
    if predicted.shape != actual.shape or not predicted.size:
        raise ValueError(
            f"Errors need as many predictions as scores, and at least one: {predicted.shape}, {actual.shape}."
        )
    return predicted - actual


def rmse(predicted: NDArray[np.floating], actual: NDArray[np.floating]) -> float:
    """Root mean squared error of `predicted` (n,) against `actual` (n,). Raises ValueError if n is 0 or differs."""
    return math.sqrt(np.mean(np.square(_errors(predicted, actual))))


def mae(predicted: NDArray[np.floating], actual: NDArray[np.floating]) -> float:
    """Mean absolute error of `predicted` (n,) against `actual` (n,). Raises ValueError if n is 0 or differs."""
    return float(np.mean(np.abs(_errors(predicted, actual))))
