"""The hybrid at serving time: scores from factors and the network, watching from the network and sparse linear
models. It knows what a title is, and so scores titles that it was not trained with."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from recsys.models.band import Band
from recsys.models.base import Fan, Floats, Items, Model, Statuses, check_shape, clip
from recsys.models.fan_net import Embedding, FanNet, Others, seen_weights, watch_weights
from recsys.models.neural import cosines, leave_one_out
from recsys.models.placement import Newcomers, Placement
from recsys.models.svd import SVD, FoldedFan
from recsys.models.watching import ListKind, Watching
from recsys.statuses import WATCHING
from recsys.types import positions_of


@dataclass(frozen=True)
class Blend:
    """The weights of the parts of the predicted score, learned on validation fans.

    `counts` (m,) ascending numbers of known ratings and `shares` (m,) the network's share of the predicted score at
    each, interpolated in log(1 + count); `new_share` is its share for titles without ratings.
    """

    counts: tuple[float, ...]
    shares: tuple[float, ...]
    new_share: float

    def share(self, n_ratings: int) -> float:
        return float(np.interp(np.log1p(n_ratings), np.log1p(self.counts), self.shares))


@dataclass(frozen=True)
class BlendedFan(Fan):
    """The fan in `net` and in SVD; `weights` (m,) are those of the titles without a score, `kind` is the list as the
    watching model sees it, `today` the fan in `net` without any score, and `predicted` (n_items,) the scores."""

    weights: Floats
    kind: ListKind
    net: FanNet
    embedding: Embedding
    today: Embedding
    folded: FoldedFan
    predicted: Floats

    @cached_property
    def others(self) -> Others:
        """The fan without each title; computed once, as all reasons need it."""
        return self.net.without_each(self.items, self.scores, self.seen, self.weights)


class Hybrid(Model[BlendedFan]):
    """predicted_j = share · net_j + (1 - share) · svd_j; for the chance to watch see `Watching`.

    See `FanNet` and `SVD` for the parts; the factors, in SVD's form, are fitted by variational Bayes with a prior from
    content (`recsys.training.regression_factors`). `rated` (n_items,) marks the titles that had ratings. `extended`
    adds titles by their facts alone.
    """

    name: ClassVar[str] = "hybrid"
    label: ClassVar[str] = "Hybrid"
    exact_reasons: ClassVar[bool] = False
    watches_unscored: ClassVar[bool] = True

    def __init__(
        self,
        net: FanNet,
        svd: SVD,
        watching: Watching,
        placement: Placement,
        rated: NDArray[np.bool_],
        blend: Blend,
        band: Band,
        score_weight: float,
    ) -> None:
        self.item_ids = svd.item_ids
        self.net, self.svd, self.watching, self.placement, self.rated = net, svd, watching, placement, rated
        self.blend, self.calibrated, self.score_weight = blend, band, float(score_weight)

    def with_parts(self, **changed: Any) -> Self:
        """The model with other parts, by the names of the arguments that make it."""
        own = {"net": self.net, "svd": self.svd, "watching": self.watching, "placement": self.placement}
        own |= {"rated": self.rated, "blend": self.blend, "band": self.calibrated, "score_weight": self.score_weight}
        return type(self)(**own | changed)

    def extended(self, new: Newcomers, franchises: NDArray[np.int64]) -> Self:
        """The model with more titles; `franchises` (n_items,) are those of its own. Ids that it has are left out."""
        fresh = positions_of(self.item_ids, new.item_ids) < 0
        new = Newcomers(new.item_ids[fresh], new.features[fresh], new.franchises[fresh])
        item_ids = np.concatenate([self.item_ids, new.item_ids])
        order = np.argsort(item_ids)
        places = np.searchsorted(item_ids[order], self.item_ids)

        def joined(own: NDArray, added: NDArray) -> NDArray:
            return np.concatenate([own, added.astype(own.dtype)])[order]

        base, factors, noise = self.placement.svd(new, franchises)
        svd = self.svd.with_titles(
            item_ids[order],
            joined(self.svd.base, base),
            joined(self.svd.factors, factors),
            joined(self.svd.noise, noise),
        )
        recent = joined(self.watching.recent, self.placement.recent(new))
        odds = joined(self.watching.odds, self.placement.odds(new))
        likes = joined(self.watching.likes, self.placement.liked(new.features))
        watching = self.watching.extended(places, recent, odds, likes)
        net = self.net.extended(order, self.placement.tables(new))
        rated = joined(self.rated, np.zeros(len(new.item_ids), bool))
        placement = self.placement.extended(places, len(order))
        return self.with_parts(net=net, svd=svd, watching=watching, placement=placement, rated=rated)

    def fold_in(self, items: Items, scores: Floats, seen: Items, statuses: Statuses | None = None) -> BlendedFan:
        scores, weights = np.asarray(scores, np.float64), seen_weights(seen, statuses)
        begun = np.concatenate([watch_weights(scores), weights])
        n_watching = 0 if statuses is None else int(np.count_nonzero(statuses == WATCHING))
        kind = self.watching.kind(np.concatenate([items, seen]), begun, len(items), n_watching)
        embedding, today = self.net.encode_both(items, scores, seen, weights)
        folded, share = self.svd.fold_in(items, scores, seen), self._share(len(items))
        linear = self.svd.base + self.svd.factors @ folded.z
        predicted = clip(share * self.net.predict(embedding) + (1 - share) * linear)
        predicted.flags.writeable = False  # `predict` gives it to every caller
        return BlendedFan(items, scores, seen, weights, kind, self.net, embedding, today, folded, predicted)

    def _share(self, n_ratings: int) -> NDArray[np.float32]:
        """The network's share of each title's predicted score, (n_items,)."""
        return np.where(self.rated, self.blend.share(n_ratings), self.blend.new_share).astype(np.float32)

    def predict(self, fan: BlendedFan) -> Floats:
        return fan.predicted

    def watch(self, fan: BlendedFan) -> Floats:
        chance = self.net.watch(fan.embedding)
        today = chance if fan.today is fan.embedding else self.net.watch(fan.today)
        return self.watching.scores(fan.kind, chance, today)

    def pulls(self, fan: BlendedFan, items: Items) -> Floats:
        """By the linear models; what the network adds is not divided among the titles."""
        return self.watching.pulls(fan.kind, items)

    def variance(self, fan: BlendedFan, items: Items) -> Floats:
        """Variance (len(items),) of the scores that the fan would give; SVD's."""
        return self.svd.variance(fan.folded, items)

    def band(self, fan: BlendedFan, items: Items) -> tuple[Floats, Floats]:
        return self.calibrated.ends(len(fan.items), fan.predicted[items], np.sqrt(self.variance(fan, items)))

    def explain(self, fan: BlendedFan, item: int) -> tuple[float, Floats]:
        """SVD's exact effects and the network's by leaving each title out, in the shares of the two."""
        share = float(self._share(len(fan.items))[item])
        without = self.net.predict_without(fan.others, item)
        predicted, empty = (self.net.predict_one(embedding, item) for embedding in (fan.embedding, self.net.empty))
        net = leave_one_out(predicted, empty, without)
        svd = self.svd.explain(fan.folded, item)
        return share * net[0] + (1 - share) * svd[0], share * net[1] + (1 - share) * svd[1]

    def left_out(self, fan: BlendedFan) -> tuple[Floats, Floats, Floats]:
        items, n = fan.items, max(len(fan.items) - 1, 0)
        share = self._share(n)[items]
        linear, sd = self.svd.without_each(fan.folded)
        centre = clip(share * self.net.predict_left_out(fan.others, items) + (1 - share) * linear)
        return centre, *self.calibrated.ends(n, centre, sd)

    def similarity(self, item: int) -> Floats:
        """The mean of two cosines: of the watch embeddings (the same fans like them) and of SVD's taste factors (fans
        score them similarly)."""
        return (cosines(self.net.watch_out, item) + self.svd.similarity(item)) / 2

    def to_arrays(self) -> dict[str, NDArray]:
        svd = {f"svd_{name}": array for name, array in self.svd.to_arrays().items() if not name.startswith("band_")}
        arrays = {"rated": self.rated.astype(np.uint8)} | self.net.to_arrays() | svd | self.watching.to_arrays()
        return arrays | self.placement.to_arrays() | self.calibrated.to_arrays()

    @property
    def config(self) -> dict[str, Any]:
        blend = {name: list(v) if isinstance(v, tuple) else v for name, v in self.blend.__dict__.items()}
        parts = {"svd": self.svd.config, "watching": self.watching.config, "placement": self.placement.config}
        return {**parts, "blend": blend, "score_weight": self.score_weight}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray], config: Mapping[str, Any]) -> Self:
        band = {name: array for name, array in arrays.items() if name.startswith("band_")}
        parts = {name.removeprefix("svd_"): array for name, array in arrays.items() if name.startswith("svd_")}
        svd, net = SVD.from_arrays({**parts, **band}, config["svd"]), FanNet.from_arrays(arrays)
        check_shape("rated", arrays["rated"], svd.n_items)
        check_shape("net_bias", net.base, svd.n_items)
        watching = Watching.from_arrays(arrays, config["watching"], svd.n_items)
        placement = Placement.from_arrays(arrays, config["placement"], svd, net.weights)
        weights = config["blend"]
        counts, shares = (tuple(map(float, weights[name])) for name in ("counts", "shares"))
        if len(counts) != len(shares) or not counts or (np.diff(counts) <= 0).any():
            raise ValueError("the blend's counts do not ascend, or are not as many as their values")
        blend = Blend(counts, shares, float(weights["new_share"]))
        rated, score_weight = arrays["rated"].astype(bool), float(config["score_weight"])
        if not np.isfinite(score_weight):
            raise ValueError("score_weight is not a number")
        return cls(net, svd, watching, placement, rated, blend, Band.from_arrays(arrays), score_weight)
