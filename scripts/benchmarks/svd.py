"""`python -m scripts.benchmark svd`."""

import argparse
import tempfile
from pathlib import Path

from scripts.benchmarks import ratings

_QUICK = 300_000
_STAGES = ("load", "split", "fit", "predict")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help=f"{_QUICK:,} ratings: under a minute")
    size.add_argument(
        "--ratings", type=int, default=ratings.ARTICLE[0], help="about how many ratings to simulate (%(default)s)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the ratings, the split and the training (%(default)s)")
    parser.add_argument("--variants", action="store_true", help="also bitwise, float32 and two threads")


def main(args: argparse.Namespace) -> int:
    from scripts.benchmarks.svd_variants import Measured, Variant, largest_difference, measure

    variants = [Variant("Surprise", library=True), Variant("ours")]
    if args.variants:
        variants += [
            Variant("ours bitwise", bitwise=True),
            Variant("ours float32", precision="float32"),
            Variant("ours 2 threads", n_threads=2),
        ]
    with tempfile.TemporaryDirectory() as folder:
        n = ratings.write(Path(folder), _QUICK if args.quick else args.ratings, args.seed)
        print(f"SVD, the article's settings, on {n:,} simulated ratings, 20% held out; seconds, in one process each\n")
        print(
            f"{'':16}"
            + "".join(f"{stage:>10}" for stage in _STAGES)
            + f"{'peak MB':>10}{'RMSE':>12}{'largest diff':>14}"
        )
        done: dict[str, Measured] = {}
        for variant in variants:
            done[variant.name] = measured = measure(variant, Path(folder), args.seed)
            apart = largest_difference(measured, done["Surprise"])
            print(
                f"{variant.name:16}"
                + "".join(f"{measured.seconds[stage]:10.2f}" for stage in _STAGES)
                + f"{measured.peak_mb:10.0f}{measured.rmse:12.8f}{apart:14.1e}",
                flush=True,
            )
    theirs, ours = done["Surprise"], done["ours"]
    faster = ", ".join(f"{stage} {theirs.seconds[stage] / ours.seconds[stage]:.1f}" for stage in _STAGES)
    print(f"\nOurs is faster by a factor of: {faster}; and peaks at {ours.peak_mb / theirs.peak_mb:.0%} of the memory.")
    print(f"Loading compiled kernels, once per process: {ours.seconds['load kernels']:.1f} s, not counted above.")
    return 0
