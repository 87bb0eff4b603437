"""Neural collaborative filtering at serving time."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from recsys.models.band import Band
from recsys.models.base import Fan, Floats, Items, Model, Statuses, check_config, check_noise, clip
from recsys.models.fan_net import Embedding, FanNet, Others, seen_weights

#: Ratings left out at a time, of a long list.
_BLOCK = 512


@dataclass(frozen=True)
class EmbeddedFan(Fan):
    """`weights` (m,) are those of the titles without a score. `embedding`: the fan in `net`. `scale`: the factor on the
    variance of the fan's scores, 1 on average."""

    weights: Floats
    net: FanNet
    embedding: Embedding
    scale: float

    @cached_property
    def others(self) -> Others:
        """The fan without each title; computed once, as all reasons need it."""
        return self.net.without_each(self.items, self.scores, self.seen, self.weights)


def fan_scale(items: Items, residuals: Floats, noise: NDArray[np.float32], dof: float) -> float:
    """The factor on the variances of a fan whose ratings of `items` (n,) differ by `residuals` (n,) from predictions:
    a scaled inverse chi-squared posterior with `dof` prior degrees of freedom (Gelman et al. 2013, sec. 14.2)."""
    return float((dof + np.sum(np.square(residuals) / noise[items])) / (dof + len(items)))


def leave_one_out(predicted: float, empty: float, without: Floats) -> tuple[float, Floats]:
    """Baseline and effects (n,) from the predictions `without` (n,) one title each, and for an `empty` list.

    A title's effect is the change of the prediction when it is left out; the rest of the change from the baseline is
    shared equally, so that the effects add up to `predicted`.
    """
    effects = predicted - np.asarray(without, np.float64)
    if len(effects):
        effects += (predicted - empty - effects.sum()) / len(effects)
    return empty, effects


def cosines(vectors: NDArray[np.float32], item: int) -> NDArray[np.float32]:
    """Cosine of `vectors` (n_items, dim) with that of `item`, damped for short vectors."""
    size = np.einsum("if,if->i", vectors, vectors)
    size = np.sqrt(size + 0.1 * np.median(size)) if len(size) else size
    alike = (vectors @ vectors[item]) / np.maximum(size * size[item], 1e-12)
    alike[item] = 1
    return np.minimum(alike, 1)


class Neural(Model[EmbeddedFan]):
    """See `FanNet` for the network. Covers the titles with their own embeddings.

    Attributes: `item_ids` (n_items,); `noise` (n_items,), variances of scores about predictions; `net`.
    """

    name: ClassVar[str] = "neural"
    label: ClassVar[str] = "Neural"
    exact_reasons: ClassVar[bool] = False
    watches_unscored: ClassVar[bool] = True

    def __init__(
        self,
        item_ids: NDArray[np.int64],
        net: FanNet,
        noise: NDArray[np.float32],
        band: Band,
        fan_dof: float,
        score_weight: float,
    ) -> None:
        self.item_ids, self.net, self.noise = item_ids, net, noise
        self._band, self._fan_dof, self.score_weight = band, float(fan_dof), float(score_weight)

    def fold_in(self, items: Items, scores: Floats, seen: Items, statuses: Statuses | None = None) -> EmbeddedFan:
        scores, weights = np.asarray(scores, np.float64), seen_weights(seen, statuses)
        embedding = self.net.encode(items, scores, seen, weights)
        residuals = scores - self.net.predict(embedding, items)
        scale = fan_scale(items, residuals, self.noise, self._fan_dof)
        return EmbeddedFan(items, scores, seen, weights, self.net, embedding, scale)

    def predict(self, fan: EmbeddedFan) -> Floats:
        return clip(self.net.predict(fan.embedding))

    def watch(self, fan: EmbeddedFan) -> Floats:
        return self.net.watch(fan.embedding)

    def variance(self, fan: EmbeddedFan, items: Items) -> Floats:
        """Variance (len(items),) of the scores that the fan would give."""
        return fan.scale * self.noise[items]

    def band(self, fan: EmbeddedFan, items: Items) -> tuple[Floats, Floats]:
        centre = clip(self.net.predict(fan.embedding, items))
        return self._band.ends(len(fan.items), centre, np.sqrt(self.variance(fan, items)))

    def explain(self, fan: EmbeddedFan, item: int) -> tuple[float, Floats]:
        """By leaving each title out; see `leave_one_out`. The baseline is the prediction for an empty list."""
        predicted, empty = (self.net.predict_one(embedding, item) for embedding in (fan.embedding, self.net.empty))
        return leave_one_out(predicted, empty, self.net.predict_without(fan.others, item))

    def left_out(self, fan: EmbeddedFan) -> tuple[Floats, Floats, Floats]:
        expected = clip(self.net.predict_left_out(fan.others, fan.items))
        sd = np.sqrt(self._scales_without(fan) * self.noise[fan.items])
        return expected, *self._band.ends(max(len(fan.items) - 1, 0), expected, sd)

    def _scales_without(self, fan: EmbeddedFan) -> Floats:
        """`fan_scale` without each rating, (n,), a block of ratings at a time to save memory."""
        items, n, found = fan.items, len(fan.items), []
        beyond, noise, out = fan.scores - self.net.base[items], self.noise[items], self.net.taste_out[items]
        for start in range(0, n, _BLOCK):
            rows = slice(start, min(start + _BLOCK, n))
            level, taste = fan.others.level[rows], fan.others.taste[rows]
            residuals = beyond.astype(np.float32) - level[:, None] - taste @ out.T  # (block, n)
            residuals[np.arange(len(level)), np.arange(n)[rows]] = 0
            found.append(np.square(residuals) @ (1 / noise))
        squares = np.concatenate(found) if found else np.zeros(0)
        return (self._fan_dof + squares) / (self._fan_dof + max(n - 1, 0))

    def similarity(self, item: int) -> Floats:
        """Cosine of the titles' watch embeddings: whether the same fans like them."""
        return cosines(self.net.watch_out, item)

    def to_arrays(self) -> dict[str, NDArray]:
        arrays = {"item_ids": self.item_ids.astype(np.int32), "noise": self.noise}
        return arrays | self.net.to_arrays() | self._band.to_arrays()

    @property
    def config(self) -> dict[str, Any]:
        return {"fan_dof": self._fan_dof, "score_weight": self.score_weight}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray], config: Mapping[str, Any]) -> Self:
        item_ids, noise = arrays["item_ids"].astype(np.int64), arrays["noise"].astype(np.float32)
        net = FanNet.from_arrays(arrays)
        return cls(item_ids, net, check_noise(item_ids, noise), Band.from_arrays(arrays), *check_config(config))
