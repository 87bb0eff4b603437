"""`python -m scripts.evaluate tables`."""

import argparse
from pathlib import Path

from scripts.evaluations import report


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--artifacts", type=Path, default=Path("artifacts"), help="folder of figures (%(default)s)")
    parser.add_argument("--results", type=Path, help="file to write all tables to (default: print them)")
    parser.add_argument("--readme", type=Path, help="file in which to replace the small table of results")


def main(args: argparse.Namespace) -> int:
    everything = report.read(args.artifacts)
    if args.results is None:
        print(report.markdown(everything))
    else:
        args.results.parent.mkdir(parents=True, exist_ok=True)
        args.results.write_text(report.markdown(everything), encoding="utf-8")
        print(f"Wrote {args.results}.")
    if args.readme is not None:
        args.readme.write_text(report.filled(args.readme.read_text(encoding="utf-8"), everything), encoding="utf-8")
        print(f"Wrote {args.readme}.")
    return 0
