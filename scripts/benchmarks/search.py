"""Measures the time to find titles by their names, and the memory of the catalogue and of the search."""

import argparse
import statistics
import time
from pathlib import Path

import numpy as np
import psutil
import pyarrow.parquet as pq

from recsys.data import manifest
from recsys.data.catalogue import FILE, Catalogue
from recsys.serving.search import TitleSearch


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--artifacts", type=Path, default=Path("artifacts"), help="folder to measure (%(default)s)")
    parser.add_argument("--names", type=int, default=2000, help="names to search for, of all titles (%(default)s)")
    parser.add_argument(
        "--repeats", type=int, default=3, help="searches for each, of which the median counts (%(default)s)"
    )


def main(args: argparse.Namespace) -> int:
    process = psutil.Process()
    path = manifest.read(args.artifacts).path(FILE)
    pq.read_table(path, columns=["anime_id"])  # whichever file is read first loads the libraries
    before = process.memory_info().rss
    catalogue = Catalogue.load(path)
    loaded = process.memory_info().rss
    search = TitleSearch(catalogue)
    search.find("a")
    indexed = process.memory_info().rss
    names = _names(catalogue)
    step = max(1, len(names) // max(1, args.names))
    times = [(_milliseconds(search, name, args.repeats), name) for name in names[::step]]
    values = [value for value, _ in times]
    print(f"{len(catalogue.ids):,} titles with {len(names):,} names; {len(values):,} of these searched for.")
    print(
        f"Milliseconds of one processor: mean {statistics.fmean(values):.1f}, median {statistics.median(values):.1f},"
    )
    print(f"95% {np.quantile(values, 0.95):.1f}, worst {max(times)[0]:.1f} ({max(times)[1]!r}).")
    print(f"Memory: catalogue {(loaded - before) / 2**20:.0f} MB, index of names {(indexed - loaded) / 2**20:.0f} MB.")
    return 0


def _names(catalogue: Catalogue) -> list[str]:
    columns = (catalogue.column(name) for name in ("title", "title_english", "title_japanese"))
    return [name for names in zip(*columns, strict=True) for name in dict.fromkeys(names) if name]


def _milliseconds(search: TitleSearch, name: str, repeats: int) -> float:
    """The median time that this thread works for one search; time in which others work does not count."""
    times = []
    for _ in range(repeats):
        start = time.thread_time()
        search.find(name, 10)
        times.append(1000 * (time.thread_time() - start))
    return statistics.median(times)
