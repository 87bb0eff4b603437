"""`python -m scripts.evaluate new-fans`."""

import argparse
import sys
from pathlib import Path

from recsys.data import ratings
from scripts.evaluations import report


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=Path("build/mal"), help="prepared ratings (%(default)s)")
    parser.add_argument("--artifacts", type=Path, default=Path("artifacts"), help="trained models (%(default)s)")
    parser.add_argument("--part", choices=("validation", "test"), default="test", help="fans to predict (%(default)s)")
    parser.add_argument("--no-baselines", action="store_true", help="measure only the models, which is faster")
    parser.add_argument("--seed", type=int, default=0, help="seed of the choice of known ratings (%(default)s)")
    report.add_arguments(parser)


def main(args: argparse.Namespace) -> int:
    from recsys.evaluation.new_fans import evaluate

    data = ratings.load_arrays(args.data)
    figures = evaluate(
        data,
        args.artifacts,
        args.part,
        not args.no_baselines,
        args.seed,
        lambda name: print(f"{name} ...", file=sys.stderr, flush=True),
    )
    return report.publish("new-fans", {"part": args.part, "by_known_ratings": figures}, args)
