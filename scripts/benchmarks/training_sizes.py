"""How long training takes, and how much memory, by the number of ratings."""

import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from recsys.data.catalogue import Catalogue
from recsys.data.ratings import Ratings
from recsys.training import hybrid, loop
from recsys.training.fan_net import FanNet, NetConfig
from recsys.training.reveals import RevealConfig, Reveals
from recsys.training.run import TrainingRun
from scripts.benchmarks.memory import peak_mb


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
    return Size(len(ratings.scores), time.perf_counter() - start, peak_mb())


def parts(n_fans: int, n_titles: int, mean_length: float, seed: int, catalogue: Path) -> tuple[Size, float]:
    """All parts of `hybrid`, its network for one epoch, on one thread of the CPU; and the epoch's seconds. The titles
    are the first of `catalogue`, whose content they have."""
    ratings = made_up(n_fans, n_titles, mean_length, seed)
    ratings = replace(ratings, item_ids=Catalogue.load(catalogue).ids[:n_titles])
    config = hybrid.HybridConfig()
    config = replace(config, schedule=replace(config.schedule, max_epochs=1))
    start = time.perf_counter()
    _, metrics = hybrid.parts(TrainingRun(Path(), ratings, seed, catalogue=catalogue, device="cpu"), config)
    return Size(len(ratings.scores), time.perf_counter() - start, peak_mb()), metrics["seconds_per_epoch"]
