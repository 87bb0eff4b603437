"""The network of `neural` and `hybrid` at serving time: a fan's embedding computed from the fan's ratings, in numpy."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recsys.models.base import Floats, Items, Statuses, check_shape, to_float32
from recsys.statuses import COMPLETED

#: Numbers that describe a list's scores: their mean residual, its spread, how many they are, and a constant.
N_STATS = 4
#: Numbers that describe a list as what was watched: how long it is, and the share without a score.
N_LIST = 2
#: Added to a list's length where its ratings are averaged, which shrinks the averages of short lists.
LEVEL_DAMPING, SPREAD_DAMPING, TASTE_DAMPING = 2.0, 4.0, 8.0
#: The spread of residuals of a fan without ratings, in points.
USUAL_SPREAD = 1.2
#: The damped mean of taste vectors is multiplied by the square root of the list's length, up to this many ratings: its
#: noise then has the same size for every list, and its signal grows with the list's length up to a limit.
TASTE_MOST = 100.0

NOTHING = np.zeros(0, np.intp)
#: Arrays with one row per title, those of them stored in half precision, and those that requests need in single.
TABLES = ("watch_in", "watch_out", "watch_bias", "taste_in", "taste_out", "bias")
_HALF = ("watch_in", "watch_out", "taste_in", "taste_out")
_WIDE = ("watch_out", "taste_out")


@dataclass(frozen=True)
class Embedding:
    """A fan in the network: `habit` (watch_dim,) is what the fan watches, `taste` (taste_dim,) what the fan likes,
    `level` how far the fan's scores lie above the titles' means, in points."""

    habit: NDArray[np.float32]
    taste: NDArray[np.float32]
    level: float


@dataclass(frozen=True)
class Others:
    """A fan without each of n titles in turn: `taste` (n, taste_dim), `level` (n,)."""

    taste: Floats
    level: Floats


def watch_weights(scores: Floats) -> NDArray[np.float32]:
    """Weights of ratings where watching is predicted: 1 for a score of 10, 1/12 for 4.5 and below."""
    return (np.maximum(np.asarray(scores, np.float32) - 4, 0.5) / 6).astype(np.float32)


#: Weights of titles begun without a score, by the number of their status (see `recsys.statuses`). Those of titles being
#: watched and completed were chosen on validation fans. No title in the data is on hold or dropped: an assumption.
SEEN_WEIGHTS = np.array([0.8, 0.6, 0.8, 0.4, 0.1], np.float32)


def seen_weights(seen: Items, statuses: Statuses | None) -> NDArray[np.float32]:
    """Weights (m,) of the titles `seen` (m,) without a score; without `statuses` (m,) all are completed."""
    return SEEN_WEIGHTS[np.full(len(seen), COMPLETED) if statuses is None else statuses]


def taste_scale(n: int) -> float:
    """The factor of the sum of taste vectors of `n` ratings."""
    return math.sqrt(min(n, TASTE_MOST) + TASTE_DAMPING) / (n + TASTE_DAMPING)


class FanNet:
    """Neural collaborative filtering whose fan embedding is a function of the fan's ratings (He et al. 2017, the table
    of users replaced by an encoder of the set of rated titles, as in Liang et al. 2018 and Zaheer et al. 2017).

    With r_i the score of rated title i, w_i = max(r_i - 4, .5) / 6, n titles rated, m more begun without a score, whose
    w_i depends on their status, and e = (log(1 + n + m) / 3 - 1, m / (n + m)),

        habit = tanh(sum_i w_i W_i / sqrt(n + m + 1) + E·e + b)             watch_j = habit·O_j + c_j
        level_0 = sum_i (r_i - base_i) / (n + 2),  x_i = r_i - base_i - level_0
        s = [sqrt(min(n, 100) + 8) / (n + 8) sum_i x_i T_i, habit, level_0, spread of x, length, 1]
        (taste, d) = MLP(s),  level = level_0 + d                           predicted_j = base_j + level + taste·Q_j

    Weights, by name: `watch_in`, `watch_out` (n_items, watch_dim), `watch_bias` (n_items,), `taste_in` (n_items,
    taste_in), `taste_out` (n_items, taste_dim), `bias` (n_items,); `habit_list` (N_LIST, watch_dim) (E) and
    `habit_bias` (watch_dim,); `mean` (1,); `hidden_weight` (hidden, inputs), `hidden_bias`, `out_weight`
    (taste_dim + 1, hidden), `out_bias`, `skip_weight` (taste_dim + 1, inputs).

    Attributes: `weights`; `base` (n_items,), everybody's expected scores; `watch_out` (n_items, watch_dim) and
    `taste_out` (n_items, taste_dim).
    """

    def __init__(self, weights: Mapping[str, NDArray]) -> None:
        self.weights = dict(weights)
        self.base = weights["bias"].astype(np.float32) + np.float32(weights["mean"][0])
        #: A fan with an empty list.
        self.empty = self.encode(NOTHING, np.zeros(0), NOTHING, np.zeros(0))

    # Every request multiplies by the next two, so half precision would be slow: from the first request on, the table in
    # single precision replaces it. In column order the product of the larger one takes a third of the time.
    @cached_property
    def watch_out(self) -> NDArray[np.float32]:
        wide = self.weights["watch_out"] = self.weights["watch_out"].astype(np.float32, order="F")
        return wide

    @cached_property
    def taste_out(self) -> NDArray[np.float32]:
        wide = self.weights["taste_out"] = self.weights["taste_out"].astype(np.float32, copy=False)
        return wide

    def extended(self, order: NDArray[np.intp], rows: Mapping[str, NDArray]) -> "FanNet":
        """The network with more titles: `rows` holds `TABLES` of the new ones, and `order` (n,) the position of each
        title in old and new ones together."""
        kinds = {name: self.weights[name].dtype for name in TABLES} | dict.fromkeys(_WIDE, np.dtype(np.float32))
        tables = {name: np.concatenate([self.weights[name], rows[name]], dtype=kind)[order]
                  for name, kind in kinds.items()}  # fmt: skip
        return FanNet({**self.weights, **tables})

    def encode(self, items: Items, scores: Floats, seen: Items, weights: Floats) -> Embedding:
        """The fan who gave `items` (n,) the `scores` (n,) and began `seen` (m,) without a score, which count with
        `weights` (m,) in what the fan watches; n and m may be 0."""
        watched = self._watched(items, scores, seen, weights).sum(axis=0)
        return self._embedding(len(items), len(seen), watched, *self._sums(items, scores))

    def encode_both(self, items: Items, scores: Floats, seen: Items, weights: Floats) -> tuple[Embedding, Embedding]:
        """`encode`, and the fan if no title had a score but all still counted with the same weights."""
        n, m = len(items), len(seen)
        watched = self._watched(items, scores, seen, weights).sum(axis=0)
        fan = self._embedding(n, m, watched, *self._sums(items, scores))
        return fan, self._embedding(0, n + m, watched, *self._sums(NOTHING, np.zeros(0))) if n else fan

    def without_each(self, items: Items, scores: Floats, seen: Items, weights: Floats) -> Others:
        """The fan if one of the titles were not known, for each of `items`, then each of `seen`."""
        n, m = len(items), len(seen)
        watched = self._watched(items, scores, seen, weights)
        np.subtract(watched.sum(axis=0), watched, out=watched)
        rated = self._each(items, scores)
        sums = [values.sum(axis=0, keepdims=True) for values in rated]
        parts = [
            self._embed(
                max(n - 1, 0), m, watched[:n], *(total - values for total, values in zip(sums, rated, strict=True))
            )
        ]
        if m:
            same = [np.broadcast_to(total, (m, total.shape[1])) for total in sums]
            parts.append(self._embed(n, m - 1, watched[n:], *same))
        _, taste, level = (np.concatenate(values) for values in zip(*parts, strict=True))
        return Others(taste, level)

    def predict_without(self, others: Others, item: int) -> Floats:
        """The expected score of `item` without each title, (n,)."""
        return self.base[item] + others.level + others.taste @ self.taste_out[item]

    def predict_left_out(self, others: Others, items: Items) -> Floats:
        """The expected score of each of the fan's rated `items` (n,) without itself, not clipped, (n,); `others` are
        from `without_each` of the same items."""
        n = len(items)
        return self.base[items] + others.level[:n] + np.einsum("if,if->i", others.taste[:n], self.taste_out[items])

    def _rows(self, name: str, items: Items) -> NDArray[np.float32]:
        """A parameter of `items`, (n, dim)."""
        return to_float32(self.weights[name].take(items, axis=0))

    def _watched(self, items: Items, scores: Floats, seen: Items, weights: Floats) -> NDArray[np.float32]:
        """What each of `items`, then each of `seen`, adds to what the fan watches, (n + m, watch_dim)."""
        watched = self._rows("watch_in", np.concatenate([items, seen]))
        watched *= np.concatenate([watch_weights(scores), np.asarray(weights, np.float32)])[:, None]
        return watched

    def _each(self, items: Items, scores: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """What each rating adds to the other sums that `_embed` needs, (n, ...)."""
        residuals = (np.asarray(scores, np.float32) - self.base[items])[:, None]
        taste = self._rows("taste_in", items)
        return residuals, np.square(residuals), taste, residuals * taste

    def _sums(self, items: Items, scores: Floats) -> tuple[Floats, ...]:
        """The sums over all ratings, (1, ...)."""
        return tuple(values.sum(axis=0, keepdims=True) for values in self._each(items, scores))

    def _embedding(self, n: int, m: int, watched: Floats, *sums: Floats) -> Embedding:
        habit, taste, level = self._embed(n, m, watched[None], *sums)
        return Embedding(habit[0], taste[0], float(level[0]))

    def _embed(self, n: int, m: int, watched, residuals, squares, taste, liked) -> tuple[NDArray, NDArray, NDArray]:
        """`habit` (l, watch_dim), `taste` (l, taste_dim), `level` (l,) of l fans with `n` ratings and `m` titles
        without a score, from their sums."""
        w = self.weights
        described = np.array([math.log1p(n + m) / 3 - 1, m / max(n + m, 1)], np.float32) @ w["habit_list"]
        habit = watched / np.float32(math.sqrt(n + m + 1))
        habit += described + w["habit_bias"]
        np.tanh(habit, out=habit)
        level = residuals / np.float32(n + LEVEL_DAMPING)
        squares = np.maximum(squares - 2 * level * residuals + n * np.square(level), 0)
        spread = np.sqrt((squares + SPREAD_DAMPING * USUAL_SPREAD**2) / (n + SPREAD_DAMPING)) - USUAL_SPREAD
        liked = (liked - level * taste) * np.float32(taste_scale(n))
        length = np.full_like(level, math.log1p(n) / 3 - 1)
        inputs = np.concatenate([liked, habit, level, spread, length, np.ones_like(level)], axis=1, dtype=np.float32)
        hidden = inputs @ w["hidden_weight"].T
        hidden += w["hidden_bias"]
        out = _gelu(hidden) @ w["out_weight"].T
        out += inputs @ w["skip_weight"].T
        out += w["out_bias"]
        return habit, out[:, :-1], level[:, 0] + out[:, -1]

    def predict(self, fan: Embedding, items: Items | slice = slice(None)) -> Floats:
        """Expected scores, not clipped, of all titles or of `items`."""
        return self.base[items] + np.float32(fan.level) + self.taste_out[items] @ fan.taste

    def predict_one(self, fan: Embedding, item: int) -> float:
        """The expected score of `item`."""
        return float(self.base[item] + fan.level + self.taste_out[item] @ fan.taste)

    def watch(self, fan: Embedding) -> Floats:
        """Log of the chance that a title that the fan would like is this one, up to a constant, (n_items,)."""
        return self.weights["watch_bias"] + self.watch_out @ fan.habit

    def to_arrays(self) -> dict[str, NDArray]:
        return {
            f"net_{name}": array.astype(np.float16, order="C") if name in _HALF else array
            for name, array in self.weights.items()
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray]) -> Self:
        """Raises KeyError or ValueError unless all arrays are there and fit together."""
        weights = {name.removeprefix("net_"): array for name, array in arrays.items() if name.startswith("net_")}
        weights = {name: value if name in _HALF else value.astype(np.float32) for name, value in weights.items()}
        n_items, watch_dim = weights["watch_in"].shape
        taste_in, taste_dim = weights["taste_in"].shape[1], weights["taste_out"].shape[1]
        hidden, inputs = weights["hidden_weight"].shape[0], taste_in + watch_dim + N_STATS
        shapes = {"watch_in": (n_items, watch_dim), "watch_out": (n_items, watch_dim), "watch_bias": (n_items,)}
        shapes |= {"taste_in": (n_items, taste_in), "taste_out": (n_items, taste_dim), "bias": (n_items,)}
        shapes |= {"habit_list": (N_LIST, watch_dim), "habit_bias": (watch_dim,), "mean": (1,)}
        shapes |= {"hidden_weight": (hidden, inputs), "hidden_bias": (hidden,)}
        shapes |= {"out_weight": (taste_dim + 1, hidden), "out_bias": (taste_dim + 1,)}
        shapes |= {"skip_weight": (taste_dim + 1, inputs)}
        for name, shape in shapes.items():
            check_shape(name, weights[name], *shape)
        return cls({name: weights[name] for name in shapes})


def _gelu(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Gaussian error linear unit, tanh form (Hendrycks & Gimpel 2016): x (1 + tanh(√(2/π) (x + .044715 x³))) / 2."""
    result = x * x
    result *= np.float32(0.044715)
    result += 1
    result *= x
    result *= np.float32(math.sqrt(2 / math.pi))
    np.tanh(result, out=result)
    result += 1
    result *= x
    result *= 0.5
    return result
