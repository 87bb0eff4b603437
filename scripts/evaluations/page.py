"""`python -m scripts.evaluate page`."""

import argparse
from pathlib import Path

from threadpoolctl import threadpool_limits

import recsys
from recsys.data import ratings
from scripts.evaluations import report


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=Path("build/mal"), help="prepared ratings (%(default)s)")
    parser.add_argument("--artifacts", type=Path, default=Path("artifacts"), help="trained models (%(default)s)")
    parser.add_argument("--model", help="model to measure (default: the best in the artifacts)")
    parser.add_argument("--diversity", type=float, default=0.3, help="weight of diversity (%(default)s)")
    parser.add_argument(
        "--part", choices=("validation", "test"), default="test", help="fans to recommend to (%(default)s)"
    )
    report.add_arguments(parser)


def main(args: argparse.Namespace) -> int:
    from recsys.evaluation.page_rules import evaluate

    engine = recsys.load(args.artifacts)
    data = ratings.load_arrays(args.data)
    with threadpool_limits(1):
        figures = evaluate(engine, data, args.model or engine.default_model, args.diversity, args.part)
    return report.publish("page", figures, args)
