"""Simulate fans: a community drawn from distributions of real fans, or a raw set of lists of any size."""

import argparse
import sys
from dataclasses import dataclass
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
from recsys.models.hybrid import Hybrid
from recsys.models.svd import SVD
from recsys.serving.loading import load_model
from recsys.simulation import community, raw_set, resemblance, titles
from recsys.simulation.lists import Lists, joined, load_lists, write_lists
from recsys.simulation.titles import Titles
from recsys.statuses import WATCHING
from scripts.common import add_options, run

_FANS = {"community": 2000, "raw": 108_711}
#: Real fans, not used in training, for whom the SVDs' recommendations are compared.
_TEST_FANS = 200
#: Titles being watched that a list needs to be compared with others.
_ENOUGH_WATCHED = 5
_SHOWN = (("median", 50), ("99%", 99), ("largest", 100))
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
        "--out",
        type=Path,
        default=Path("artifacts"),
        help="folder with the trained model, and to write to (%(default)s)",
    )
    parser.add_argument(
        "--model",
        choices=("hybrid", "svd"),
        default="hybrid",
        help="the model that gives the scores; with svd, no fan has a title without ratings (%(default)s)",
    )
    parser.add_argument("--fans", type=int, help="number of fans (2,000; with --raw 108,711)")
    parser.add_argument("--check", action="store_true", help="write nothing; compare simulated with real fans")
    parser.add_argument(
        "--raw", type=Path, metavar="DIR", help="write a raw set to this folder, from random numbers alone"
    )
    parser.add_argument("--titles", type=int, default=6668, help="number of titles of the raw set (%(default)s)")
    parser.add_argument("--gzip", action="store_true", help="compress the raw set's files")
    return parser


@dataclass(frozen=True)
class _World:
    """A model's SVD and its titles; the real lists that the community is fitted to, of fans with scores and of fans
    who only watch; and those of the test fans, which nothing is fitted to."""

    item_ids: NDArray[np.int64]
    svd: SVD
    titles: Titles
    fitted: tuple[Lists, Lists]
    unused: tuple[Lists, Lists]

    @property
    def real(self) -> tuple[Lists, Lists]:
        scored, watching = (joined(parts) for parts in zip(self.fitted, self.unused, strict=True))
        return scored, watching


def _read(args: argparse.Namespace) -> _World:
    described = manifest.read(args.out)
    catalogue = Catalogue.load(described.path("catalogue.parquet"))
    model = load_model(described, args.model, catalogue)
    svd = model.svd if isinstance(model, Hybrid) else cast(SVD, model)
    return _World(
        item_ids=svd.item_ids,
        svd=svd,
        titles=titles.read(catalogue, svd.item_ids),
        fitted=load_lists(args.data, svd.item_ids, ("train", "validation")),
        unused=load_lists(args.data, svd.item_ids, ("test",)),
    )


def _community(args: argparse.Namespace) -> int:
    world, rng = _read(args), np.random.default_rng(args.seed)
    drawn = _draw(args, world, rng)
    measured = _measure(drawn, world)
    _print_table({"real, used": _measure_real(world), "simulated": measured})
    files = manifest.read(args.out).files
    described = {
        "drawn_from": {
            "model": files[store.file_name(args.model)]["sha256"],
            "ratings": manifest.read(args.data).files["ratings.parquet"]["sha256"],
            "unscored": manifest.read(args.data).files["unscored.parquet"]["sha256"],
        },
        "compared_with_unused_real_fans": {name: round(value, 3) for name, value in measured.items()},
    }
    rows = write_lists(drawn, world.item_ids, args.out, rng, **described, seed=args.seed)
    for name, count in rows.items():
        print(f"wrote {args.out / name}: {count:,} rows, {(args.out / name).stat().st_size / 1e6:.2f} MB")
    return 0


def _draw(args: argparse.Namespace, world: _World, rng: np.random.Generator) -> Lists:
    scored, watching = world.fitted
    print(f"Fitting to {scored.n_fans:,} fans with scores and {watching.n_fans:,} who only watch ...", flush=True)
    population = community.fit(scored, watching, world.titles, world.svd, rng, _progress)
    n_fans = _FANS["community"] if args.fans is None else args.fans
    print(f"Drawing {n_fans:,} fans ...", flush=True)
    return community.draw(population, world.titles, world.svd, n_fans, rng)


def _measure(drawn: Lists, world: _World) -> dict[str, float]:
    """How the drawn lists compare with those of the unused fans, and with the nearest of all real lists."""
    scored, watching = world.unused
    others, shelves = drawn.begun(), drawn.shelves()
    others = others.only(others.statuses != WATCHING)
    n_items, recent = world.svd.n_items, world.titles.recent
    figures = resemblance.distances(others, scored, ~recent)
    if watching.n_fans and shelves.n_fans:
        figures |= resemblance.shelf_distances(shelves, watching, recent)
    figures["share of titles from 2021 on, mean over fans"] = float(
        resemblance.recent_shares(drawn.begun(), recent).mean()
    )
    nearest = resemblance.nearest_overlap(others, world.real[0], n_items)
    figures |= _percentiles("overlap with the nearest real list", nearest)
    return figures | _shelf_overlap(shelves, world.real[1], n_items)


def _measure_real(world: _World) -> dict[str, float]:
    """The same for the real lists that the community is fitted to."""
    n_items, recent = world.svd.n_items, world.titles.recent
    figures = resemblance.distances(world.fitted[0], world.unused[0], ~recent)
    if world.unused[1].n_fans and world.fitted[1].n_fans:
        figures |= resemblance.shelf_distances(world.fitted[1], world.unused[1], recent)
    scored, watching = world.real
    figures |= _percentiles("overlap with the nearest real list", resemblance.nearest_overlap(scored, scored, n_items))
    return figures | _shelf_overlap(watching, watching, n_items)


def _shelf_overlap(shelves: Lists, watching: Lists, n_items: int) -> dict[str, float]:
    """Of titles being watched; very short lists are alike by chance."""
    ours = shelves.take(np.flatnonzero(shelves.lengths() >= _ENOUGH_WATCHED))
    if not ours.n_fans or not watching.n_fans:
        return {}
    others = ours if shelves is watching else watching
    return _percentiles("being watched, overlap with the nearest", resemblance.nearest_overlap(ours, others, n_items))


def _percentiles(name: str, values: NDArray[np.floating]) -> dict[str, float]:
    return {f"{name}, {label}": float(np.percentile(values, q)) for label, q in _SHOWN}


def _print_table(columns: dict[str, dict[str, float]]) -> None:
    print(f"\n{'compared with real fans not used':62}" + "".join(f"{name:>12}" for name in columns))
    for measure in columns["simulated"]:
        print(f"{measure:62}" + "".join(f"{figures.get(measure, np.nan):12.3f}" for figures in columns.values()))
    print("\nOverlap is the Jaccard index of titles: real lists with other real ones, simulated lists with real ones.")


def _raw(args: argparse.Namespace) -> int:
    n_fans = _FANS["raw"] if args.fans is None else args.fans
    rows = raw_set.write(args.raw, n_fans, args.titles, args.seed, args.gzip, _progress)
    for path, count in rows.items():
        print(f"wrote {path}: {count:,} rows, {path.stat().st_size / 1e6:,.1f} MB")
    return 0


def _check(args: argparse.Namespace) -> int:
    """Print how similar simulated and real fans are, and an SVD trained on each."""
    world, rng = _read(args), np.random.default_rng(args.seed)
    drawn, n_items = _draw(args, world, rng), world.svd.n_items
    columns = {"real, used": world.fitted[0], "real, unused": world.unused[0], "simulated": drawn.begun()}
    described = {name: resemblance.describe(lists, n_items) for name, lists in columns.items()}
    for measure in described["simulated"]:
        print(measure)
        for name, figures in described.items():
            print(f"  {name:14} {figures[measure]}")
    far = {"real, used": _measure_real(world), "simulated": _measure(drawn, world)}
    first, second = np.array_split(rng.permutation(world.fitted[0].n_fans), 2)
    half, other = (world.fitted[0].take(fans) for fans in (first, second))
    enough = np.bincount(half.items, half.scores > 0, n_items) >= _ENOUGH_RATERS
    test_fans = world.unused[0].take(np.arange(min(_TEST_FANS, world.unused[0].n_fans)))
    reference = _train(half, world.item_ids, args)
    for name, lists in (("real, used", other), ("simulated", drawn)):
        model = _train(lists, world.item_ids, args)
        top, correlation = resemblance.agreement(reference, model, test_fans, world.item_ids, enough, n=10)
        far[name]["SVD's top ten for real fans: in common"] = top
        far[name]["SVD's predictions for real fans: correlation"] = correlation
    _print_table(far)
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
