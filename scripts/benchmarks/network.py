"""`python -m scripts.benchmark network`."""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", choices=("neural", "hybrid"), default="neural", help="what to train (%(default)s)")
    parser.add_argument(
        "--fans",
        type=int,
        nargs="+",
        default=[12_000, 36_000, 108_000],
        help="sizes; 108,000 fans have the article's 19 million ratings (%(default)s)",
    )
    parser.add_argument("--titles", type=int, default=6_600, help="rated titles (%(default)s)")
    parser.add_argument("--length", type=float, default=177.0, help="mean length of a list (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the made-up ratings (%(default)s)")
    parser.add_argument(
        "--catalogue", type=Path, default=Path("artifacts/catalogue.parquet"), help="hybrid's content (%(default)s)"
    )


def main(args: argparse.Namespace) -> int:
    from scripts.benchmarks import training_sizes

    what = "One epoch of `neural`" if args.model == "neural" else "All parts of `hybrid`, its network for one epoch,"
    print(f"{what} on made-up ratings of {args.titles:,} titles, {args.length:g} of them by each fan")
    print(f"{'fans':>9}{'ratings':>13}{'all, s':>9}{'epoch, s':>10}{'us/rating':>11}{'peak MB':>9}")
    for n_fans in sorted(args.fans):
        shape = n_fans, args.titles, args.length, args.seed
        if args.model == "neural":
            size = training_sizes.epoch(*shape)
            epoch = size.seconds
        else:
            size, epoch = training_sizes.parts(*shape, args.catalogue)
        per_rating = 1e6 * size.seconds / size.n_ratings
        print(
            f"{n_fans:9,}{size.n_ratings:13,}{size.seconds:9.1f}{epoch:10.1f}{per_rating:11.2f}{size.peak_mb:9,.0f}",
            flush=True,
        )
    return 0
