"""`python -m scripts.benchmark network`: time and memory of training a network by the number of ratings."""

import argparse
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from recsys.cluster.worker import peak_mb
from recsys.data.catalogue import Catalogue
from recsys.data.ratings import Ratings
from scripts.benchmarks import made_up
from scripts.common import add_options


@dataclass(frozen=True)
class Size:
    """One measurement. `seconds` of all work, `epoch_seconds` of the network's one epoch; `peak_mb` is the process's
    maximum so far, so measure ascending sizes."""

    n_ratings: int
    seconds: float
    epoch_seconds: float
    peak_mb: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", choices=("neural", "hybrid"), default="neural", help="what to train (%(default)s)")
    parser.add_argument(
        "--fans",
        type=int,
        nargs="+",
        default=[12_000, 36_000, 108_000],
        help="numbers of fans; 108,000 have the article's 19 million ratings (%(default)s)",
    )
    parser.add_argument("--titles", type=int, default=6_600, help="rated titles (%(default)s)")
    parser.add_argument("--length", type=float, default=177.0, help="mean length of a list (%(default)s)")
    add_options(parser, "--seed", "--catalogue")


def main(args: argparse.Namespace) -> int:
    what = "One epoch of `neural`" if args.model == "neural" else "All parts of `hybrid`, its network for one epoch,"
    print(f"{what} on made-up ratings of {args.titles:,} titles, on average {args.length:g} per fan")
    print(f"{'fans':>9}{'ratings':>13}{'all, s':>9}{'epoch, s':>10}{'us/rating':>11}{'peak MB':>9}")
    for n_fans in sorted(args.fans):
        ratings = made_up(n_fans, args.titles, args.length, args.seed)
        size = epoch(ratings, args.seed) if args.model == "neural" else parts(ratings, args.seed, args.catalogue)
        per_rating = 1e6 * size.seconds / size.n_ratings
        print(
            f"{n_fans:9,}{size.n_ratings:13,}{size.seconds:9.1f}{size.epoch_seconds:10.1f}{per_rating:11.2f}"
            f"{size.peak_mb:9,.0f}",
            flush=True,
        )
    return 0


def epoch(ratings: Ratings, seed: int) -> Size:
    """Train `neural`'s network for one epoch on one CPU thread, batches included, without validation."""
    from recsys.training import loop
    from recsys.training.fan_net import FanNet, NetConfig
    from recsys.training.reveals import RevealConfig, Reveals

    n_titles = len(ratings.item_ids)
    content, likes = np.zeros((n_titles, 0), np.float32), np.bincount(ratings.items, minlength=n_titles)
    module = FanNet(NetConfig(), content, 7.5, np.zeros(n_titles), likes)
    batches = Reveals(ratings, None, RevealConfig(), seed, loop.device("cpu"))
    schedule, options = loop.Schedule(max_epochs=1), loop.RunOptions(seed, "cpu")
    start = time.perf_counter()
    loop.train(module, batches, lambda _, batch: module.loss(batch), lambda _: 0.0, schedule, options, {})
    seconds = time.perf_counter() - start
    return Size(len(ratings.scores), seconds, seconds, peak_mb())


def parts(ratings: Ratings, seed: int, catalogue: Path) -> Size:
    """Train all parts of `hybrid`, its network for one epoch, on one CPU thread. Titles get the content of the first
    ones in `catalogue`."""
    from recsys.training import content, hybrid
    from recsys.training.run import TrainingRun

    ratings = replace(ratings, item_ids=Catalogue.load(catalogue).ids[: len(ratings.item_ids)])
    config = hybrid.HybridConfig()
    config = replace(config, schedule=replace(config.schedule, max_epochs=1))
    start = time.perf_counter()
    run = TrainingRun(Path(), ratings, seed, catalogue=catalogue, device="cpu")
    _, metrics = hybrid.parts(run, content.load(catalogue), config)
    return Size(len(ratings.scores), time.perf_counter() - start, metrics["seconds_per_epoch"], peak_mb())
