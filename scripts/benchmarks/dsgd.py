"""`python -m scripts.benchmark dsgd`: RMSE of the SVD trained by blocks (DSGD) beside that of the exact one, with the
same settings, on ratings that are held out. All in this process: on a cluster the result is the same."""

import argparse
import time
from pathlib import Path

import numpy as np

from recsys.data.ratings import Ratings, load_arrays
from recsys.holdout.metrics import rmse
from recsys.holdout.split import rows_of

TEST_SHARE = 0.2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=Path("build/mal"), help="prepared ratings (%(default)s)")
    parser.add_argument("--fans", type=int, default=10_000, help="take this many fans at most (%(default)s)")
    parser.add_argument("--preset", choices=("article", "tuned"), default="article", help="settings (%(default)s)")
    parser.add_argument(
        "--blocks", type=int, nargs="+", default=[1, 2, 4, 8, 16, 32], help="numbers of blocks (%(default)s)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the fans, the split and the training (%(default)s)")


def main(args: argparse.Namespace) -> int:
    from recsys.training import dsgd
    from recsys.training.svd import PRESETS, SVD

    config, rng = PRESETS[args.preset], np.random.default_rng(args.seed)
    data = chosen(load_arrays(args.data), args.fans, rng)
    held = rng.random(len(data.scores)) < TEST_SHARE
    known, hidden = rows_of(data, np.flatnonzero(~held)), rows_of(data, np.flatnonzero(held))
    columns = (known.users, known.items, known.scores, len(data.user_ids), len(data.item_ids))
    print(f"SVD, settings {args.preset}, {len(known.scores):,} ratings of {args.data}; RMSE on {held.sum():,} others\n")
    print(f"{'':10}{'RMSE':>9}{'apart':>9}{'seconds':>9}")
    start = time.perf_counter()
    exact = SVD.from_config(config, random_state=args.seed).fit_arrays(*columns)
    expected = exact.predict_arrays(hidden.users, hidden.items)
    print(f"{'exact':10}{rmse(expected, hidden.scores):9.4f}{'':9}{time.perf_counter() - start:9.1f}", flush=True)
    for n_blocks in args.blocks:
        start = time.perf_counter()
        svd = dsgd.fit(*dsgd.divide(*columns, config, n_blocks, args.seed))
        predicted = svd.predict_arrays(hidden.users, hidden.items)
        seconds = time.perf_counter() - start
        apart = rmse(predicted, expected)
        name = f"{n_blocks} blocks"
        print(f"{name:10}{rmse(predicted, hidden.scores):9.4f}{apart:9.4f}{seconds:9.1f}", flush=True)
    print("\napart: root mean square difference between the predictions and the exact SVD's. seconds: one process.")
    return 0


def chosen(data: Ratings, n_fans: int, rng: np.random.Generator) -> Ratings:
    """The ratings of `n_fans` fans, in their order."""
    fans = np.unique(data.users)
    kept = np.isin(data.users, rng.choice(fans, min(n_fans, len(fans)), replace=False))
    return rows_of(data, np.flatnonzero(kept))
