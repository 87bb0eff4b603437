"""Recommends for all fans of a Parquet file on a cluster: block by block, and resumes after an interruption.

Each block of fans is a task that writes a Parquet file of its own. A driver that starts again finds the finished ones
in the folder beside the output. `recsys.serving.batch` does the reading, recommending
and writing, as without Ray.
"""

import functools
import hashlib
import json
import shutil
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from tqdm import tqdm

from recsys.cluster.session import connect, shared
from recsys.cluster.worker import peak_mb, single_threaded
from recsys.data import manifest
from recsys.data.catalogue import Catalogue, to_table
from recsys.errors import DataError
from recsys.serving import batch, loading
from recsys.serving.batch import Choices, ListsFile
from recsys.serving.engine import Engine

#: Fans of a block: some seconds of work, so that little is lost with a worker.
BLOCK_FANS = 500
_PLAN, _LISTS = "plan.json", "lists.parquet"


@dataclass(frozen=True)
class Scored:
    """What was done: rows written, fans, blocks, blocks that were `earlier` finished, seconds, and the largest peak
    memory of a worker in megabytes (0 if there was nothing left to do)."""

    rows: int
    fans: int
    blocks: int
    earlier: int
    seconds: float
    peak_mb: float


def score_everyone(
    address: str, artifacts: Path, ratings: Path, choices: Choices, out: Path, block_fans: int = BLOCK_FANS
) -> Scored:
    """Recommend for all fans of `ratings` and write `out`, with the same rows as without Ray.

    The folder of `out` must be on a file system that all nodes share. Until `out` is complete, the finished blocks are
    in `work_folder(out)`. Raises `DataError`, `ArtifactError`, `ClusterError`.
    """
    start = time.perf_counter()
    lists = ListsFile(ratings)
    catalogue, models, raters, _ = loading.read(artifacts)  # no row has a chance
    if choices.model is not None:
        models = [model for model in models if model.name == choices.model] or models
    Engine(catalogue, models, raters).aligned(choices.model)  # an unknown model is an error before any work
    folder = work_folder(out)
    _prepare(folder, lists, _fingerprint(artifacts, ratings, choices, block_fans))
    blocks = ListsFile(folder / _LISTS).blocks(block_fans)
    files = [folder / f"block-{number:07}.parquet" for number in range(len(blocks))]
    todo = [number for number, file in enumerate(files) if not file.exists()]
    peak = 0.0
    schema = batch.output_schema(lists.fan_type, ranked=True)
    if todo:
        with connect(address) as session:
            parts = (to_table(catalogue.titles()), models, raters)
            reference = [session.share(parts)]
            jobs = ((reference, folder / _LISTS, blocks[n][:2], choices, schema, files[n]) for n in todo)
            with tqdm(total=sum(size for *_, size in blocks), unit="fan") as bar:
                bar.update(sum(blocks[n][2] for n in range(len(blocks)) if n not in set(todo)))
                for position, used in session.run(score_block, jobs):
                    bar.update(blocks[todo[position]][2])
                    peak = max(peak, used)
    rows = batch.concatenate(files, schema, out)
    shutil.rmtree(folder)
    fans = sum(size for *_, size in blocks)
    return Scored(rows, fans, len(blocks), len(blocks) - len(todo), time.perf_counter() - start, peak)


def work_folder(out: Path) -> Path:
    """The folder of the finished blocks, beside `out`."""
    return out.with_name(f".{out.name}-blocks")


def score_block(
    parts: list[Any], lists: Path, between: tuple[Any, Any], choices: Choices, schema: pa.Schema, file: Path
) -> float:
    """Recommend for the fans from the first to the last of `between` and write `file`. Give this process's peak memory
    in megabytes. `parts` holds the reference to what `_engine` needs."""
    if not lists.exists():
        raise DataError(f"A node of the cluster cannot read {lists}. Put --out on a file system that all nodes share.")
    single_threaded()
    batch.write(batch.recommend(_engine(parts[0]), batch.profiles(lists, between), choices), schema, file)
    return peak_mb()


@functools.lru_cache(maxsize=1)
def _engine(reference: Any) -> Engine:
    """The engine of this worker process. Its models' arrays are in the memory that all workers of a node share."""
    table, models, raters = shared(reference)
    return Engine(Catalogue(table), models, raters)


def _prepare(folder: Path, lists: ListsFile, fingerprint: str) -> None:
    """Make the work folder, or keep one that an interrupted run with the same input and choices left."""
    try:
        known = json.loads((folder / _PLAN).read_text(encoding="utf-8"))["fingerprint"]
    except (OSError, ValueError, KeyError):
        known = None
    if known == fingerprint:
        print(f"Resuming from the finished blocks in {folder}.", file=sys.stderr)
        return
    if folder.exists():
        print(f"Removing {folder}: it is from another input or other options.", file=sys.stderr)
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    lists.write_sorted(folder / _LISTS)
    with batch.atomic(folder / _PLAN) as temporary:
        temporary.write_text(json.dumps({"fingerprint": fingerprint}), encoding="utf-8")


def _fingerprint(artifacts: Path, ratings: Path, choices: Choices, block_fans: int) -> str:
    """A hash of everything that the rows depend on. The ratings file counts by its path, size and time of change."""
    file = ratings.stat()
    described = {
        "ratings": [str(ratings.resolve()), file.st_size, file.st_mtime_ns],
        "artifacts": manifest.sha256(artifacts / manifest.NAME),
        "choices": asdict(choices),
        "block_fans": block_fans,
    }
    return hashlib.sha256(json.dumps(described, sort_keys=True, default=sorted).encode()).hexdigest()
