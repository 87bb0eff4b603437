"""Trains `neural`: the network on training fans, its bands and score weight on validation fans."""

from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from recsys.data.ratings import Lists, Ratings, Unscored
from recsys.holdout.metrics import LIKED, N_SHOWN, ndcg, rmse
from recsys.holdout.reveal import FanLists, fan_lists
from recsys.holdout.split import lists_of, rows_of
from recsys.holdout.watching import Half, halves
from recsys.models import fan_net as serving
from recsys.models.neural import Neural
from recsys.models.order import top
from recsys.training import loop
from recsys.training.calibration import calibrate, errors_by_count, no_band
from recsys.training.fan_net import FanNet, NetConfig
from recsys.training.order import best_score_weight, order_by_count, watching_order
from recsys.training.reveals import RevealConfig, Reveals
from recsys.training.run import Trained, TrainingRun
from recsys.training.workers import ALONE, Workers
from recsys.types import positions_of

FAN_DOF = 20.0
#: Ratings at the overall mean and variance that are added to a title's own (shrinkage).
SHRINK = 10.0
#: Numbers of known ratings at which an epoch is validated, and the number of fans.
CHECK_COUNTS, CHECK_FANS = (3, 10, 40), 250


@dataclass(frozen=True)
class NeuralConfig:
    """Hyperparameters of `neural`."""

    net: NetConfig = field(default_factory=NetConfig)
    schedule: loop.Schedule = field(default_factory=loop.Schedule)
    reveals: RevealConfig = field(default_factory=RevealConfig)


def train(run: TrainingRun, config: NeuralConfig | None = None) -> Trained:
    config = config or NeuralConfig()
    known = lists_of(run.lists, "train")
    own = np.flatnonzero(begun_counts(known))
    item_ids = run.ratings.item_ids[own]
    content = np.zeros((len(own), 0), np.float32)
    checks = Checks.of(run.lists, item_ids, run.seed)
    net, _, history = train_net(run, known, item_ids, content, checks, config)
    net = round_to_float16(net)
    noise = title_noise(known.ratings, item_ids, net.base)
    plain = Neural(item_ids, net, noise, no_band(), FAN_DOF, 0.0)
    fans = checks.fans
    weight = best_score_weight(plain, fans)
    model = Neural(item_ids, net, noise, calibrate(plain, plain.variance, fans), FAN_DOF, weight)
    measured = {**errors_by_count(model, fans), **order_by_count(model, fans), **watching_order(model, checks.halves)}
    return Trained(model, asdict(config), {**measured, **epochs(history)})


@dataclass(frozen=True)
class Checks:
    """Validation fans at a model's positions: those with scores, and halves of lists without scores."""

    fans: FanLists
    halves: list[Half]

    @classmethod
    def of(cls, lists: Lists, item_ids: NDArray[np.int64], seed: int) -> "Checks":
        fans = fan_lists(lists.ratings, "validation", item_ids, seed)
        return cls(fans, list(halves(lists, "validation", item_ids, seed)))


def begun_counts(lists: Lists) -> NDArray[np.int64]:
    """How many fans have begun each title, (n_items,)."""
    n = len(lists.ratings.item_ids)
    return np.bincount(lists.ratings.items, minlength=n) + np.bincount(lists.unscored.items, minlength=n)


def train_net(
    run: TrainingRun,
    lists: Lists,
    item_ids: NDArray[np.int64],
    content: NDArray[np.float32],
    checks: Checks,
    config: NeuralConfig,
    facts: NDArray[np.float32] | None = None,
) -> tuple[serving.FanNet, dict[str, NDArray[np.float32]], loop.History]:
    """Train a network for the titles `item_ids` with `content` (n_items, n_features) on `lists`; returns it, and what
    each feature adds to its tables (see `FanNet.coefficients`).

    `checks`, whose positions are those of `item_ids`, decide when to stop. `facts` (n_users, n_facts) are known only
    during training. `run.spread` may train it in several processes."""
    options = loop.RunOptions(run.seed, run.device, run.n_threads, run.checkpoint)
    fit = partial(_fit_net, lists, item_ids, content, checks, config, facts)
    return fit(options, ALONE) if run.spread is None else run.spread(fit, options)


def _fit_net(
    lists: Lists,
    item_ids: NDArray[np.int64],
    content: NDArray[np.float32],
    checks: Checks,
    config: NeuralConfig,
    facts: NDArray[np.float32] | None,
    options: loop.RunOptions,
    workers: Workers,
) -> tuple[serving.FanNet, dict[str, NDArray[np.float32]], loop.History]:
    """`train_net`, in one of the processes."""
    ratings, unscored = at_titles(lists.ratings, item_ids), unscored_at(lists, item_ids)
    n_items = len(item_ids)
    mean = float(ratings.scores.mean())
    counts = np.bincount(ratings.items, minlength=n_items)
    bias = np.bincount(ratings.items, ratings.scores - mean, minlength=n_items) / (counts + SHRINK)
    likes = np.bincount(ratings.items, ratings.scores >= LIKED, minlength=n_items)
    torch.manual_seed(options.seed)
    n_facts = 0 if facts is None else facts.shape[1]
    module = FanNet(config.net, content, mean, bias, likes, n_facts)
    device = loop.device(options.device)
    batches = Reveals(ratings, unscored, config.reveals, options.seed, device, facts, workers)

    def validate(_: nn.Module) -> float:
        return _check(module.to_serving(), checks)

    described = {**asdict(config), "n_ratings": len(ratings.scores), "n_items": n_items}
    described |= {"n_unscored": len(unscored.items)} | ({"n_facts": n_facts} if n_facts else {})
    history = loop.train(
        module, batches, lambda _, batch: module.loss(batch), validate, config.schedule, options, described, workers
    )
    return module.to_serving(), module.coefficients(), history


def at_titles(ratings: Ratings, item_ids: NDArray[np.int64]) -> Ratings:
    """Keep the ratings of `item_ids` (ascending); positions of titles become those in `item_ids`."""
    places = positions_of(item_ids, ratings.item_ids)
    known = rows_of(ratings, places[ratings.items] >= 0)
    return replace(known, item_ids=item_ids, items=places[known.items].astype(np.int32))


def unscored_at(lists: Lists, item_ids: NDArray[np.int64]) -> Unscored:
    """`at_titles` for the titles without a score."""
    places = positions_of(item_ids, lists.ratings.item_ids)
    known = lists.unscored.of(places[lists.unscored.items] >= 0)
    return replace(known, items=places[known.items].astype(np.int32))


def round_to_float16(net: serving.FanNet) -> serving.FanNet:
    """Round the embeddings to float16, as they will be read from the model's file."""
    return serving.FanNet.from_arrays(net.to_arrays())


def _check(net: serving.FanNet, checks: Checks) -> float:
    """RMSE minus NDCG@10, averaged over `CHECK_COUNTS`, minus the NDCG@10 of lists without scores; lower is better."""
    values, none, nothing = [], serving.NOTHING, np.zeros(0)
    for k in CHECK_COUNTS:
        errors, gains = [], []
        for reveal in list(checks.fans.reveal(k, max_hidden=None))[:CHECK_FANS]:
            fan = net.encode(reveal.items, reveal.scores, none, nothing)
            errors.append(net.predict(fan, reveal.hidden_items) - reveal.hidden_scores)
            liked = reveal.hidden_items[reveal.hidden_scores >= LIKED]
            if len(liked):
                gains.append(ndcg(top(net.watch(fan), reveal.items, N_SHOWN), liked, N_SHOWN))
        if errors:
            flat = np.concatenate(errors)
            values.append(rmse(flat, np.zeros_like(flat)) - float(np.mean(gains or [0.0])))
    watched = []
    for half in checks.halves[:CHECK_FANS]:
        fan = net.encode(none, nothing, half.known, serving.seen_weights(half.known, half.statuses))
        watched.append(ndcg(top(net.watch(fan), half.known, N_SHOWN), half.hidden, N_SHOWN))
    return float(np.mean(values or [0.0])) - float(np.mean(watched or [0.0]))


def title_noise(ratings: Ratings, item_ids: NDArray[np.int64], base: NDArray[np.float32]) -> NDArray[np.float32]:
    """Variance of each title's scores around `base` (n_items,) plus the fan's level, shrunk towards the overall one by
    `SHRINK` ratings: (n_items,)."""
    ratings = at_titles(ratings, item_ids)
    residuals = ratings.scores - base[ratings.items]
    users = ratings.users
    lengths = np.bincount(users)
    level = np.bincount(users, residuals) / (lengths + serving.LEVEL_DAMPING)
    squares = np.square(residuals - level[users])
    usual = squares.mean()
    counts = np.bincount(ratings.items, minlength=len(item_ids))
    summed = np.bincount(ratings.items, squares, minlength=len(item_ids))
    return ((summed + SHRINK * usual) / (counts + SHRINK)).astype(np.float32)


def epochs(history: loop.History) -> dict[str, Any]:
    """`history` for a model's description."""
    return {
        "epochs": len(history.losses),
        "best_epoch": history.best + 1,
        "seconds_per_epoch": round(float(np.mean(history.seconds)), 1),
        "training_loss_by_epoch": [round(loss, 5) for loss in history.losses],
        "validation_loss_by_epoch": [round(loss, 5) for loss in history.validations],
    }
