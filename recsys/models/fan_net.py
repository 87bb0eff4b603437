"""The network of `neural` and `hybrid` at serving time: a fan's embedding computed from the fan's ratings, in numpy."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recsys.models.base import Floats, Items, check_shape

#: Numbers that describe a list: its mean residual, their spread, its length, and a constant.
N_STATS = 4
#: Added to a list's length where its ratings are averaged, which shrinks the averages of short lists.
LEVEL_DAMPING, SPREAD_DAMPING, TASTE_DAMPING = 2.0, 4.0, 8.0
#: The spread of residuals of a fan without ratings, in points.
USUAL_SPREAD = 1.2
#: The damped mean of taste vectors is multiplied by the square root of the list's length, up to this many ratings: its
#: noise then has the same size for every list, and its signal grows with the list's length up to a limit.
TASTE_MOST = 100.0

#: Arrays with one row per title that has its own embedding, and with one row per content feature.
_OWN = ("watch_in", "watch_out", "watch_bias", "taste_in", "taste_out", "bias")
_CONTENT = tuple(f"content_{name}" for name in _OWN)
_HALF = ("watch_in", "watch_out", "taste_in", "taste_out")


@dataclass(frozen=True)
class Embedding:
    """A fan in the network: `habit` (watch_dim,) is what the fan watches, `taste` (taste_dim,) what the fan likes,
    `level` how far the fan's scores lie above the titles' means, in points."""

    habit: NDArray[np.float32]
    taste: NDArray[np.float32]
    level: float


@dataclass(frozen=True)
class Others:
    """A fan of n ratings without each of them in turn: `taste` (n, taste_dim), `level` (n,)."""

    taste: Floats
    level: Floats


def watch_weights(scores: Floats) -> NDArray[np.float32]:
    """Weights of ratings where watching is predicted: 1 for a score of 10, 1/12 for 4.5 and below."""
    return (np.maximum(np.asarray(scores, np.float32) - 4, 0.5) / 6).astype(np.float32)


def taste_scale(n: int) -> float:
    """The factor of the sum of taste vectors of `n` ratings."""
    return math.sqrt(min(n, TASTE_MOST) + TASTE_DAMPING) / (n + TASTE_DAMPING)


class FanNet:
    """Neural collaborative filtering whose fan embedding is a function of the fan's ratings (He et al. 2017, the table
    of users replaced by an encoder of the set of rated titles, as in Liang et al. 2018 and Zaheer et al. 2017).

    With r_i the score of rated title i, w_i = max(r_i - 4, .5) / 6 and n titles rated,

        habit = tanh(sum_i w_i W_i / sqrt(n + 1) + b)                       watch_j = habit·O_j + c_j
        level_0 = sum_i (r_i - base_i) / (n + 2),  x_i = r_i - base_i - level_0
        s = [sqrt(min(n, 100) + 8) / (n + 8) sum_i x_i T_i, habit, level_0, spread of x, length, 1]
        (taste, d) = MLP(s),  level = level_0 + d                           predicted_j = base_j + level + taste·Q_j

    A title's parameters W, O, c, T, Q and base are its own embedding plus a linear function of its content; a title
    without ratings has only the latter.

    Weights, by name: `watch_in`, `watch_out` (n_own, watch_dim), `watch_bias` (n_own,), `taste_in` (n_own, taste_in),
    `taste_out` (n_own, taste_dim), `bias` (n_own,), each with a `content_` twin of n_features rows; `habit_bias`
    (watch_dim,); `mean` (1,); `hidden_weight` (hidden, inputs), `hidden_bias`, `out_weight` (taste_dim + 1, hidden),
    `out_bias`, `skip_weight` (taste_dim + 1, inputs).

    Attributes: `weights`; `content`; `base` (n_items,), everybody's expected scores; `taste_out` (n_items, taste_dim).
    """

    def __init__(self, weights: Mapping[str, NDArray], own: NDArray[np.intp], content: NDArray[np.float32]) -> None:
        """`own` (n_items,): the row of a title's own embedding, -1 if it has none; `content` (n_items, n_features)."""
        self.weights = dict(weights)
        self._own, self.content = own, content
        self._placed = np.flatnonzero(own >= 0)
        self._rows = own[self._placed]
        self._in_order = len(self._rows) == len(own) and bool((self._rows == np.arange(len(own))).all())
        #: Every request multiplies by it, so that it alone is not kept in half precision.
        self.weights["watch_out"] = weights["watch_out"].astype(np.float32)
        self.base = self._titles("bias") + np.float32(weights["mean"][0])
        self.taste_out = self._titles("taste_out")
        self._watch_base = self._titles("watch_bias")
        #: A fan without ratings.
        self.empty = self.encode(np.zeros(0, np.intp), np.zeros(0))

    def _titles(self, name: str) -> Floats:
        """A parameter of all titles, (n_items, ...)."""
        table = self.content @ self.weights[f"content_{name}"].astype(np.float32)
        table[self._placed] += self.weights[name][self._rows].astype(np.float32)
        return table

    def _rated(self, name: str, items: Items) -> Floats:
        """A parameter of `items`, (n, dim)."""
        own = self._own[items]
        table = self.weights[name][np.maximum(own, 0)].astype(np.float32)
        table[own < 0] = 0
        return table + self.content[items] @ self.weights[f"content_{name}"].astype(np.float32)

    def encode(self, items: Items, scores: Floats) -> Embedding:
        """The fan who gave `items` (n,) the `scores` (n,); n may be 0."""
        sums = self._sums(items, scores)
        habit, taste, level = self._embed(len(items), *(np.atleast_1d(values.sum(axis=0))[None] for values in sums))
        return Embedding(habit[0], taste[0], float(level[0]))

    def without_each(self, items: Items, scores: Floats) -> Others:
        """The fan if one of the ratings were not known, for each of them."""
        n = len(items)
        if not n:
            return Others(np.zeros((0, self.taste_out.shape[1]), np.float32), np.zeros(0, np.float32))
        sums = self._sums(items, scores)
        left = [np.reshape(values.sum(axis=0) - values, (n, -1)) for values in sums]
        _, taste, level = self._embed(n - 1, *left)
        return Others(taste, level)

    def predict_without(self, others: Others, item: int) -> Floats:
        """The expected score of `item` without each rating, (n,)."""
        return self.base[item] + others.level + others.taste @ self.taste_out[item]

    def _sums(self, items: Items, scores: Floats) -> list[Floats]:
        """What each rating adds to the sums that `_embed` needs, (n, ...)."""
        scores = np.asarray(scores, np.float32)
        residuals = scores - self.base[items]
        taste = self._rated("taste_in", items)
        watched = watch_weights(scores)[:, None] * self._rated("watch_in", items)
        return [watched, residuals, np.square(residuals), taste, residuals[:, None] * taste]

    def _embed(self, n: int, watched, residuals, squares, taste, liked) -> tuple[NDArray, NDArray, NDArray]:
        """`habit` (m, watch_dim), `taste` (m, taste_dim), `level` (m,) of m fans with `n` ratings, from their sums."""
        w = self.weights
        habit = np.tanh(watched / np.float32(math.sqrt(n + 1)) + w["habit_bias"])
        level = residuals / np.float32(n + LEVEL_DAMPING)
        squares = np.maximum(squares - 2 * level * residuals + n * np.square(level), 0)
        spread = np.sqrt((squares + SPREAD_DAMPING * USUAL_SPREAD**2) / (n + SPREAD_DAMPING)) - USUAL_SPREAD
        liked = (liked - level * taste) * np.float32(taste_scale(n))
        length = np.full_like(level, math.log1p(n) / 3 - 1)
        inputs = np.concatenate([liked, habit, level, spread, length, np.ones_like(level)], axis=1).astype(np.float32)
        hidden = _gelu(inputs @ w["hidden_weight"].T + w["hidden_bias"])
        out = hidden @ w["out_weight"].T + inputs @ w["skip_weight"].T + w["out_bias"]
        return habit, out[:, :-1], level[:, 0] + out[:, -1]

    def predict(self, fan: Embedding, items: Items | slice = slice(None)) -> Floats:
        """Expected scores, not clipped, of all titles or of `items`."""
        return self.base[items] + np.float32(fan.level) + self.taste_out[items] @ fan.taste

    @property
    def watch_out(self) -> Floats:
        """All titles' watch embeddings, (n_items, watch_dim)."""
        own = self._in_order and not self.content.shape[1]
        return self.weights["watch_out"] if own else self._titles("watch_out")

    def watch(self, fan: Embedding) -> Floats:
        """Log of the chance that a title that the fan would like is this one, up to a constant, (n_items,)."""
        by_content = self.content @ (self.weights["content_watch_out"].astype(np.float32) @ fan.habit)
        logits = self._watch_base + by_content
        by_title = self.weights["watch_out"] @ fan.habit
        if self._in_order:
            return logits + by_title
        logits[self._placed] += by_title[self._rows]
        return logits

    def to_arrays(self) -> dict[str, NDArray]:
        """All but `content`, which its owner keeps; embeddings as float16."""
        arrays = {name: value.astype(np.float16) if _is_half(name) else value for name, value in self.weights.items()}
        return {f"net_{name}": value for name, value in arrays.items()} | {"net_own": self._own.astype(np.int32)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray], content: NDArray[np.float32]) -> Self:
        """Raises KeyError or ValueError unless all arrays are there and fit together."""
        weights = {name.removeprefix("net_"): array for name, array in arrays.items() if name.startswith("net_")}
        own = weights.pop("own").astype(np.intp)
        weights = {name: value if _is_half(name) else value.astype(np.float32) for name, value in weights.items()}
        n_own, watch_dim = weights["watch_in"].shape
        taste_in, taste_dim = weights["taste_in"].shape[1], weights["taste_out"].shape[1]
        dims = {"watch_in": (watch_dim,), "watch_out": (watch_dim,), "watch_bias": (), "bias": ()}
        dims |= {"taste_in": (taste_in,), "taste_out": (taste_dim,)}
        hidden, inputs = weights["hidden_weight"].shape[0], taste_in + watch_dim + N_STATS
        shapes = {name: (n_own, *dims[name]) for name in _OWN}
        shapes |= {f"content_{name}": (content.shape[1], *dims[name]) for name in _OWN}
        shapes |= {
            "habit_bias": (watch_dim,),
            "mean": (1,),
            "hidden_weight": (hidden, inputs),
            "hidden_bias": (hidden,),
        }
        shapes |= {"out_weight": (taste_dim + 1, hidden), "out_bias": (taste_dim + 1,)}
        shapes |= {"skip_weight": (taste_dim + 1, inputs)}
        for name, shape in shapes.items():
            check_shape(name, weights[name], *shape)
        check_shape("own", own, len(content))
        if len(own) and (own.min() < -1 or own.max() >= n_own):
            raise ValueError("own names an embedding that is not there")
        return cls({name: weights[name] for name in shapes}, own, content)


def _is_half(name: str) -> bool:
    return name in _HALF


def _gelu(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Gaussian error linear unit, tanh form (Hendrycks & Gimpel 2016)."""
    return 0.5 * x * (1 + np.tanh(np.float32(math.sqrt(2 / math.pi)) * (x + np.float32(0.044715) * x * x * x)))
