"""`python -m scripts.evaluate article`."""

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data import ratings
from recsys.evaluation.article import ALGORITHMS, MEASURES, Table, cross_validate
from scripts.evaluations import report


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model", nargs="+", choices=ALGORITHMS, default=list(ALGORITHMS), help="algorithms to measure (default: all)"
    )
    parser.add_argument("--folds", type=int, default=5, help="number of folds (%(default)s)")


def main(args: argparse.Namespace) -> int:
    data = ratings.load_arrays(args.data)
    how = (
        f"{args.folds}-fold cross-validation on {len(data.scores):,} ratings of {len(data.user_ids):,} fans for "
        f"{len(data.item_ids):,} titles; ± is the deviation between folds. Times in seconds."
    )
    print(f"{args.data}: {how} Folds of surprise's KFold, seed {args.seed}.")
    tables: list[Table] = []

    def progress(name: str, fold: int, figures: NDArray[np.float64]) -> None:
        print(f"{name}: fold {fold + 1} of {args.folds}, RMSE {figures[0]:.4f}", file=sys.stderr, flush=True)

    if args.ray:
        from recsys.cluster.evaluate import cross_validate_all

        measured = cross_validate_all(args.ray, data, args.model, args.folds, args.seed, progress)
    else:
        measured = (cross_validate(data, name, args.folds, args.seed, partial(progress, name)) for name in args.model)
    for table in measured:
        _show(table)
        tables.append(table)
    rows = _with_earlier({table.name: _row(table) for table in tables}, how, args.out)
    return report.publish("article", {"how": how, "rows": rows}, args)


def _show(table: Table) -> None:
    heads = [*(f"Fold {fold + 1}" for fold in range(table.folds.shape[1])), "Mean", "Std"]
    print(f"\n{table.name:34}" + "".join(f"{head:>9}" for head in heads))
    for measure, row, mean, sd in zip(MEASURES, table.folds, table.means, table.deviations, strict=True):
        digits = 2 if "time" in measure else 4
        print(f"  {measure:32}" + "".join(f"{value:9.{digits}f}" for value in (*row, mean, sd)), flush=True)


def _with_earlier(rows: dict[str, Any], how: str, folder: Path | None) -> dict[str, Any]:
    """`rows`, and the other algorithms' rows in `folder` if they were measured in the same way."""
    earlier = report.earlier(folder).get("article", {}) if folder else {}
    known = {**earlier["rows"], **rows} if earlier.get("how") == how else rows
    return {name: known[name] for name, _ in ALGORITHMS.values() if name in known}


def _row(table: Table) -> dict[str, dict[str, float]]:
    """Means over folds with standard deviations, by measure."""
    figures = zip(MEASURES, table.means.tolist(), table.deviations.tolist(), strict=True)
    return {
        name.lower().replace(" ", "_"): {"value": round(mean, 5), "se": round(deviation, 5)}
        for name, mean, deviation in figures
    }
