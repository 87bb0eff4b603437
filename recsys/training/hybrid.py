"""Trains `hybrid`: title factors, the network and the linear watch model on training fans, their blend on validation
fans. The factors and the network use the titles' content."""

from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from recsys.data.ratings import Ratings
from recsys.holdout.reveal import FanLists, fan_lists
from recsys.holdout.split import part_of
from recsys.models import fan_net
from recsys.models.hybrid import Blend, Hybrid
from recsys.models.linear import SparseLinear
from recsys.prepare import demographics
from recsys.training import content, regression_factors
from recsys.training.calibration import calibrate, errors_by_count, no_band
from recsys.training.ease import DenoisingConfig, denoising_ridge, sparse
from recsys.training.fan_net import NetConfig
from recsys.training.neural import NeuralConfig, at_titles, epochs, round_to_float16, train_net
from recsys.training.order import SCORE_WEIGHTS, order_by_count, ranked
from recsys.training.regression_factors import ColdConfig, FactorConfig, to_serving_svd
from recsys.training.run import Trained, TrainingRun

#: Numbers of known ratings at which the parts' shares are learned, and at which the order is learned.
SHARE_COUNTS = (0, 1, 3, 5, 10, 20, 50, 200)
ORDER_COUNTS = (0, 1, 3, 5, 10, 20, 50)
WATCH_WEIGHTS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.3, 0.5, 1.0)


@dataclass(frozen=True)
class HybridConfig(NeuralConfig):
    """Hyperparameters of `hybrid`."""

    net: NetConfig = field(default_factory=lambda: NetConfig(id_dropout=0.1))
    linear: DenoisingConfig = field(default_factory=DenoisingConfig)
    factors: FactorConfig = field(default_factory=FactorConfig)
    cold: ColdConfig = field(default_factory=ColdConfig)
    #: Use the member count as content. Off: a new title has few members yet, so the count would leak the future.
    members: bool = False
    #: The network's share in the scores of titles without ratings; `scripts.evaluate cold-titles` measures the best.
    new_share: float = 0.08


def train(run: TrainingRun, config: HybridConfig | None = None) -> Trained:
    config = config or HybridConfig()
    model, metrics = parts(run, config)
    fans = fan_lists(run.ratings, "validation", model.item_ids, run.seed)
    model = blended(model, fans)
    described = {**asdict(config), "demographics": run.demographics is not None}
    return Trained(model, described, {**errors_by_count(model, fans), **order_by_count(model, fans), **metrics})


def parts(run: TrainingRun, config: HybridConfig) -> tuple[Hybrid, dict[str, Any]]:
    """Train all parts and give them equal shares; `blended` learns better ones."""
    titles = content.load(run.catalogue, config.members)
    item_ids, features = titles.item_ids, titles.features
    run = replace(run, ratings=at_titles(run.ratings, item_ids))
    ratings = part_of(run.ratings, "train")
    facts = demographics.read(run.demographics, ratings.user_ids).features if run.demographics else None
    counts = np.bincount(ratings.items, minlength=len(item_ids))
    own = np.flatnonzero(counts)
    factors = regression_factors.fit(
        ratings, features, config.factors, run.seed, partial(tqdm, desc="factors", mininterval=5)
    )
    svd = to_serving_svd(factors, item_ids, counts, titles.franchises, config.cold)
    fans = fan_lists(run.ratings, "validation", item_ids[own], run.seed)
    net, history = train_net(run, ratings, item_ids[own], features[own], fans, config, facts)
    rows = np.full(len(item_ids), -1)
    rows[own] = np.arange(len(own))
    net = round_to_float16(fan_net.FanNet(net.weights, rows, features))
    linear = _linear(ratings, counts, config.linear)
    blend = Blend((0.0,), (0.5,), config.new_share, (0.0,), (0.05,))
    model = Hybrid(net, svd, linear, counts > 0, blend, no_band(), 0.0)
    return model, {**epochs(history), "features": len(titles.names), "titles": len(item_ids), "rated_titles": len(own)}


def _linear(ratings: Ratings, counts: NDArray[np.int64], config: DenoisingConfig) -> SparseLinear:
    """Fit the linear watch model to the most rated titles; the others get the lowest base and no weights."""
    most = np.sort(np.argsort(-counts, kind="stable")[: config.most])
    most = most[counts[most] > 0]
    linear = sparse(*denoising_ridge(at_titles(ratings, ratings.item_ids[most]), config), config.kept)
    rows = np.full(len(counts), -1)
    rows[most] = np.arange(len(most))
    base = np.full(len(counts), linear.base.min(), np.float32)
    base[most] = linear.base
    return SparseLinear(rows, base, most[linear.targets].astype(np.uint16), linear.values)


def blended(model: Hybrid, fans: FanLists) -> Hybrid:
    """Learn shares, watch weights, score weight and bands on `fans`, who are not among the training fans."""
    blend = replace(model.blend, counts=tuple(map(float, SHARE_COUNTS)), shares=_shares(model, fans))
    model = _with(model, blend=blend)
    gains = np.array([_order_gains(model, fans, k) for k in ORDER_COUNTS])
    weight = int(np.argmax(gains.max(axis=1).mean(axis=0)))
    # Each count is averaged with its neighbours: alone it has too few fans to compare close weights.
    at_weight = np.pad(gains[:, :, weight], ((1, 1), (0, 0)), mode="edge")
    near = (at_weight[:-2] + 2 * at_weight[1:-1] + at_weight[2:]).argmax(axis=1)
    watch_weights = tuple(WATCH_WEIGHTS[i] for i in near)
    blend = replace(blend, watch_counts=tuple(map(float, ORDER_COUNTS)), watch_weights=watch_weights)
    model = _with(model, blend=blend, score_weight=SCORE_WEIGHTS[weight])
    return _with(model, band=calibrate(model, model.variance, fans))


def _order_gains(model: Hybrid, fans: FanLists, k: int) -> NDArray[np.float64]:
    """Mean NDCG@10 of `fans` with `k` known ratings, by watch weight and score weight."""
    gains = []
    for fan in ranked(model, fans, k):
        chance = model.net.watch(fan.folded.embedding)
        linear = model.linear.watch(fan.folded.items, fan.folded.scores)
        mixed = (linear + np.float32(weight) * chance for weight in WATCH_WEIGHTS)
        gains.append([[fan.gain(watch, score_weight) for score_weight in SCORE_WEIGHTS] for watch in mixed])
    return np.mean(gains, axis=0) if gains else np.zeros((len(WATCH_WEIGHTS), len(SCORE_WEIGHTS)))


def _shares(model: Hybrid, fans: FanLists) -> tuple[float, ...]:
    """The network's share, within 0..1, with the smallest squared error at each of `SHARE_COUNTS`."""
    shares = []
    for k in SHARE_COUNTS:
        across, square = 0.0, 0.0
        for reveal in fans.reveal(k):
            fan, hidden = reveal.fold_in(model), reveal.hidden_items
            linear = model.svd.base[hidden] + model.svd.factors[hidden] @ fan.folded.z
            apart = model.net.predict(fan.embedding, hidden) - linear
            across += float((reveal.hidden_scores - linear) @ apart)
            square += float(apart @ apart)
        shares.append(float(np.clip(across / square, 0, 1)) if square else 0.5)
    return tuple(shares)


def _with(model: Hybrid, **changed: Any) -> Hybrid:
    parts = {"blend": model.blend, "band": model.calibrated, "score_weight": model.score_weight} | changed
    return Hybrid(model.net, model.svd, model.linear, model.rated, **parts)
