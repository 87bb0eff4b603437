"""Recommends for all fans of a Parquet file, or predicts pairs, on a cluster: block by block, and resumes after an
interruption.

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
from recsys.serving import batch, loading, pairs
from recsys.serving.batch import Choices, ListsFile
from recsys.serving.engine import Engine
from recsys.serving.pairs import LISTS, PAIRS, PairsFile

#: Fans of a block: some seconds of work, so that little is lost with a worker.
BLOCK_FANS = 500
_PLAN = "plan.json"


@dataclass(frozen=True)
class Scored:
    """What was done: rows written, fans, blocks, blocks that were `earlier` finished, seconds, and the largest peak
    memory of a worker in megabytes (0 if there was nothing left to do). `impersonal` counts the predictions of pairs
    that are not personal, in the blocks done now."""

    rows: int
    fans: int
    blocks: int
    earlier: int
    seconds: float
    peak_mb: float
    impersonal: int = 0


def score_everyone(
    address: str,
    artifacts: Path,
    files: tuple[Path, Path | None],
    choices: Choices,
    out: Path,
    block_fans: int = BLOCK_FANS,
) -> Scored:
    """Recommend for all fans and write `out`, with the same rows as without Ray. `files` are their lists and, to
    predict scores instead, pairs of fans and titles (see `recsys.serving.pairs`).

    The folder of `out` must be on a file system that all nodes share. Until `out` is complete, the finished blocks are
    in `work_folder(out)`. Raises `DataError`, `ArtifactError`, `ClusterError`.
    """
    start = time.perf_counter()
    lists = ListsFile(files[0])
    wanted = None if files[1] is None else PairsFile(files[1], lists)
    catalogue, models, raters, _ = loading.read(artifacts)  # no row has a chance
    if choices.model is not None:
        models = [model for model in models if model.name == choices.model] or models
    Engine(catalogue, models, raters).aligned(choices.model)  # an unknown model is an error before any work
    folder = work_folder(out)
    _prepare(folder, wanted or lists, _fingerprint(artifacts, files, choices, block_fans))
    blocks = ListsFile(folder / (LISTS if wanted is None else PAIRS)).blocks(block_fans)
    results = [folder / f"block-{number:07}.parquet" for number in range(len(blocks))]
    todo = [number for number, file in enumerate(results) if not file.exists()]
    peak, impersonal = 0.0, 0
    schema = batch.output_schema(lists.fan_type, ranked=wanted is None)
    if todo:
        with connect(address) as session:
            parts = (to_table(catalogue.titles()), models, raters)
            reference = [session.share(parts)]
            jobs = ((reference, folder, blocks[n][:2], choices, schema, results[n]) for n in todo)
            with tqdm(total=sum(size for *_, size in blocks), unit="fan") as bar:
                bar.update(sum(blocks[n][2] for n in range(len(blocks)) if n not in set(todo)))
                for position, (used, count) in session.run(score_block, jobs):
                    bar.update(blocks[todo[position]][2])
                    peak, impersonal = max(peak, used), impersonal + count
    rows = batch.concatenate(results, schema, out)
    shutil.rmtree(folder)
    fans = sum(size for *_, size in blocks)
    done = len(blocks) - len(todo)
    return Scored(rows, fans, len(blocks), done, time.perf_counter() - start, peak, impersonal)


def work_folder(out: Path) -> Path:
    """The folder of the finished blocks, beside `out`."""
    return out.with_name(f".{out.name}-blocks")


def score_block(
    parts: list[Any], folder: Path, between: tuple[Any, Any], choices: Choices, schema: pa.Schema, file: Path
) -> tuple[float, int]:
    """Recommend or predict for the fans from the first to the last of `between` and write `file`. Give this process's
    peak memory in megabytes, and how many predictions are not personal. `parts` holds the reference to what `_engine`
    needs."""
    if not folder.exists():
        raise DataError(f"A node of the cluster cannot read {folder}. Put --out on a file system that all nodes share.")
    single_threaded()
    engine, impersonal = _engine(parts[0]), []
    if (folder / PAIRS).exists():
        rows = pairs.predict(engine, folder, choices.model, between, impersonal.append)
    else:
        rows = batch.recommend(engine, batch.profiles(folder / LISTS, between), choices)
    batch.write(rows, schema, file)
    return peak_mb(), sum(impersonal)


@functools.lru_cache(maxsize=1)
def _engine(reference: Any) -> Engine:
    """The engine of this worker process. Its models' arrays are in the memory that all workers of a node share."""
    table, models, raters = shared(reference)
    return Engine(Catalogue(table), models, raters)


def _prepare(folder: Path, source: ListsFile | PairsFile, fingerprint: str) -> None:
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
    if isinstance(source, PairsFile):
        source.write_sorted(folder)
    else:
        source.write_sorted(folder / LISTS)
    with batch.atomic(folder / _PLAN) as temporary:
        temporary.write_text(json.dumps({"fingerprint": fingerprint}), encoding="utf-8")


def _fingerprint(artifacts: Path, files: tuple[Path, Path | None], choices: Choices, block_fans: int) -> str:
    """A hash of everything that the rows depend on. A file counts by its path, size and time of change."""
    described = {
        "files": [file and [str(file.resolve()), file.stat().st_size, file.stat().st_mtime_ns] for file in files],
        "artifacts": manifest.sha256(artifacts / manifest.NAME),
        "choices": asdict(choices),
        "block_fans": block_fans,
    }
    return hashlib.sha256(json.dumps(described, sort_keys=True, default=sorted).encode()).hexdigest()
