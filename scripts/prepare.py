"""Prepare raw MyAnimeList lists (a Kaggle set) for training and for the app."""

import argparse
import sys
from pathlib import Path

from recsys.data.prepare import Options, Report, prepare
from recsys.errors import RecsysError


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.prepare", description=__doc__)
    parser.add_argument("--source", type=Path, required=True, help="folder with the set's .csv or .csv.gz files")
    parser.add_argument("--out", type=Path, default=Path("artifacts"), help="folder to write into (default: artifacts)")
    args = parser.parse_args(argv)
    try:
        _print(prepare(args.source, args.out, Options()), args.out)
    except RecsysError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _print(report: Report, out: Path) -> None:
    print(f"{report.source.schema.name}: {report.rows_in:,} list rows in {report.source.lists.path}")
    for reason, count in report.dropped.items():
        print(f"  dropped, {reason:22} {count:12,}")
    print(f"  titles with fewer than 10 raters  {report.sparse_titles:,} of {report.titles:,}")
    print(f"  fans with fewer than 10 ratings   {report.sparse_fans:,} of {report.fans:,}")
    for name, rows in report.rows_out.items():
        print(f"wrote {out / name}: {rows:,} rows")


if __name__ == "__main__":
    sys.exit(main())
