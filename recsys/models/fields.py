"""What a model file may hold: dimensions, type and range of every array, and the range of every number of the
configuration. A file within these bounds gives finite predictions. `check` names the field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.types import MAX_ANIME_ID


@dataclass(frozen=True)
class Field:
    """An array of `ndim` dimensions whose values, of a numpy kind in `kinds`, lie in `low` ... `high`."""

    ndim: int
    low: float
    high: float
    kinds: str = "f"

    def fault(self, array: NDArray) -> str | None:
        """Why `array` is not one of these, or None."""
        if array.dtype.kind not in self.kinds:
            return f"holds {array.dtype}, not {'numbers' if 'f' in self.kinds else 'whole numbers'}"
        if array.ndim != self.ndim:
            return f"has {array.ndim} dimensions, not {self.ndim}"
        if not self._within(array):
            return f"holds a value that is not a number from {self.low:g} to {self.high:g}"
        return None

    def _within(self, array: NDArray) -> bool:
        if not array.size:
            return True
        if array.dtype == np.float16 and self.low == -self.high:
            # The bits of a half without its sign have the order of the values, NaN last: ten times faster.
            largest = (np.ascontiguousarray(array).view(np.uint16) & 0x7FFF).max()
            return bool(largest.view(np.float16) <= self.high)
        return bool(array.min() >= self.low and array.max() <= self.high)  # false for NaN


#: The parameters of models are of order 1 to 100; the largest trained so far is 174.
_VECTOR, _MATRIX, _CUBE = Field(1, -1e3, 1e3), Field(2, -1e3, 1e3), Field(3, -1e3, 1e3)
_IDS, _VARIANCES = Field(1, 1, MAX_ANIME_ID, "iu"), Field(1, 1e-3, 1e3)
_ITEMS = {"item_ids": _IDS, "base": _VECTOR, "factors": Field(2, -100, 100), "noise": _VARIANCES}
_LINEAR = {
    "base": _VECTOR, "era_base": _VECTOR, "titles": Field(1, 0, MAX_ANIME_ID, "iu"),
    "targets": Field(2, 0, 2**16 - 1, "iu"), "values": _MATRIX,
}  # fmt: skip
_TITLE_TABLES = {
    "watch_in": _MATRIX, "watch_out": _MATRIX, "watch_bias": _VECTOR, "taste_in": _MATRIX, "taste_out": _MATRIX,
    "bias": _VECTOR,
}  # fmt: skip
_NET = {
    **_TITLE_TABLES, "habit_list": _MATRIX, "habit_bias": _VECTOR, "mean": _VECTOR, "hidden_weight": _MATRIX,
    "hidden_bias": _VECTOR, "out_weight": _MATRIX, "out_bias": _VECTOR, "skip_weight": _MATRIX,
}  # fmt: skip
_PLACEMENT = {
    **_TITLE_TABLES, "regression": _CUBE, "noise": _VARIANCES, "likes": _MATRIX, "today": _VECTOR,
    "deviation": _MATRIX, "share": Field(1, 0, 1),
}  # fmt: skip
_GROUPS = {
    "": _ITEMS,
    "svd_": _ITEMS,
    "net_": _NET,
    "past_": _LINEAR,
    "long_": _LINEAR,
    "today_": _LINEAR,
    "place_": _PLACEMENT,
}
FIELDS: Mapping[str, Field] = {
    **{f"{prefix}{name}": field for prefix, group in _GROUPS.items() for name, field in group.items()},
    "raters": Field(1, 0, MAX_ANIME_ID, "iu"), "means": _VECTOR, "variances": _VARIANCES,
    "band_counts": Field(1, 0, 1e6), "band_low": Field(1, -100, 100), "band_high": Field(1, -100, 100),
    "rated": Field(1, 0, 1, "iu"), "watch_recent": Field(1, 0, 1, "iu"), "watch_odds": _VECTOR,
    "watch_likes": _VECTOR, "watch_fill": _MATRIX, "rerank_facts": Field(2, -1e4, 1e4),
    "rerank_franchises": Field(1, -1, 2**31 - 1, "iu"),
    "rerank_features": Field(2, 0, 255, "iu"), "rerank_thresholds": Field(2, -1e4, 1e4),
    "rerank_masks": Field(2, 0, 2**16 - 1, "iu"), "rerank_values": _MATRIX,
}  # fmt: skip
#: Number of a configuration -> its range. A list holds such numbers.
NUMBERS: Mapping[str, tuple[float, float]] = {
    "fan_dof": (1e-3, 1e6), "fan_damping": (1e-3, 1e6), "score_weight": (-100, 100), "shrink": (1e-3, 1e6),
    "counts": (0, 1e6), "net_weights": (0, 1e3), "long_shares": (0, 1), "today_net_weight": (0, 1e3),
    "odds": (-1e3, 1e3), "gap": (-1e3, 1e3),
    "shares": (-10, 10), "new_share": (-10, 10),
}  # fmt: skip


def check(arrays: Mapping[str, NDArray], config: Any) -> None:
    """Raises ValueError or TypeError unless each array and number is as declared. `from_arrays` finds missing ones."""
    for name, array in arrays.items():
        if name in FIELDS and (fault := FIELDS[name].fault(array)):
            raise ValueError(f"{name} {fault}")
    if not isinstance(config, dict):
        raise TypeError("config is not an object")
    for name, value in _numbers(config):
        low, high = NUMBERS[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise ValueError(f"{name} of the configuration is not a number from {low:g} to {high:g}")


def _numbers(config: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in config.items():
        if name in NUMBERS:
            yield from ((name, one) for one in (value if isinstance(value, list) else [value]))
        elif isinstance(value, dict):
            yield from _numbers(value)
