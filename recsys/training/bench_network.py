"""How long an epoch of the network takes, and how much memory, by the number of ratings."""

import resource
import sys
import time
from dataclasses import dataclass

import numpy as np
import torch

from recsys.data.ratings import Ratings
from recsys.training import loop
from recsys.training.fan_net import FanNet, NetConfig
from recsys.training.reveals import RevealConfig, Reveals


@dataclass(frozen=True)
class Size:
    """One measurement; `peak_mb` is the process's so far, so measure ascending sizes."""

    n_ratings: int
    seconds: float
    peak_mb: float


def made_up(n_fans: int, n_titles: int, mean_length: float, seed: int) -> Ratings:
    """Ratings without meaning, of realistic shape: lognormal list lengths, Zipf-like titles."""
    rng = np.random.default_rng(seed)
    lengths = rng.lognormal(0, 1, n_fans)
    lengths = np.clip(lengths * mean_length / lengths.mean(), 11, n_titles // 3).astype(int)
    chance = 1 / (np.arange(n_titles) + 50.0)
    users = np.repeat(np.arange(n_fans, dtype=np.int32), lengths)
    items = rng.choice(n_titles, len(users), p=chance / chance.sum()).astype(np.int32)
    keys = np.unique(users.astype(np.int64) * n_titles + items)
    users, items = (keys // n_titles).astype(np.int32), (keys % n_titles).astype(np.int32)
    scores = np.clip(rng.normal(7.5, 1.6, len(users)).round(), 1, 10)
    return Ratings(np.arange(1, n_fans + 1), np.arange(1, n_titles + 1), users, items, scores)


def epoch(n_fans: int, n_titles: int, mean_length: float, seed: int) -> Size:
    """One epoch on one thread of the CPU, batches included, without validation."""
    ratings = made_up(n_fans, n_titles, mean_length, seed)
    torch.manual_seed(seed)
    nothing = np.zeros((n_titles, 0), np.float32)
    module = FanNet(NetConfig(), nothing, 7.5, np.zeros(n_titles), np.bincount(ratings.items, minlength=n_titles))
    batches = Reveals(ratings, np.arange(n_fans), RevealConfig(), seed, torch.device("cpu"))
    start = time.perf_counter()
    loop.train(
        module,
        batches,
        lambda _, batch: module.loss(batch),
        lambda _: 0.0,
        loop.Schedule(max_epochs=1),
        loop.RunOptions(seed, "cpu"),
        {},
    )
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    return Size(len(ratings.scores), seconds, peak)
