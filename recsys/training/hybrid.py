"""Trains `hybrid`: title factors, the network and the linear watching models on training fans. The factors and the
network use the titles' content. `recsys.training.blend` learns the parts' weights on validation fans."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from recsys.data.ratings import Lists, Ratings
from recsys.holdout.metrics import LIKED
from recsys.holdout.split import lists_of
from recsys.models.fan_net import TABLES
from recsys.models.hybrid import Blend, Hybrid
from recsys.models.placement import RECENT_YEAR, Newcomers, Placement, year_of
from recsys.models.watching import Mixing, Watching
from recsys.prepare import demographics
from recsys.training import content, regression_factors, rerank, watching
from recsys.training.blend import blended
from recsys.training.calibration import errors_by_count, no_band
from recsys.training.content import Content
from recsys.training.fan_net import NetConfig
from recsys.training.neural import (
    Checks,
    NeuralConfig,
    at_titles,
    begun_counts,
    epochs,
    round_to_float16,
    train_net,
    unscored_at,
)
from recsys.training.order import order_by_count, watching_order
from recsys.training.regression_factors import ColdConfig, FactorConfig, Placed, to_serving_svd
from recsys.training.rerank import RerankConfig
from recsys.training.rows import Rows
from recsys.training.run import Trained, TrainingRun
from recsys.training.watching import WatchingConfig

#: Titles before this year had time to find their fans before the lists of 2016 were made.
_SETTLED = 2014


@dataclass(frozen=True)
class HybridConfig(NeuralConfig):
    """Hyperparameters of `hybrid`."""

    net: NetConfig = field(default_factory=lambda: NetConfig(watch_dim=160, id_dropout=0.05))
    watching: WatchingConfig = field(default_factory=WatchingConfig)
    rerank: RerankConfig = field(default_factory=RerankConfig)
    factors: FactorConfig = field(default_factory=FactorConfig)
    cold: ColdConfig = field(default_factory=ColdConfig)
    #: The network's share in the scores of titles without ratings; `scripts.evaluate cold-titles` measures the best.
    new_share: float = 0.08


def train(run: TrainingRun, config: HybridConfig | None = None) -> Trained:
    config = config or HybridConfig()
    titles = content.load(run.catalogue)
    core, metrics = parts(run, titles, config)
    model = extended(core, titles)
    checks = Checks.of(run.lists, model.item_ids, run.seed)
    learned = blended(model, checks)
    watched = replace(core.watching, mixing=learned.watching.mixing, fill=learned.watching.fill)
    core = core.with_parts(
        watching=watched, blend=learned.blend, band=learned.calibrated, score_weight=learned.score_weight
    )
    core = reranked(core, run, titles, config)
    model = extended(core, titles)
    described = {**asdict(config), "demographics": run.demographics is not None, "features": titles.names}
    measured = {**errors_by_count(model, checks.fans), **order_by_count(model, checks.fans)}
    return Trained(core, described, {**measured, **watching_order(model, checks.halves), **metrics})


def reranked_again(core: Hybrid, run: TrainingRun, described: Mapping[str, Any], metrics: Mapping[str, Any]) -> Trained:
    """A trained `core` with its reranker fitted again; `described` and `metrics` are those of its training."""
    config, titles = HybridConfig(), content.load(run.catalogue)
    core = reranked(core, run, titles, config)
    model = extended(core, titles)
    measured = watching_order(model, Checks.of(run.lists, model.item_ids, run.seed).halves)
    return Trained(core, {**described, "rerank": asdict(config.rerank)}, {**metrics, **measured})


def extended(core: Hybrid, titles: Content) -> Hybrid:
    """`core` with all titles of the catalogue."""
    places = np.searchsorted(titles.item_ids, core.item_ids)
    return core.extended(Newcomers(titles.item_ids, titles.features, titles.franchises), titles.franchises[places])


def reranked(core: Hybrid, run: TrainingRun, titles: Content, config: HybridConfig) -> Hybrid:
    """`core`, whose weights are learned, with a reranker fitted to training fans; all else is the same."""
    titles = titles.of(np.searchsorted(titles.item_ids, core.item_ids))
    known = _of(lists_of(run.lists, "train"), titles.item_ids)
    watched = rerank.reranked(core.watching, known, titles, run, config.rerank, config.watching)
    return core.with_parts(watching=watched)


def parts(run: TrainingRun, titles: Content, config: HybridConfig) -> tuple[Hybrid, dict[str, Any]]:
    """Train all parts on the titles that a training fan has begun, with equal shares; `blended` learns better ones."""
    known = _of(lists_of(run.lists, "train"), titles.item_ids)
    own = np.flatnonzero(begun_counts(known))
    titles = titles.of(own)
    known = _of(known, titles.item_ids)
    ratings = known.ratings
    facts = demographics.read(run.demographics, ratings.user_ids).features if run.demographics else None
    counts = np.bincount(ratings.items, minlength=len(titles.item_ids))
    progress = partial(tqdm, desc="factors", mininterval=5)
    factors = regression_factors.fit(ratings, titles, config.factors, run.seed, progress)
    placed = to_serving_svd(factors, titles, titles.item_ids, counts, config.cold)
    checks = Checks.of(run.lists, titles.item_ids, run.seed)
    net, coefficients, history = train_net(run, known, titles.item_ids, titles.features, checks, config, facts)
    net = round_to_float16(net)
    watched, today = _watching(known, titles, counts, config.watching, run.seed)
    likes = _likes(ratings, titles, config.factors.ridge)
    placement = _placement(placed, titles, counts, coefficients, likes, today, config.cold)
    liked = placement.liked(titles.features).astype(np.float16).astype(np.float32)
    watched = replace(watched, likes=liked)
    svd = _place_unrated(placed, placement, titles, counts)
    blend = Blend((0.0,), (0.5,), config.new_share)
    model = Hybrid(net, svd, watched, placement, counts > 0, blend, no_band(), 0.0)
    return model, {**epochs(history), "titles": len(own), "rated_titles": int((counts > 0).sum())}


def _of(lists: Lists, item_ids: NDArray[np.int64]) -> Lists:
    return Lists(at_titles(lists.ratings, item_ids), unscored_at(lists, item_ids))


def _watching(
    lists: Lists, titles: Content, counts: NDArray[np.int64], config: WatchingConfig, seed: int
) -> tuple[Watching, NDArray[np.float32]]:
    """The watching model, not yet mixed, and its log odds of today by content, (n_features,)."""
    n_items = len(counts)
    rows = Rows(lists.ratings, lists.unscored)
    years = np.array([year_of(name) for name in titles.names])
    recent = titles.features[:, years >= RECENT_YEAR].sum(axis=1) > 0
    fans = watching.recencies(recent, rows)
    past, long = watching.linear_past(rows, fans, counts, config)
    fill = np.zeros((2, 2), np.float32)
    unscored = np.bincount(rows.items[~rows.scoring[rows.users]], minlength=n_items)
    if not unscored.any():
        nothing, by_content = np.zeros(n_items, np.float32), np.zeros(len(titles.names), np.float32)
        return Watching(past, long, past, nothing, recent, nothing, fill, Mixing()), by_content
    today = watching.linear_today(rows, fans, counts + config.watcher * unscored, config)
    odds, (constant, era) = watching.today_odds(rows, fans, n_items, config, seed)
    x = titles.features
    by_content = np.linalg.solve(x.T @ x + 20 * np.eye(x.shape[1]), x.T @ odds).astype(np.float32)
    mixing = Mixing(odds=(constant, 1.0, era))
    odds = odds.astype(np.float16).astype(np.float32)
    return Watching(past, long, today, odds, recent, np.zeros_like(odds), fill, mixing), by_content


def _likes(ratings: Ratings, titles: Content, ridge: float) -> NDArray[np.float64]:
    """`Placement.likes`, from the titles that had time to find their fans before the lists with scores were made.

    By the mean score and the members where they are known, else by all other facts but the year.
    """
    years = np.array([year_of(name) for name in titles.names])
    began = titles.features @ np.where(years > 1, years, 0)
    settled = (began > 0) & (began < _SETTLED)
    likes = np.log1p(np.bincount(ratings.items, ratings.scores >= LIKED, minlength=len(titles.item_ids)))
    if not settled.any():
        return np.zeros((2, len(titles.names) + 1))
    likes = (likes - likes[settled].mean()) / max(float(likes[settled].std()), 1e-9)
    values = likes[:, None].astype(np.float32)
    by_facts = replace(titles, features=np.where(years > 0, 0, titles.features).astype(np.float32))
    by_reception = replace(titles, features=np.where(titles.reception, titles.features, 0).astype(np.float32))
    fitted = [regression_factors.Regression.fit(facts, values, settled, ridge) for facts in (by_facts, by_reception)]
    return np.stack([fitted[0].plain[:, 0], fitted[1].received[:, 0]])


def _placement(
    placed: Placed,
    titles: Content,
    counts: NDArray[np.int64],
    coefficients: dict[str, NDArray[np.float32]],
    likes: NDArray[np.float64],
    today: NDArray[np.float32],
    config: ColdConfig,
) -> Placement:
    regression = np.stack([placed.regression.plain, placed.regression.received])
    share = np.minimum(counts, config.enough) / config.enough
    deviation = np.where(counts[:, None] > 0, placed.deviation, 0)
    net = {name: coefficients[name] for name in TABLES}
    noise, shrink = np.array(placed.noise, np.float32), config.franchise_shrink
    placement = Placement(tuple(titles.names), net, regression, noise, likes, today, deviation, share, shrink)
    return placement.rounded()


def _place_unrated(placed: Placed, placement: Placement, titles: Content, counts: NDArray[np.int64]):
    """The SVD of `placed`, where titles that were watched but have no rating are placed as new ones are."""
    unrated = counts == 0
    new = Newcomers(titles.item_ids[unrated], titles.features[unrated], titles.franchises[unrated])
    base, factors, noise = (array.copy() for array in (placed.svd.base, placed.svd.factors, placed.svd.noise))
    base[unrated], factors[unrated], noise[unrated] = placement.svd(new, titles.franchises)
    factors = factors.astype(np.float16).astype(np.float32)
    return placed.svd.with_titles(placed.svd.item_ids, base, factors, noise)
