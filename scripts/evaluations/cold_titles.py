"""`python -m scripts.evaluate cold-titles`."""

import argparse
from dataclasses import replace
from pathlib import Path

from recsys.data import ratings
from scripts.evaluations import report


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=Path("build/mal"), help="prepared ratings (%(default)s)")
    parser.add_argument(
        "--catalogue",
        type=Path,
        default=Path("artifacts/catalogue.parquet"),
        help="content of the titles (%(default)s)",
    )
    parser.add_argument(
        "--part", choices=("validation", "test"), default="test", help="fans whose ratings are predicted (%(default)s)"
    )
    parser.add_argument("--epochs", type=int, default=12, help="epochs of each network (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the choice of held-out titles (%(default)s)")
    report.add_arguments(parser)


def main(args: argparse.Namespace) -> int:
    from recsys.evaluation.cold_titles import HELD_OUT, evaluate
    from recsys.training.hybrid import HybridConfig
    from recsys.training.run import TrainingRun

    run = TrainingRun(args.data, ratings.load_arrays(args.data), args.seed, catalogue=args.catalogue)
    plain = HybridConfig()
    plain = replace(plain, schedule=replace(plain.schedule, max_epochs=args.epochs))
    rows, figures = {}, {}
    for name, members in (("without the member count", False), ("with the member count", True)):
        figures = evaluate(run, replace(plain, members=members), args.part, args.seed)
        rows["the fan's mean"] = {"rmse": {"value": figures["fan_mean"]}, "below": {"value": 0.0}}
        print(f"{name}: the network's best share is {figures['share']}")
        rows |= {f"{part}, {name}": figures[part] for part in ("hybrid", "network", "svd")}
    how = (
        f"{figures['titles']:,} titles ({HELD_OUT}%) lost all their ratings, and a hybrid was trained without these "
        f"ratings; it is not the shipped model. For {figures['fans']:,} held-out fans of the {args.part} part, it "
        f"knows their other ratings and predicts their {figures['ratings']:,} scores of these titles."
    )
    return report.publish("cold-titles", {"how": how, "rows": rows}, args)
