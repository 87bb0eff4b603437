"""Trains `neural`: the network on training fans, its bands and score weight on validation fans."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from recsys.data.ratings import Ratings
from recsys.holdout.metrics import LIKED, N_SHOWN, ndcg, rmse
from recsys.holdout.reveal import FanLists, fan_lists
from recsys.holdout.split import part_of
from recsys.models import fan_net as serving
from recsys.models.neural import Neural
from recsys.models.order import top
from recsys.training import loop
from recsys.training.calibration import calibrate, errors_by_count, no_band
from recsys.training.fan_net import FanNet, NetConfig
from recsys.training.order import best_score_weight, order_by_count
from recsys.training.reveals import RevealConfig, Reveals
from recsys.training.run import Trained, TrainingRun
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
    ratings = part_of(run.ratings, "train")
    own = np.flatnonzero(np.bincount(ratings.items, minlength=len(ratings.item_ids)))
    item_ids = ratings.item_ids[own]
    content = np.zeros((len(own), 0), np.float32)
    fans = fan_lists(run.ratings, "validation", item_ids, run.seed)
    net, history = train_net(run, ratings, item_ids, content, fans, config)
    net = round_to_float16(net)
    noise = title_noise(ratings, item_ids, net.base)
    plain = Neural(item_ids, net, noise, no_band(), FAN_DOF, 0.0)
    weight = best_score_weight(plain, fans)
    model = Neural(item_ids, net, noise, calibrate(plain, plain.variance, fans), FAN_DOF, weight)
    return Trained(
        model, asdict(config), {**errors_by_count(model, fans), **order_by_count(model, fans), **epochs(history)}
    )


def train_net(
    run: TrainingRun,
    ratings: Ratings,
    item_ids: NDArray[np.int64],
    content: NDArray[np.float32],
    fans: FanLists,
    config: NeuralConfig,
    facts: NDArray[np.float32] | None = None,
) -> tuple[serving.FanNet, loop.History]:
    """Train a network for the titles `item_ids` with `content` (n_items, n_features) on `ratings`.

    `fans`, whose positions are those of `item_ids`, decide when to stop. `facts` (n_users, n_facts) are known only
    during training."""
    ratings = at_titles(ratings, item_ids)
    n_items = len(item_ids)
    mean = float(ratings.scores.mean())
    counts = np.bincount(ratings.items, minlength=n_items)
    bias = np.bincount(ratings.items, ratings.scores - mean, minlength=n_items) / (counts + SHRINK)
    likes = np.bincount(ratings.items, ratings.scores >= LIKED, minlength=n_items)
    torch.manual_seed(run.seed)
    n_facts = 0 if facts is None else facts.shape[1]
    module = FanNet(config.net, content, mean, bias, likes, n_facts)
    options = loop.RunOptions(run.seed, run.device, run.n_threads, run.checkpoint)
    batches = Reveals(ratings, np.unique(ratings.users), config.reveals, run.seed, loop.device(run.device), facts)
    own = np.arange(n_items)

    def validate(_: nn.Module) -> float:
        return _check(module.to_serving(own, content), fans)

    described = {**asdict(config), "n_ratings": len(ratings.scores), "n_items": n_items}
    described |= {"n_facts": n_facts} if n_facts else {}
    history = loop.train(
        module, batches, lambda _, batch: module.loss(batch), validate, config.schedule, options, described
    )
    return module.to_serving(own, content), history


def at_titles(ratings: Ratings, item_ids: NDArray[np.int64]) -> Ratings:
    """Keep the ratings of `item_ids` (ascending); positions of titles become those in `item_ids`."""
    places = positions_of(item_ids, ratings.item_ids)
    known = places[ratings.items] >= 0
    items = places[ratings.items[known]].astype(np.int32)
    return replace(ratings, item_ids=item_ids, items=items, users=ratings.users[known], scores=ratings.scores[known])


def round_to_float16(net: serving.FanNet) -> serving.FanNet:
    """Round the embeddings to float16, as they will be read from the model's file."""
    return serving.FanNet.from_arrays(net.to_arrays(), net.content)


def _check(net: serving.FanNet, fans: FanLists) -> float:
    """RMSE minus NDCG@10, averaged over `CHECK_COUNTS`; lower is better."""
    values = []
    for k in CHECK_COUNTS:
        errors, gains = [], []
        for reveal in list(fans.reveal(k, max_hidden=None))[:CHECK_FANS]:
            fan = net.encode(reveal.items, reveal.scores)
            errors.append(net.predict(fan, reveal.hidden_items) - reveal.hidden_scores)
            liked = reveal.hidden_items[reveal.hidden_scores >= LIKED]
            if len(liked):
                gains.append(ndcg(top(net.watch(fan), reveal.items, N_SHOWN), liked, N_SHOWN))
        if errors:
            flat = np.concatenate(errors)
            values.append(rmse(flat, np.zeros_like(flat)) - float(np.mean(gains or [0.0])))
    return float(np.mean(values))


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
