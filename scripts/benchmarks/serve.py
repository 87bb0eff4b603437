"""Measures the time for one fan's ten recommendations with bands and reasons, also by the page's rules and from the
bytes of an export, and the engine's memory."""

import argparse
import gzip
import statistics
import time

import numpy as np
import psutil
from threadpoolctl import threadpool_limits

import recsys
from recsys.data.ratings import RatingsStore
from scripts.benchmarks import page_rules
from scripts.common import add_options

#: An entry with all fields that MyAnimeList writes.
_ENTRY = """<anime>
  <series_animedb_id>{id}</series_animedb_id> <series_title><![CDATA[The title of number {id}]]></series_title>
  <series_type>TV</series_type> <series_episodes>12</series_episodes> <my_id>0</my_id>
  <my_watched_episodes>12</my_watched_episodes> <my_start_date>0000-00-00</my_start_date>
  <my_finish_date>0000-00-00</my_finish_date> <my_rated></my_rated> <my_score>{score}</my_score>
  <my_storage></my_storage> <my_storage_value>0.00</my_storage_value> <my_status>Completed</my_status>
  <my_comments><![CDATA[]]></my_comments> <my_times_watched>0</my_times_watched>
  <my_rewatch_value></my_rewatch_value> <my_priority>LOW</my_priority> <my_tags><![CDATA[]]></my_tags>
  <my_rewatching>0</my_rewatching> <my_rewatching_ep>0</my_rewatching_ep> <my_discuss>1</my_discuss>
  <my_sns>default</my_sns> <update_on_import>0</update_on_import>
</anime>
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_options(parser, "--artifacts")
    parser.add_argument("--fans", type=int, default=200, help="community fans to recommend to (%(default)s)")
    what = "measure the page's rules for the program of this commit too, with the same artifacts, and print ratios"
    parser.add_argument("--against", metavar="COMMIT", help=what)


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
    page_rules.compare(engine, args.artifacts, args.against)
    titles, seconds = _upload_to_picks(engine)
    added = (process.memory_info().rss - before) / 2**20
    print(f"\nAn export of {titles:,} titles, from its bytes to ten picks: {seconds:.2f} s (median).")
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


def _upload_to_picks(engine: recsys.Engine) -> tuple[int, float]:
    """The number of titles of an export, and the median of the seconds from its bytes to ten titles."""
    known = engine.catalogue.ids
    chosen = np.random.default_rng(0).choice(known, size=min(2000, len(known)), replace=False)
    data = _export(chosen.tolist())
    seconds = []
    for _ in range(8):
        start = time.perf_counter()
        fan = recsys.lists.mal_xml.read(data)
        picks = engine.recommend(fan, n=10)
        seconds.append(time.perf_counter() - start)
        if len(picks) != 10:
            raise recsys.RecsysError(f"Only {len(picks)} titles were recommended: these artifacts are too small.")
    return len(chosen), statistics.median(seconds[1:])  # the first run fills the caches, as on a running server


def _export(anime_ids: list[int]) -> bytes:
    """Make a gzipped export with all fields that MyAnimeList writes, for these titles, with made-up scores."""
    scores = np.random.default_rng(0).choice(11, size=len(anime_ids), p=[0.1, *([0.02] * 4), *([0.82 / 6] * 6)])
    entries = "".join(
        _ENTRY.format(id=anime_id, score=score) for anime_id, score in zip(anime_ids, scores, strict=True)
    )
    info = "<myinfo><user_id>1</user_id><user_name>Some_fan</user_name><user_export_type>1</user_export_type></myinfo>"
    text = f'<?xml version="1.0" encoding="UTF-8" ?>\n<myanimelist>\n{info}\n{entries}</myanimelist>\n'
    return gzip.compress(text.encode("utf-8"))
