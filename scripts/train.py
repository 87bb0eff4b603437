"""Train models on prepared ratings and write them to a folder of artifacts."""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from threadpoolctl import threadpool_limits

from recsys.data import atlas, manifest, ratings
from recsys.data.ratings import Lists
from recsys.errors import RecsysError
from recsys.holdout.reveal import fan_lists
from recsys.models import store
from recsys.models.hybrid import Hybrid
from scripts.common import add_options, run

if TYPE_CHECKING:
    from recsys.training.run import TrainingRun

#: Model -> function that takes a `TrainingRun` and returns a `Trained`.
TRAINERS: dict[str, str] = {
    "popularity": "recsys.training.popularity:train",
    "svd": "recsys.training.svd_trainer:train",
    "neural": "recsys.training.neural:train",
    "hybrid": "recsys.training.hybrid:train",
}
#: Models that --ray trains in several processes.
_NETWORKS = ("neural", "hybrid")
#: Made from the trained SVD in the output folder, not from ratings.
_ATLAS = "atlas"
#: Fitted to all fans but the test part's for every model in the output folder.
_ODDS = "odds"
#: Fitted again for the hybrid in the output folder, whose other parts stay as they are.
_RERANKER = "reranker"
_TITLE_STATS = "title_stats.parquet"
#: Bytes kept free for a model, in all and for each title; the largest so far takes 1,600 for each.
_ROOM, _ROOM_FOR_TITLE = 8 * 2**20, 2_500


def main(argv: list[str] | None = None) -> int:
    return run(_run, _parser().parse_args(argv))


def _run(args: argparse.Namespace) -> int:
    if args.demographics and set(args.model) != {"hybrid"}:
        raise RecsysError("--demographics is for the hybrid alone. Train the other models without it.")
    if args.tune is not None:
        return _tune(args)
    if args.install is not None:
        return _install(args)
    _check_cluster(args)
    if not args.ray and "://" in (args.checkpoints or ""):
        raise RecsysError("Without --ray, --checkpoints takes a folder of this machine.")
    others = {_ATLAS: _draw, _ODDS: _fit_odds, _RERANKER: _fit_reranker}
    for name in args.model:
        if name in others:
            others[name](args)
        else:
            _train(name, args)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.train", description=__doc__)
    parser.add_argument(
        "model",
        nargs="+",
        choices=[*TRAINERS, _ATLAS, _ODDS, _RERANKER],
        help="which models to train, one after the other; atlas: the map of titles from the svd in --out; odds: the "
        "chances of high and low scores for the models in --out, by more fans than in training; reranker: the order of "
        "the best titles for lists without scores, for the hybrid in --out, which training fits too",
    )
    add_options(parser, "--data", "--seed", "--catalogue")
    parser.add_argument("--out", type=Path, default=Path("artifacts"), help="folder to write to (%(default)s)")
    parser.add_argument(
        "--install",
        type=Path,
        metavar="DIR",
        help="train nothing, but write to --out the model in this folder, where a training that could not write its "
        "result kept it",
    )
    parser.add_argument(
        "--threads",
        type=int,
        default=1,
        help="threads; with more than one, svd is the same, and networks differ a little each time (%(default)s)",
    )
    parser.add_argument("--device", default="auto", help="device for torch: auto, cpu, cuda or mps (%(default)s)")
    parser.add_argument(
        "--checkpoints",
        metavar="DIR",
        help="folder for checkpoints, from which a killed training of a network resumes; with --ray needed, shared by "
        "all nodes, or an address such as s3://bucket/folder",
    )
    parser.add_argument(
        "--demographics",
        type=Path,
        metavar="DIR",
        help="folder of the raw lists: the hybrid also learns from the fans' gender and age where known; the model "
        "stores neither and does not need them afterwards (off)",
    )
    parser.add_argument(
        "--tune",
        type=int,
        metavar="N",
        help="with svd and --ray: train nothing for serving, but try N settings on the validation fans",
    )
    parser.add_argument(
        "--trials", type=Path, default=Path("docs/tuning.md"), help="file for the table of --tune (%(default)s)"
    )
    add_options(parser, "--ray")
    parser.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="with --ray: processes that train a network together (default: one for each GPU, or where there is none "
        "one for each --threads CPUs)",
    )
    parser.add_argument(
        "--dsgd",
        type=int,
        metavar="BLOCKS",
        help="with svd and --ray: train by DSGD, with this many blocks of fans on as many workers; RMSE is close to "
        "that of the exact SVD, which one process trains",
    )
    return parser


def _check_cluster(args: argparse.Namespace) -> None:
    if not args.ray and (args.workers is not None or args.dsgd is not None):
        raise RecsysError("--workers and --dsgd are for --ray ADDRESS.")
    if any(number is not None and number < 1 for number in (args.workers, args.dsgd)):
        raise RecsysError("--workers and --dsgd take a number from 1.")
    if args.dsgd is not None and args.model != ["svd"]:
        raise RecsysError("--dsgd is for the svd alone. Train the other models without it.")
    if not args.ray:
        return
    if others := [name for name in args.model if name not in _NETWORKS and args.dsgd is None]:
        raise RecsysError(
            f"--ray does not train {others[0]}. It trains neural, hybrid, and svd with --dsgd BLOCKS; it tries "
            "settings with: train svd --tune N --ray ADDRESS."
        )
    if args.checkpoints is None:
        raise RecsysError("--ray needs --checkpoints: a folder that all nodes share, or an address such as s3://…")


def _tune(args: argparse.Namespace) -> int:
    if args.model != ["svd"] or not args.ray or not args.tune or args.tune < 1:
        raise RecsysError("--ray and --tune go together, for svd alone: train svd --tune N --ray ADDRESS.")
    from recsys.cluster import tune
    from recsys.training.run import TrainingRun

    run = TrainingRun(args.data, ratings.load_arrays(args.data), args.seed)
    trials = tune.tune_svd(args.ray, run, args.tune)
    args.trials.parent.mkdir(parents=True, exist_ok=True)
    args.trials.write_text(tune.table(trials, run), encoding="utf-8")
    print(f"Wrote {args.trials} ({len(trials)} trials). Best: {trials[0].config}, mean RMSE {trials[0].mean:.4f}.")
    print("To train with these settings, make them the preset tuned of recsys/training/svd.py.")
    return 0


def _draw(args: argparse.Namespace) -> None:
    from recsys.training.atlas import draw

    print(f"Computing the map of titles from the svd in {args.out} (some minutes) ...", flush=True)
    start = time.perf_counter()
    entry = draw(args.out, args.seed)
    written = args.out / atlas.FILE
    size = written.stat().st_size / 1e3
    print(f"Wrote {written} ({entry['rows']:,} titles, {size:.0f} kB) in {time.perf_counter() - start:.0f} s.")
    print(f"  trustworthiness: {entry['trustworthiness']}")


def _fit_odds(args: argparse.Namespace) -> None:
    from recsys.training import odds

    described = manifest.read(args.out)
    files = {name: described.path(store.file_name(name)) for name in store.REGISTRY if name in described.models}
    if not files:
        raise RecsysError(f"{args.out} has no model to fit odds for. Train one first, for instance svd.")
    models = {name: store.load(name, file) for name, file in files.items()}
    print(f"Fitting the odds of {', '.join(models)} (some minutes) ...", flush=True)
    with threadpool_limits(args.threads):
        found = odds.fit_all(models, _training_run(args, ratings.load_lists(args.data)))
    with manifest.writing(args.out) as batch:
        for name, chances in found.items():
            batch.model(name, odds=chances.to_entry())
            print(f"{name}: {chances}")
    print(f"Wrote the odds to {args.out / manifest.NAME}.")


def _fit_reranker(args: argparse.Namespace) -> None:
    from recsys.training import hybrid

    described = manifest.read(args.out)
    if "hybrid" not in described.models:
        raise RecsysError(f"{args.out} has no hybrid to fit a reranker for. Train it: python -m scripts.train hybrid.")
    file = store.file_name("hybrid")
    # Its reranker, which may be of an earlier form, is not read.
    core = cast(Hybrid, store.load("hybrid", described.path(file), without="rerank_"))
    entry = described.models["hybrid"]
    run = _training_run(args, ratings.load_lists(args.data))
    print(f"Fitting the reranker of the hybrid in {args.out} (some minutes) ...", flush=True)
    start = time.perf_counter()
    trained = hybrid.reranked_again(core, run, entry["training"], entry["metrics"])
    source = {key: value for key, value in described.files[file].items() if key not in ("sha256", "bytes", "made")}
    header = {"training": dict(trained.config), "metrics": dict(trained.metrics)}
    with manifest.writing(args.out) as batch:
        store.save(trained.model, batch.path(file, **source), data=entry["data"], seed=entry["seed"], **header)
        batch.model("hybrid", **header)
    print(f"Wrote {args.out / file} in {time.perf_counter() - start:.0f} s.")
    for measure, value in trained.metrics.items():
        print(f"  {measure}: {value}")


def _install(args: argparse.Namespace) -> int:
    from recsys.training import kept

    if len(args.model) != 1:
        raise RecsysError("--install takes one model: train svd --install DIR.")
    kept.install(args.model[0], args.install, args.out)
    print(f"Wrote {args.out / store.file_name(args.model[0])}. You can delete {args.install}.")
    return 0


def _train(name: str, args: argparse.Namespace) -> None:
    from recsys.training import kept, odds

    module, function = TRAINERS[name].split(":")
    trainer = getattr(import_module(module), function)
    described = manifest.read(args.data)
    checkpoint, spread = None, None
    if args.ray:
        trainer, spread = _on_cluster(name, trainer, args)
    elif args.checkpoints:
        checkpoint = Path(args.checkpoints) / f"{name}.safetensors"
    # Checked now, so that a missing file is reported before the training.
    copies_stats = args.data.resolve() != args.out.resolve() and described.path(_TITLE_STATS).is_file()
    if args.demographics and any(one.get("id_offset") for one in described.files[ratings.FILE].get("read_from", ())):
        raise RecsysError(
            f"--demographics finds fans by the ids of their set, but {args.data} comes from sets that share ids. "
            "Prepare one set alone, or train without --demographics."
        )
    lists = ratings.load_lists(args.data)
    run = _training_run(args, lists, checkpoint=checkpoint, demographics=args.demographics, spread=spread)
    counted = f"{len(run.ratings.scores):,} ratings and {len(lists.unscored.items):,} titles without a score"
    print(f"Training {name} on {counted} of {args.data} ...", flush=True)
    start = time.perf_counter()
    with manifest.reserving(args.out, _ROOM + _ROOM_FOR_TITLE * len(run.ratings.item_ids)) as release:
        trained = trainer(run)
        release()
    entry = described.files[ratings.FILE]
    data = {key: entry[key] for key in ("data_set", "licence", "sha256", "rows") if key in entry}
    data["unscored_rows"] = len(lists.unscored.items)
    header = {"data": data, "training": dict(trained.config), "metrics": dict(trained.metrics), "seed": args.seed}
    validation = fan_lists(run.ratings, "validation", trained.model.item_ids, args.seed)
    chances = odds.fit(trained.model, validation).to_entry()
    file = store.file_name(name)

    def write_to(folder: Path) -> None:
        with manifest.writing(folder, **{key: data[key] for key in ("data_set", "licence") if key in data}) as batch:
            store.save(trained.model, batch.path(file, trained_on=data), **header)
            batch.model(name, file=file, odds=chances, **header)
            if copies_stats:
                kept.copy(described, _TITLE_STATS, batch)

    kept.write(name, write_to, args.out, (args.data, Path(tempfile.gettempdir())))
    written = args.out / file
    print(f"Wrote {written} ({written.stat().st_size / 1e6:.1f} MB) in {time.perf_counter() - start:.0f} s.")
    for measure, value in trained.metrics.items():
        print(f"  {measure}: {value}")


def _training_run(args: argparse.Namespace, lists: Lists, **choices: Any) -> "TrainingRun":
    from recsys.training.run import TrainingRun

    chosen = {"seed": args.seed, "n_threads": args.threads, "catalogue": args.catalogue, "device": args.device}
    return TrainingRun(args.data, lists.ratings, unscored=lists.unscored, **chosen, **choices)


def _on_cluster(name: str, trainer: Callable, args: argparse.Namespace) -> tuple[Callable, Callable | None]:
    """The trainer of a model, and for a network how its processes are started."""
    if name in _NETWORKS:
        from recsys.cluster.networks import spread

        return trainer, spread(args.ray, args.checkpoints, name, args.workers)
    from recsys.cluster.svd import trainer as by_dsgd

    return by_dsgd(args.ray, args.checkpoints, args.dsgd), None


if __name__ == "__main__":
    sys.exit(main())
