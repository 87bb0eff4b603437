"""The hybrid at serving time: scores from factors and the network, watching from the network and a sparse linear
model. All know the titles' content, so that titles without ratings are scored as well."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from recsys.models.band import Band
from recsys.models.base import Fan, Floats, Items, Model, check_shape, clip
from recsys.models.fan_net import Embedding, FanNet, Others
from recsys.models.linear import SparseLinear
from recsys.models.neural import cosines, leave_one_out
from recsys.models.svd import SVD, FoldedFan


@dataclass(frozen=True)
class Blend:
    """The weights of the parts, learned on validation fans.

    `counts` (m,) ascending numbers of known ratings and `shares` (m,) the network's share of the predicted score at
    each, interpolated in log(1 + count); `new_share` is its share for titles without ratings. `watch_counts` and
    `watch_weights` (l,) are likewise the weight of the network's log chance beside the linear model's score.
    """

    counts: tuple[float, ...]
    shares: tuple[float, ...]
    new_share: float
    watch_counts: tuple[float, ...]
    watch_weights: tuple[float, ...]

    def share(self, n_ratings: int) -> float:
        return float(np.interp(np.log1p(n_ratings), np.log1p(self.counts), self.shares))

    def watch_weight(self, n_ratings: int) -> float:
        return float(np.interp(np.log1p(n_ratings), np.log1p(self.watch_counts), self.watch_weights))


@dataclass(frozen=True)
class BlendedFan(Fan):
    """The fan in `net` and in SVD; `share` (n_items,) is the network's share of each predicted score."""

    net: FanNet
    embedding: Embedding
    folded: FoldedFan
    share: NDArray[np.float32]

    @cached_property
    def others(self) -> Others:
        """The fan without each rating; computed once, as all reasons need it."""
        return self.net.without_each(self.items, self.scores)


class Hybrid(Model[BlendedFan]):
    """predicted_j = share · net_j + (1 - share) · svd_j,  watch_j = linear_j + watch_weight · net's log chance_j.

    See `FanNet`, `SVD` and `SparseLinear` for the parts; the factors, in SVD's form, are fitted by variational Bayes
    with a prior from content (`recsys.training.regression_factors`). All cover every title of the catalogue: one
    without ratings has factors predicted from its content and franchise, and more noise; `rated` (n_items,) marks the
    others.
    """

    name: ClassVar[str] = "hybrid"
    label: ClassVar[str] = "Hybrid"
    exact_reasons: ClassVar[bool] = False

    def __init__(
        self,
        net: FanNet,
        svd: SVD,
        linear: SparseLinear,
        rated: NDArray[np.bool_],
        blend: Blend,
        band: Band,
        score_weight: float,
    ) -> None:
        self.item_ids = svd.item_ids
        self.net, self.svd, self.linear, self.rated = net, svd, linear, rated
        self.blend, self.calibrated, self.score_weight = blend, band, float(score_weight)

    def fold_in(self, items: Items, scores: Floats, seen: Items) -> BlendedFan:
        scores = np.asarray(scores, np.float64)
        share = np.where(self.rated, self.blend.share(len(items)), self.blend.new_share).astype(np.float32)
        embedding, folded = self.net.encode(items, scores), self.svd.fold_in(items, scores, seen)
        return BlendedFan(items, scores, seen, self.net, embedding, folded, share)

    def predict(self, fan: BlendedFan) -> Floats:
        return clip(self._expected(fan, slice(None)))

    def _expected(self, fan: BlendedFan, items: Items | slice) -> Floats:
        share = fan.share[items]
        linear = self.svd.base[items] + self.svd.factors[items] @ fan.folded.z
        return share * self.net.predict(fan.embedding, items) + (1 - share) * linear

    def watch(self, fan: BlendedFan) -> Floats:
        chance = self.net.watch(fan.embedding)
        weight = np.float32(self.blend.watch_weight(len(fan.items)))
        return self.linear.watch(fan.items, fan.scores) + weight * chance

    def variance(self, fan: BlendedFan, items: Items) -> Floats:
        """Variance (len(items),) of the scores that the fan would give; SVD's."""
        return self.svd.variance(fan.folded, items)

    def band(self, fan: BlendedFan, items: Items) -> tuple[Floats, Floats]:
        centre = clip(self._expected(fan, items))
        return self.calibrated.ends(len(fan.items), centre, np.sqrt(self.variance(fan, items)))

    def explain(self, fan: BlendedFan, item: int) -> tuple[float, Floats]:
        """SVD's exact effects and the network's by leaving each rating out, in the shares of the two."""
        at, share = np.array([item]), float(fan.share[item])
        without = self.net.predict_without(fan.others, item)
        predicted, empty = (float(self.net.predict(embedding, at)[0]) for embedding in (fan.embedding, self.net.empty))
        net = leave_one_out(predicted, empty, without)
        svd = self.svd.explain(fan.folded, item)
        return share * net[0] + (1 - share) * svd[0], share * net[1] + (1 - share) * svd[1]

    def similarity(self, item: int) -> Floats:
        """The mean of two cosines: of the watch embeddings (the same fans like them) and of SVD's taste factors (fans
        score them similarly)."""
        return (cosines(self.net.watch_out, item) + self.svd.similarity(item)) / 2

    def to_arrays(self) -> dict[str, NDArray]:
        content = self.net.content.astype(bool)
        arrays = {"content": np.packbits(content, axis=1), "rated": self.rated.astype(np.uint8)}
        svd = {f"svd_{name}": array for name, array in self.svd.to_arrays().items() if not name.startswith("band_")}
        return arrays | self.net.to_arrays() | svd | self.linear.to_arrays() | self.calibrated.to_arrays()

    @property
    def config(self) -> dict[str, Any]:
        blend = {name: list(v) if isinstance(v, tuple) else v for name, v in self.blend.__dict__.items()}
        width = self.net.content.shape[1]
        return {"svd": self.svd.config, "blend": blend, "score_weight": self.score_weight, "n_features": width}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray], config: Mapping[str, Any]) -> Self:
        band = {name: array for name, array in arrays.items() if name.startswith("band_")}
        parts = {name.removeprefix("svd_"): array for name, array in arrays.items() if name.startswith("svd_")}
        svd = SVD.from_arrays({**parts, **band}, config["svd"])
        width = int(config["n_features"])
        content = np.unpackbits(arrays["content"], axis=1, count=width).astype(np.float32)
        check_shape("content", content, svd.n_items, width)
        check_shape("rated", arrays["rated"], svd.n_items)
        linear = SparseLinear.from_arrays(arrays)
        check_shape("linear_base", linear.base, svd.n_items)
        weights = dict(config["blend"])
        new_share = float(weights.pop("new_share"))
        blend = Blend(new_share=new_share, **{name: tuple(map(float, values)) for name, values in weights.items()})
        for counts, values in ((blend.counts, blend.shares), (blend.watch_counts, blend.watch_weights)):
            if len(counts) != len(values) or not counts or (np.diff(counts) <= 0).any():
                raise ValueError("the blend's counts do not ascend, or are not as many as their values")
        net, rated = FanNet.from_arrays(arrays, content), arrays["rated"].astype(bool)
        return cls(net, svd, linear, rated, blend, Band.from_arrays(arrays), float(config["score_weight"]))
