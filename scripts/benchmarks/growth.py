"""`python -m scripts.benchmark cluster --sizes …`: time and memory of each step on one machine by size of the data.

Each step is a command of this project in a process of its own, from simulated raw lists to ten titles for everyone. The
prepared lists and the figures stay in a folder, so that steps and sizes can be measured one after the other.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from recsys.data.sql import text
from recsys.errors import DataError
from scripts.common import markdown_table

#: Fans of the article's data; `recsys.simulation.raw_set` gives each about as many titles as there.
ARTICLE_FANS = 108_711
_FIGURES = "figures.json"
_CATALOGUE = "catalogue.parquet"
#: Bytes of disk for each fan of the article's size: of the raw lists, and of DuckDB while it prepares them.
_RAW, _WORK = 21_000, 15_000
#: Runs a command and writes its processor time and peak memory to a file. A process counts the memory of the one that
#: started it, until it has its own program, so this is one that needs little.
_LAUNCHER = """
import os, sys
child = os.spawnvp(os.P_NOWAIT, sys.argv[2], sys.argv[2:])
_, status, used = os.wait4(child, 0)
with open(sys.argv[1], "w") as file:
    file.write(f"{used.ru_utime + used.ru_stime} {used.ru_maxrss}")
sys.exit(min(abs(os.waitstatus_to_exitcode(status)), 125))
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--sizes", metavar="N,…", help="measure growth instead: multiples of the article's size (1,3,10)"
    )
    parser.add_argument(
        "--steps",
        metavar="STEP,…",
        help=f"which steps of the growth, '' to print the table alone (all: {','.join(STEPS)})",
    )
    parser.add_argument(
        "--work", type=Path, default=Path("build/growth"), help="folder for the lists and figures (%(default)s)"
    )
    parser.add_argument("--memory-limit", default="2GB", help="of DuckDB when preparing (%(default)s)")
    parser.add_argument("--keep-raw", action="store_true", help="keep the raw lists after they were prepared")


def main(args: argparse.Namespace) -> int:
    """Measure the steps of each size, add them to the figures of earlier runs, and print the table."""
    sizes, steps = _sizes(args.sizes), _steps(args.steps)
    args.work.mkdir(parents=True, exist_ok=True)
    for size in sizes:
        for step in steps:
            print(f"{size:g}×, {step} ...", file=sys.stderr, flush=True)
            _store(args.work, size, step, STEPS[step](args, size))
    print(table(_read(args.work)))
    print(f"\nOne machine with {os.cpu_count()} processors; their time in brackets. Figures in {args.work / _FIGURES}.")
    return 0


def _sizes(words: str) -> list[float]:
    try:
        sizes = [float(word) for word in words.split(",")]
    except ValueError:
        sizes = []
    if not sizes or min(sizes) <= 0:
        raise DataError(f"--sizes {words}: give numbers above 0, such as 1,3,10.")
    return sizes


def _steps(words: str | None) -> list[str]:
    steps = list(STEPS) if words is None else [word for word in words.split(",") if word]
    if unknown := [step for step in steps if step not in STEPS]:
        raise DataError(f"--steps: there is no step {unknown[0]}; there are {', '.join(STEPS)}.")
    return steps


def measure(command: list[str]) -> dict[str, float]:
    """Seconds, seconds of all processors, and peak memory (MB) of a command in a process of its own. Raises `DataError`
    with the end of its output if it fails."""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as output, tempfile.NamedTemporaryFile() as measured:
        small = [sys.executable, "-S", "-c", _LAUNCHER, measured.name]
        status = subprocess.run([*small, *command], stdout=output, stderr=subprocess.STDOUT, check=False).returncode
        seconds = time.perf_counter() - start
        if status:
            output.seek(0)
            said = output.read().decode(errors="replace").strip()[-2000:]
            raise DataError(f"{' '.join(command[1:])} ended with status {status}: {said}")
        processors, memory = map(float, measured.read().split())
    return {
        "seconds": seconds,
        "processors": processors,
        "peak_mb": memory / (1e6 if sys.platform == "darwin" else 1e3),
    }


def _run(*arguments: object) -> dict[str, float]:
    return measure([sys.executable, "-m", *map(str, arguments)])


def _simulate(args: argparse.Namespace, size: float) -> dict[str, float]:
    n_fans = round(ARTICLE_FANS * size)
    needed, free = n_fans * (_RAW + _WORK), shutil.disk_usage(args.work).free
    if free < needed:
        raise DataError(
            f"{size:g}× needs about {needed / 1e9:,.0f} GB in {args.work}, where {free / 1e9:,.0f} are free."
        )
    return _run("scripts.simulate", "--raw", args.work / f"raw-{size:g}", "--fans", n_fans)


def _prepare(args: argparse.Namespace, size: float) -> dict[str, float]:
    raw, out = args.work / f"raw-{size:g}", args.work / f"lists-{size:g}"
    if not raw.exists():
        raise DataError(f"{raw} is missing. Run the step simulate first.")
    limits = ("--memory-limit", args.memory_limit, "--temp-dir", args.work)
    found = _run("scripts.prepare", "--source", raw, "--out", out, *limits)
    if not args.keep_raw:
        shutil.rmtree(raw)
    rows = duckdb.execute(
        "SELECT (SELECT count(*) FROM read_parquet($1)), (SELECT count(*) FROM read_parquet($2))",
        [str(out / "ratings.parquet"), str(out / "unscored.parquet")],
    ).fetchall()[0]
    return {**found, "ratings": rows[0], "unscored": rows[1]}


def _svd(args: argparse.Namespace, size: float) -> dict[str, float]:
    lists = _lists(args, size)
    threads = ("--threads", os.cpu_count() or 1)
    return _run("scripts.train", "svd", "--data", lists, "--out", args.work / f"models-{size:g}", *threads)


def _hybrid(args: argparse.Namespace, size: float) -> dict[str, float]:
    lists = _lists(args, size)
    return _run("scripts.benchmarks.growth", lists)


def _score(model: str) -> Callable[[argparse.Namespace, float], dict[str, float]]:
    def score(args: argparse.Namespace, size: float) -> dict[str, float]:
        """The shipped model recommends ten titles of the whole catalogue to each fan."""
        fans, out = _fans(args, size), args.work / f"picks-{model}-{size:g}.parquet"
        found = _run("scripts.recommend", "--ratings", fans, "--model", model, "-n", 10, "--out", out)
        n_fans = duckdb.execute("SELECT count(DISTINCT fan) FROM read_parquet(?)", [str(fans)]).fetchall()[0][0]
        out.unlink()
        return {**found, "fans": n_fans}

    return score


def _lists(args: argparse.Namespace, size: float) -> Path:
    lists = args.work / f"lists-{size:g}"
    if not (lists / "manifest.json").exists():
        raise DataError(f"{lists} is missing. Run the steps simulate and prepare first.")
    return lists


def _fans(args: argparse.Namespace, size: float) -> Path:
    """The prepared ratings, as `scripts.recommend` takes them."""
    source, path = _lists(args, size) / "ratings.parquet", args.work / f"fans-{size:g}.parquet"
    if path.exists() and path.stat().st_mtime > source.stat().st_mtime:
        return path
    rows = "SELECT user_id AS fan, anime_id, score FROM read_parquet(?) ORDER BY ALL"
    with duckdb.connect(config={"memory_limit": "2GB", "temp_directory": str(args.work / "sorting")}) as connection:
        connection.execute("COPY (" + rows + ") TO " + text(str(path)) + " (FORMAT parquet)", [str(source)])
    return path


#: Step -> function that does it for a size; in this order.
STEPS: dict[str, Callable[[argparse.Namespace, float], dict[str, float]]] = {
    "simulate": _simulate,
    "prepare": _prepare,
    "svd": _svd,
    "hybrid": _hybrid,
    "score-svd": _score("svd"),
    "score-hybrid": _score("hybrid"),
}
_LABELS = {
    "simulate": "simulate raw lists",
    "prepare": "prepare",
    "svd": "train svd",
    "hybrid": "train hybrid, its network for one epoch",
    "score-svd": "ten titles for every fan, svd",
    "score-hybrid": "ten titles for every fan, hybrid",
}


def _read(work: Path) -> dict[str, dict[str, dict[str, float]]]:
    """The figures by size and step."""
    path = work / _FIGURES
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _store(work: Path, size: float, step: str, found: dict[str, float]) -> None:
    figures = _read(work)
    figures.setdefault(f"{size:g}", {})[step] = found
    temporary = work / f".{_FIGURES}"
    temporary.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    temporary.replace(work / _FIGURES)


def table(figures: dict[str, dict[str, dict[str, float]]]) -> str:
    """A Markdown table: a row for each step, a column for each size. Fans per second are those of one processor."""
    sizes = sorted(figures, key=float)
    rows: dict[str, list[str]] = {}
    for label, step, name in (("ratings", "prepare", "ratings"), ("titles without a score", "prepare", "unscored")):
        counts = [figures[size].get(step, {}).get(name) for size in sizes]
        rows[label] = ["" if count is None else f"{count:,}" for count in counts]
    rows |= {label: [_cell(figures[size].get(step)) for size in sizes] for step, label in _LABELS.items()}
    return markdown_table([f"{size}×" for size in sizes], rows)


def _cell(found: dict[str, float] | None) -> str:
    if found is None:
        return ""
    fans = f", {found['fans'] / found['processors']:,.0f} fans/s" if "fans" in found else ""
    return f"{_time(found['seconds'])} ({_time(found['processors'])}){fans}, {found['peak_mb'] / 1000:,.1f} GB"


def _time(seconds: float) -> str:
    return f"{seconds:,.0f} s" if seconds < 120 else f"{seconds / 60:,.1f} min"


def _train_hybrid(lists: Path) -> None:
    """Train all parts of the hybrid on prepared lists, with its network for one epoch."""
    from dataclasses import replace

    from recsys.data import ratings
    from recsys.training import content, hybrid
    from recsys.training.run import TrainingRun

    read, catalogue, config = ratings.load_lists(lists), lists / _CATALOGUE, hybrid.HybridConfig()
    run = TrainingRun(lists, read.ratings, catalogue=catalogue, device="cpu", unscored=read.unscored)
    config = replace(config, schedule=replace(config.schedule, max_epochs=1))
    hybrid.parts(run, content.load(catalogue), config)


if __name__ == "__main__":
    _train_hybrid(Path(sys.argv[1]))
