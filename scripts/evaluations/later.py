"""`python -m scripts.evaluate later-fans`."""

import argparse
from importlib import import_module
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from recsys.data import catalogue as catalogues
from recsys.data import manifest, ratings
from recsys.data.catalogue import Catalogue
from recsys.data.ratings import Lists
from recsys.errors import DataError
from recsys.evaluation import later_fans
from recsys.models import store
from recsys.serving import reports
from recsys.training.run import TrainingRun
from recsys.types import positions_of
from scripts.evaluations import report
from scripts.train import TRAINERS

#: The beginning of a fan's name in the public sets -> the year of the list.
YEARS = {"fan_a": 2016, "fan_e": 2016, "fan_b": 2020, "fan_c": 2020, "fan_d": 2025}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = "folder for the models of earlier lists, which are trained unless they are there (%(default)s)"
    parser.add_argument("--work", type=Path, default=Path("build/later"), help=what)


def main(args: argparse.Namespace) -> int:
    lists = ratings.load_lists(args.data)
    groups = later_fans.groups(lists, _years(args.data, lists))
    if len(groups) < 2:
        raise DataError(f"{args.data} needs fans whose names begin with {', '.join(YEARS)}: lists of different years.")
    first = groups[0]
    today = Catalogue.load(manifest.read(args.artifacts).path(catalogues.FILE))
    path = args.work / catalogues.FILE
    args.work.mkdir(parents=True, exist_ok=True)
    catalogues.write((later_fans.without_reception(title, first.year) for title in today.titles()), path)
    models = _trained(args, first.lists, path)
    print("Measuring ...", flush=True)
    with threadpool_limits(1):
        rows = later_fans.evaluate(models, today, Catalogue.load(path), groups, args.seed)
    how = (
        f"The models were trained and tuned on lists of {first.year} alone, and measured on the test part of their "
        f"fans and on all fans of later years, by the facts that were known in {first.year}: later titles without "
        "their members and mean scores, except where stated. Of fans with scores, "
        f"{later_fans.KNOWN} ratings are known, and hidden titles scored 8 or more are relevant; of those without, "
        "half of a list is known and the other half relevant: compare years only within a kind. Known titles are those "
        "that any fan in training had begun. Deviation: between fans."
    )
    return report.publish(reports.LATER_FANS, {"how": how, "rows": rows}, args)


def _years(folder: Path, lists: Lists) -> NDArray[np.int64]:
    """The year of each fan's list by the fan's name, (n_users,); 0 for other names."""
    table = pq.read_table(manifest.read(folder).path("users.parquet"), columns=["user_id", "username"])
    known = {fan: YEARS.get(name[:5], 0) for fan, name in zip(*table.to_pydict().values(), strict=True)}
    ids = np.array(sorted(known))
    years = np.array([known[fan] for fan in ids.tolist()])
    places = positions_of(ids, lists.ratings.user_ids)
    return np.where(places >= 0, years[places], 0)


def _trained(args: argparse.Namespace, lists: Lists, catalogue: Path) -> dict[str, store.Model]:
    """The models of `args.work`, after training those that are missing or of other data or another catalogue."""
    made = {
        "data": manifest.read(args.data).files[ratings.FILE]["sha256"],
        "catalogue": manifest.sha256(catalogue),
        "seed": args.seed,
    }
    found = {}
    for name, trainer in TRAINERS.items():
        file = store.file_name(name)
        described = manifest.read(args.work) if (args.work / manifest.NAME).exists() else None
        if described is None or described.models.get(name, {}).get("made_from") != made:
            print(f"Training {name} on {len(lists.ratings.scores):,} ratings ...", flush=True)
            module, function = trainer.split(":")
            run = TrainingRun(args.data, lists.ratings, args.seed, catalogue=catalogue, unscored=lists.unscored)
            trained = getattr(import_module(module), function)(run)
            with manifest.writing(args.work) as batch:
                store.save(trained.model, batch.path(file))
                batch.model(name, file=file, made_from=made)
            described = manifest.read(args.work)
        found[name] = store.load(name, described.path(file))
    return found
