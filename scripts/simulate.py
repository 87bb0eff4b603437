"""Simulate fans: a community drawn from distributions of real fans, or a raw set of lists of any size."""

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from recsys.data import manifest
from recsys.data.catalogue import Catalogue
from recsys.data.ratings import Ratings
from recsys.models import store
from recsys.models.base import Model
from recsys.models.svd import SVD
from recsys.simulation import community, raw_set, resemblance
from recsys.simulation.lists import Lists, load_lists, write_lists
from scripts.common import add_options, run

_FANS = {"community": 2000, "raw": 108_711}
#: Real fans, not used in training, for whom the SVDs' recommendations are compared.
_TEST_FANS = 200
#: Raters among half of the real fans that a title needs to be compared.
_ENOUGH_RATERS = 25

_progress = partial(tqdm, mininterval=10)


def main(argv: list[str] | None = None) -> int:
    parser = _parser()
    args = parser.parse_args(argv)
    for option, least in (("fans", 1), ("titles", 30)):
        if (value := getattr(args, option)) is not None and value < least:
            parser.error(f"argument --{option}: must be at least {least}, not {value}")
    return run(_raw if args.raw else _check if args.check else _community, args)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.simulate", description=__doc__)
    add_options(parser, "--data", "--seed")
    parser.add_argument(
        "--out", type=Path, default=Path("artifacts"), help="folder with the trained SVD, and to write to (%(default)s)"
    )
    parser.add_argument("--fans", type=int, help="number of fans (2,000; with --raw 108,711)")
    parser.add_argument("--check", action="store_true", help="write nothing; compare simulated with real fans")
    parser.add_argument(
        "--raw", type=Path, metavar="DIR", help="write a raw set to this folder, from random numbers alone"
    )
    parser.add_argument("--titles", type=int, default=6668, help="number of titles of the raw set (%(default)s)")
    parser.add_argument("--gzip", action="store_true", help="compress the raw set's files")
    return parser


def _community(args: argparse.Namespace) -> int:
    described = manifest.read(args.out)
    rng = np.random.default_rng(args.seed)
    model, lists = _load(args)
    drawn = _draw(args, model, lists, rng, _shown(args, model))
    drawn_from = {
        "model": described.files[store.file_name("svd")]["sha256"],
        "ratings": manifest.read(args.data).files["ratings.parquet"]["sha256"],
    }
    rows = write_lists(drawn, model.item_ids, args.out, rng, drawn_from=drawn_from, seed=args.seed)
    for name, count in rows.items():
        print(f"wrote {args.out / name}: {count:,} rows")
    return 0


def _draw(
    args: argparse.Namespace, model: SVD, lists: Lists, rng: np.random.Generator, shown: NDArray[np.bool_]
) -> Lists:
    print(f"Fitting to {lists.n_fans:,} fans of {args.data} ...", flush=True)
    population = community.fit(lists, model, rng, _progress)
    n_fans = _FANS["community"] if args.fans is None else args.fans
    print(f"Drawing {n_fans:,} fans ...", flush=True)
    return community.draw(population, model, n_fans, rng, shown)


def _shown(args: argparse.Namespace, model: SVD) -> NDArray[np.bool_]:
    """A mask of the model's titles that may be on a simulated list: in the catalogue and not adult."""
    catalogue = Catalogue.load(manifest.read(args.out).path("catalogue.parquet"))
    known = catalogue.positions(model.item_ids)
    return (known >= 0) & ~catalogue.adult[known]


def _raw(args: argparse.Namespace) -> int:
    n_fans = _FANS["raw"] if args.fans is None else args.fans
    rows = raw_set.write(args.raw, n_fans, args.titles, args.seed, args.gzip, _progress)
    for path, count in rows.items():
        print(f"wrote {path}: {count:,} rows, {path.stat().st_size / 1e6:,.1f} MB")
    return 0


def _load(args: argparse.Namespace) -> tuple[SVD, Lists]:
    """The trained SVD, and the real lists at its positions."""
    model = cast(SVD, store.load("svd", manifest.read(args.out).path(store.file_name("svd"))))
    return model, load_lists(args.data, model.item_ids)


def _check(args: argparse.Namespace) -> int:
    """Print how similar simulated and real fans are, and, for comparison, two halves of the real fans."""
    rng = np.random.default_rng(args.seed)
    model, real = _load(args)
    n_items = model.n_items
    simulated = _draw(args, model, real, rng, np.ones(n_items, dtype=bool))
    test_fans, first, second = (
        real.take(fans)
        for fans in np.split(rng.permutation(real.n_fans), [_TEST_FANS, _TEST_FANS + (real.n_fans - _TEST_FANS) // 2])
    )
    same_size = simulated.take(np.arange(min(simulated.n_fans, second.n_fans)))
    columns = {"real, half A": first, "real, half B": second, "simulated": same_size}
    print(f"\nFans: {', '.join(f'{name} {lists.n_fans:,}' for name, lists in columns.items())}\n")
    described = {name: resemblance.describe(lists, n_items) for name, lists in columns.items()}
    for measure in described["simulated"]:
        print(measure)
        for name, figures in described.items():
            print(f"  {name:14} {figures[measure]}")
    far = {name: resemblance.distances(lists, first, n_items) for name, lists in list(columns.items())[1:]}
    overlaps = {"real, half B": (real, real), "simulated": (simulated, real)}
    for name, (lists, others) in overlaps.items():
        nearest = resemblance.nearest_overlap(lists, others, n_items)
        for label, q in (("median", 50), ("99%", 99), ("largest", 100)):
            far[name][f"overlap with the nearest real list, {label}"] = float(np.percentile(nearest, q))
    enough = np.bincount(first.items, first.scores > 0, n_items) >= _ENOUGH_RATERS
    svds = {name: _train(lists, model.item_ids, args) for name, lists in columns.items()}
    for name, figures in far.items():
        top, correlation = resemblance.agreement(
            svds["real, half A"], svds[name], test_fans, model.item_ids, enough, n=10
        )
        figures["SVD's top ten for real fans: in common"] = top
        figures["SVD's predictions for real fans: correlation"] = correlation
    print(f"\n{'compared with real, half A':48} {'real, half B':>14} {'simulated':>14}")
    for measure, value in far["real, half B"].items():
        print(f"{measure:48} {value:14.3f} {far['simulated'][measure]:14.3f}")
    print("\nOverlap is the Jaccard index of titles: real lists with other real ones, simulated lists with real ones.")
    return 0


def _train(lists: Lists, item_ids: NDArray[np.int64], args: argparse.Namespace) -> Model:
    """Train an SVD on these lists."""
    from recsys.training import svd_trainer
    from recsys.training.run import TrainingRun

    scored = lists.scores > 0
    users, items = lists.fans[scored], lists.items[scored]
    scores = lists.scores[scored].astype(np.float64)
    print(f"Training an SVD on {len(scores):,} ratings ...", flush=True)
    ratings = Ratings(np.arange(1, lists.n_fans + 1), item_ids, users, items, scores)
    return svd_trainer.train(TrainingRun(args.data, ratings, args.seed)).model


if __name__ == "__main__":
    sys.exit(main())
