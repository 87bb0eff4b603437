"""Prepare raw MyAnimeList lists (public Kaggle sets and watching lists) for training and for the app."""

import argparse
import sys
import time
from pathlib import Path

from recsys.data.catalogue import Catalogue
from recsys.data.ratings import SPARSE
from recsys.errors import DataError
from recsys.prepare import kaggle
from recsys.prepare.pipeline import prepare
from recsys.prepare.report import Report, SourceReport
from recsys.prepare.workspace import Options
from scripts.common import add_options, run

_SHIPPED = Path("artifacts/catalogue.parquet")
_EVERY_SECONDS = 10


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.prepare",
        description=__doc__,
        epilog=f"Sets recognised by their headers: {', '.join(schema.name for schema in kaggle.SCHEMAS)}.",
    )
    parser.add_argument(
        "--source",
        required=True,
        nargs="+",
        action="extend",
        help="folder with a set's .csv or .csv.gz files, or a watching list: a CSV file with the columns fan, anime_id "
        "and optionally position; several are prepared together. With --ray also what pyarrow or fsspec can read "
        "(s3://bucket/folder), and lists in several files (animelists_cleaned-1.csv, -2 …)",
    )
    parser.add_argument("--out", type=Path, default=Path("artifacts"), help="folder to write to (default: artifacts)")
    parser.add_argument(
        "--catalogue",
        type=Path,
        default=_SHIPPED,
        metavar="PATH",
        help="catalogue.parquet to merge the sets' titles into (default: %(default)s, if it exists)",
    )
    parser.add_argument(
        "--memory-limit", default=Options.memory_limit, help="memory limit of DuckDB (default: %(default)s)"
    )
    parser.add_argument(
        "--temp-dir",
        type=Path,
        help="folder for data beyond the memory limit, with --ray one that all nodes share (default: the system's)",
    )
    add_options(parser, "--ray")
    parser.add_argument("--threads", type=int, help="threads of DuckDB (default: one per core)")
    parser.add_argument("--data-set", help="name of the data in the manifest (default: the sources' names)")
    parser.add_argument("--licence", help="licence of the data in the manifest (default: the sources')")
    return run(_prepare, parser.parse_args(argv))


def _prepare(args: argparse.Namespace) -> int:
    options = Options(memory_limit=args.memory_limit, temp_dir=args.temp_dir, threads=args.threads)
    described = {name: value for name in ("data_set", "licence") if (value := getattr(args, name)) is not None}
    base = Catalogue.load(args.catalogue).titles() if args.catalogue != _SHIPPED or _SHIPPED.exists() else ()
    if args.ray:
        from recsys.cluster import prepare as cluster

        report = cluster.prepare(args.ray, args.source, args.out, options, _Meter(), described, base)
    else:
        remote = next((source for source in args.source if "://" in source), None)
        if remote:
            raise DataError(f"{remote.partition('?')[0]} is not on this machine. Add --ray local to read it.")
        report = prepare(args.source, args.out, options, _Meter(), described, base)
    _print(report, args.out)
    return 0


class _Meter:
    """Prints a line for each stage and every ten seconds on stderr. Call it with the stage and the share done."""

    def __init__(self) -> None:
        self._start = self._last = time.monotonic()
        self._stage = ""

    def __call__(self, stage: str, share: float) -> None:
        now = time.monotonic()
        if stage != self._stage or now - self._last >= _EVERY_SECONDS:
            done = f" {share:.0%}" if 0.01 < share < 1 else ""
            print(f"[{now - self._start:5.0f} s] {stage}{done}", file=sys.stderr, flush=True)
            self._stage, self._last = stage, now


def _print(report: Report, out: Path) -> None:
    for one in report.sources:
        _print_source(one)
    print(f"titles with fewer than {SPARSE} raters: {report.sparse_titles:,} of {report.titles:,}")
    print(f"fans with fewer than {SPARSE} ratings: {report.sparse_fans:,} of {report.fans:,}")
    for name, rows in report.rows_out.items():
        print(f"wrote {out / name}: {rows:,} rows")


def _print_source(one: SourceReport) -> None:
    print(f"{one.source.name}: {one.rows_in:,} list rows in {one.source.lists.file.path}")
    for reason, count in one.dropped.items():
        print(f"  {f'dropped: {reason}':34} {count:12,}")
    print(f"  {'kept as ratings':34} {one.ratings:12,}")
    print(f"  {'kept as titles without a score':34} {one.unscored:12,}")
    print(f"  {'fans':34} {one.fans:12,}")
    for name, count in one.malformed.items():
        if count:
            print(f"  malformed rows in {name}, not used: {count:,}")
    if one.unknown_status:
        print(f"  unscored rows with an unknown status, counted as watched: {one.unknown_status:,}")
    if one.id_offset:
        print(f"  an earlier source has some of these fans' ids; added to all: {one.id_offset}")


if __name__ == "__main__":
    sys.exit(main())
