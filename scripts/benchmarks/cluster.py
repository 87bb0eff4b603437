"""`python -m scripts.benchmark cluster`: preparing, scoring everyone and cross-validation in one process, and on two
Ray nodes of one CPU each on this machine, with the same input.

Each measurement without Ray runs in a process of its own, with one thread. With `--sizes`, growth on one machine
instead: `scripts.benchmarks.growth`.
"""

import argparse
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

import recsys
from recsys.cluster import prepare as cluster_prepare
from recsys.cluster.evaluate import cross_validate_all
from recsys.cluster.score import score_everyone
from recsys.cluster.session import start_nodes
from recsys.cluster.worker import peak_mb
from recsys.data.ratings import load_arrays
from recsys.evaluation.article import cross_validate
from recsys.prepare.pipeline import outputs, prepare
from recsys.prepare.workspace import Options
from recsys.serving import batch
from recsys.serving.batch import Choices, ListsFile
from recsys.simulation import raw_set
from scripts.benchmarks import growth

_OPTIONS = Options(threads=1)
_FOLDS = 2
_PIECES = 8
_ARTIFACTS = Path("artifacts")


@dataclass(frozen=True)
class Measured:
    """Seconds, the result (figures, or Parquet files), and the peak memory of the process or worker in megabytes."""

    seconds: float
    result: list
    peak_mb: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--fans", type=int, default=5000, help="fans of the simulated raw set (%(default)s)")
    parser.add_argument("--scored", type=int, default=2000, help="fans to recommend for (%(default)s)")
    parser.add_argument("--titles", type=int, default=2000, help="titles of the raw set (%(default)s)")
    parser.add_argument("--model", default="svd", help="the model that recommends (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the raw set and the folds (%(default)s)")
    growth.add_arguments(parser)


def main(args: argparse.Namespace) -> int:
    if args.sizes:
        return growth.main(args)
    os.environ["OMP_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = next(iter(raw_set.write(folder / "raw", args.fans, args.titles, args.seed).values()))
        alone = {what: _in_process(work, folder, args) for what, work in ALONE.items()}
        with start_nodes(2) as address:
            spread = {what: work(address, folder, args) for what, work in SPREAD.items()}
        counts = {"prepare": rows, "score everyone": args.scored, "cross-validation": _FOLDS}
        print(
            f"\n{rows:,} list rows of {args.fans:,} fans; {args.model} for {args.scored:,} fans; {_FOLDS} folds of SVD."
        )
        heads = ("one process", "per s", "peak MB", "two nodes", "per s", "worker MB")
        print(f"\n{'':18}" + "".join(f"{head:>12}" for head in heads) + "   same result")
        for what, one in alone.items():
            two = spread[what]
            cells = "".join(f"{m.seconds:11.1f}s{counts[what] / m.seconds:12,.1f}{_memory(m)}" for m in (one, two))
            print(f"{what:18}{cells}   {'yes' if _same(one.result, two.result) else 'NO'}")
    print("\nTimes on nodes include the start of the workers. A worker's peak includes memory shared with others.")
    return 0


def _memory(measured: Measured) -> str:
    return f"{'':>12}" if np.isnan(measured.peak_mb) else f"{measured.peak_mb:12,.0f}"


def _in_process(work: Callable[[Path, argparse.Namespace], list], folder: Path, args: argparse.Namespace) -> Measured:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measure, (work, folder, args))


def _measure(work: Callable[[Path, argparse.Namespace], list], folder: Path, args: argparse.Namespace) -> Measured:
    start = time.perf_counter()
    result = work(folder, args)
    return Measured(time.perf_counter() - start, result, peak_mb())


def _prepare(folder: Path, _: argparse.Namespace) -> list:
    prepare(folder / "raw", folder / "alone", _OPTIONS)
    return [folder / "alone" / name for name in outputs()]


def _score(folder: Path, args: argparse.Namespace) -> list:
    engine, lists = recsys.load(_ARTIFACTS), ListsFile(_fans(folder, args))
    rows = batch.recommend(engine, lists.profiles(), Choices(args.model))
    batch.write(rows, batch.output_schema(lists.fan_type, ranked=True), folder / "alone.parquet")
    return [folder / "alone.parquet"]


def _folds(folder: Path, args: argparse.Namespace) -> list:
    return cross_validate(load_arrays(folder / "alone"), "svd", _FOLDS, args.seed).folds[:2].tolist()


def _prepare_on(address: str, folder: Path, _: argparse.Namespace) -> Measured:
    start = time.perf_counter()
    size = sum(path.stat().st_size for path in (folder / "raw").glob("animelists*"))
    cluster_prepare.prepare(
        address, [str(folder / "raw")], folder / "spread", _OPTIONS, lambda *_: None, {}, (), -(-size // _PIECES)
    )
    return Measured(time.perf_counter() - start, [folder / "spread" / name for name in outputs()], np.nan)


def _score_on(address: str, folder: Path, args: argparse.Namespace) -> Measured:
    out = folder / "spread.parquet"
    found = score_everyone(address, _ARTIFACTS, (_fans(folder, args), None), Choices(args.model), out)
    return Measured(found.seconds, [out], found.peak_mb)


def _folds_on(address: str, folder: Path, args: argparse.Namespace) -> Measured:
    start = time.perf_counter()
    data = load_arrays(folder / "alone")
    (table,) = cross_validate_all(address, data, ["svd"], _FOLDS, args.seed, lambda *_: None)
    return Measured(time.perf_counter() - start, table.folds[:2].tolist(), np.nan)


def _fans(folder: Path, args: argparse.Namespace) -> Path:
    """The prepared ratings of the first fans, as scripts.recommend takes them."""
    path = folder / "fans.parquet"
    if not path.exists():
        table = pq.read_table(folder / "alone" / "ratings.parquet", columns=["user_id", "anime_id", "score"])
        users = table["user_id"].to_numpy()
        chosen = np.unique(users)[: args.scored]
        table = table.filter(users <= chosen[-1]).rename_columns(["fan", "anime_id", "score"])
        pq.write_table(table, path)
    return path


def _same(one: list, two: list) -> bool:
    pairs = list(zip(one, two, strict=True))
    return all(pq.read_table(a).equals(pq.read_table(b)) if isinstance(a, Path) else a == b for a, b in pairs)


ALONE = {"prepare": _prepare, "score everyone": _score, "cross-validation": _folds}
SPREAD = {"prepare": _prepare_on, "score everyone": _score_on, "cross-validation": _folds_on}
