"""What every model does at serving time: score all its titles for any fan from that fan's ratings alone. Also checks of
the arrays and the configuration in a model file; each raises ValueError."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from recsys.types import MAX_SCORE, MIN_SCORE

Items = NDArray[np.intp]
Floats = NDArray[np.floating]
Statuses = NDArray[np.int8]


@dataclass(frozen=True)
class Fan:
    """A fan folded into one model. `items` (n,) are positions in the model's `item_ids`, `scores` (n,) their ratings;
    `seen` (m,) are positions begun without a score. Subclasses add what a model inferred."""

    items: Items
    scores: Floats
    seen: Items


F = TypeVar("F", bound=Fan)


class Model(ABC, Generic[F]):
    """A trained model: immutable numpy arrays, no training code, safe to share between threads.

    `F` is its class of fans: what `fold_in` returns and the other methods take.

    Attributes: `item_ids` (n_items,) int64, ascending MyAnimeList ids of the titles that it can score.
    """

    #: How commands, files and addresses call it, and how a page does.
    name: ClassVar[str]
    label: ClassVar[str]
    #: Whether `explain` is exact (the prediction is linear in the fan's ratings) or an approximation.
    exact_reasons: ClassVar[bool] = True
    #: Whether titles begun without a score count in what it recommends.
    watches_unscored: ClassVar[bool] = False
    #: Rank points for one point of predicted score, beside the standardised chance to watch (`recsys.models.order`).
    score_weight: float = 0.0
    item_ids: NDArray[np.int64]

    @property
    def n_items(self) -> int:
        return len(self.item_ids)

    @abstractmethod
    def fold_in(self, items: Items, scores: Floats, seen: Items, statuses: Statuses | None = None) -> F:
        """Infer a fan from ratings of `items` (n,), `scores` (n,) on 1-10, and unscored `seen` (m,); n, m may be 0.

        `statuses` (m,) are MyAnimeList's numbers of `seen`: 1 watching, 2 completed, 3 on hold, 4 dropped (None: all
        are completed).
        """

    @abstractmethod
    def predict(self, fan: F) -> Floats:
        """Expected score of every title, (n_items,), within 1-10."""

    @abstractmethod
    def band(self, fan: F, items: Items) -> tuple[Floats, Floats]:
        """Low and high ends, each (len(items),), of the calibrated 80% band of the score that the fan would give."""

    @abstractmethod
    def explain(self, fan: F, item: int) -> tuple[float, Floats]:
        """Baseline and the effect (n + m,) on the score of each of the fan's ratings, then of each title without a
        score; they add up to the prediction before clipping."""

    @abstractmethod
    def similarity(self, item: int) -> Floats:
        """How similar every title is to `item`, (n_items,), at most 1."""

    def watch(self, fan: F) -> Floats | None:
        """How likely the fan is to watch each title, (n_items,), on any increasing scale. None: the model does not
        predict it, and titles are ranked by their number of raters instead (`recsys.models.order.chance_to_watch`)."""
        return None

    def pulls(self, fan: F, items: Items) -> Floats | None:
        """What each of the fan's ratings, then each title without a score, adds to the chance to watch each of `items`
        (l,): (l, n + m), in any one unit. None: the model does not tell."""
        return None

    def left_out(self, fan: F) -> tuple[Floats, Floats, Floats] | None:
        """Expected score (1-10) of each rated title, and the ends of its band, from the fan's other ratings alone,
        (n,) each. None: the model has no formula for it, so that the fan must be folded in again without each rating.
        """
        return None

    @abstractmethod
    def to_arrays(self) -> dict[str, NDArray]:
        """Every array that `from_arrays` needs."""

    @classmethod
    @abstractmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray], config: Mapping[str, Any]) -> Self:
        """The model from its arrays and the configuration that it was saved with.

        May raise KeyError, ValueError or TypeError on arrays of the wrong names, shapes or types.
        """

    @property
    def config(self) -> dict[str, Any]:
        """What `from_arrays` needs beside arrays; plain JSON."""
        return {}


def clip(scores: Floats) -> Floats:
    """Scores limited to the rating scale, as Surprise's `AlgoBase.predict` does."""
    return np.clip(scores, MIN_SCORE, MAX_SCORE)


def to_float32(values: NDArray[np.floating]) -> NDArray[np.float32]:
    """`values` in single precision. Finite ones in half precision take a fifth of the time of numpy's conversion: their
    bits are moved to the places of single precision, whose exponent begins 112 lower."""
    if values.dtype != np.float16:
        return values.astype(np.float32)
    bits = np.ascontiguousarray(values).view(np.int16).astype(np.int32)
    bits <<= 13
    bits &= np.int32(-0x70000001)  # the sign, once, and the other 15 bits
    result = bits.view(np.float32)
    result *= np.float32(2.0**112)
    return result


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
