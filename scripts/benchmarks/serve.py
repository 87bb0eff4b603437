"""Measures the time for one fan's ten recommendations with bands and reasons, and the engine's memory."""

import argparse
import statistics
import time
from pathlib import Path

import numpy as np
import psutil
from threadpoolctl import threadpool_limits

import recsys
from recsys.data.ratings import RatingsStore
from scripts.benchmarks import lists


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--artifacts", type=Path, default=Path("artifacts"), help="folder to serve (%(default)s)")
    parser.add_argument("--fans", type=int, default=200, help="community fans to recommend to (%(default)s)")


def main(args: argparse.Namespace) -> int:
    with threadpool_limits(1):
        return _run(args)


def _run(args: argparse.Namespace) -> int:
    process = psutil.Process()
    before = process.memory_info().rss
    start = time.perf_counter()
    engine = recsys.load(args.artifacts)
    loaded = time.perf_counter() - start
    fans = _community(RatingsStore(args.artifacts), args.fans)
    print(f"{len(engine.catalogue):,} titles in the catalogue; one thread; {len(fans)} fans of the community, with a")
    print(f"median of {statistics.median(len(fan.scores) for fan in fans):,.0f} scores. Milliseconds:\n")
    print("| model | titles scored | median | 95% | worst | 5,000 scores, median |")
    print("|---|---|---|---|---|---|")
    long = _long_list(engine)
    for model in engine.models:
        engine.recommend(fans[0], model)
        times = [_milliseconds(engine, fan, model) for fan in fans]
        longest = statistics.median(_milliseconds(engine, long, model) for _ in range(11))
        middle, high, worst = statistics.median(times), float(np.quantile(times, 0.95)), max(times)
        scored = len(engine.score_all(recsys.Profile(), model).anime_ids)
        print(f"| {model} | {scored:,} | {middle:.1f} | {high:.1f} | {worst:.1f} | {longest:.0f} |")
    timing = lists.upload_to_picks(engine)
    added = (process.memory_info().rss - before) / 2**20
    print(
        f"\nAn export of {timing.titles:,} titles, from its bytes to ten picks: {timing.total_median:.2f} s (median)."
    )
    print(
        f"Loading with checksums: {loaded:.2f} s. Resident memory that engine, lists and search added: {added:.0f} MB."
    )
    return 0


def _community(store: RatingsStore, n: int) -> list[recsys.Profile]:
    names = store.find_names("", store.n_fans)
    chosen = np.linspace(0, len(names) - 1, min(n, len(names))).astype(int)
    return [store.profile(names[i]) for i in chosen]


def _long_list(engine: recsys.Engine) -> recsys.Profile:
    """A list of 5,000 scored titles, or all if the default model covers fewer."""
    ids = engine.score_all(recsys.Profile()).anime_ids
    chosen = np.random.default_rng(0).permutation(ids)[:5000]
    return recsys.Profile(scores={int(anime_id): 1 + int(anime_id) % 10 for anime_id in chosen})


def _milliseconds(engine: recsys.Engine, fan: recsys.Profile, model: str) -> float:
    start = time.perf_counter()
    engine.recommend(fan, model, 10)
    return 1000 * (time.perf_counter() - start)
