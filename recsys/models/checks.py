"""Checks of the arrays and the configuration in a model file; each raises ValueError."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


def check_shape(name: str, array: NDArray, *shape: int) -> None:
    """Raises ValueError unless `array` has `shape`."""
    if array.shape != shape:
        raise ValueError(f"{name} has shape {array.shape}, not {shape}")


def check_noise(item_ids: NDArray[np.int64], noise: NDArray[np.float32]) -> NDArray[np.float32]:
    """`noise`, or ValueError unless ids ascend and each has a positive variance."""
    check_shape("noise", noise, len(item_ids))
    if (np.diff(item_ids) <= 0).any():
        raise ValueError("item_ids does not ascend")
    if (noise <= 0).any():
        raise ValueError("noise holds a variance that is not positive")
    return noise


def check_config(config: Mapping[str, Any]) -> tuple[float, float]:
    """`fan_dof` and `score_weight`, or ValueError."""
    fan_dof, score_weight = float(config["fan_dof"]), float(config["score_weight"])
    if not fan_dof > 0 or not np.isfinite(score_weight):
        raise ValueError("fan_dof is not positive, or score_weight is not a number")
    return fan_dof, score_weight
