"""Train models on prepared ratings and publish them into a folder of artifacts, in one step."""

import argparse
import shutil
import sys
import time
from importlib import import_module
from pathlib import Path

from recsys.data import atlas, manifest, ratings
from recsys.errors import RecsysError
from recsys.models import store

#: What trains each model: a function that takes a `TrainingRun` and returns a `Trained`. A new trainer is one line.
TRAINERS: dict[str, str] = {
    "popularity": "recsys.training.popularity:train",
    "svd": "recsys.training.svd_trainer:train",
    "neural": "recsys.training.neural:train",
    "hybrid": "recsys.training.hybrid:train",
}
#: What is made from a trained model of the output folder rather than from ratings.
_ATLAS = "atlas"
_TITLE_STATS = "title_stats.parquet"


def main(argv: list[str] | None = None) -> int:
    args = _parser().parse_args(argv)
    try:
        if args.demographics and set(args.model) != {"hybrid"}:
            raise RecsysError("--demographics is for the hybrid alone. Train the other models by a command without it.")
        for name in args.model:
            _draw(args) if name == _ATLAS else _train(name, args)
    except RecsysError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.train", description=__doc__)
    parser.add_argument(
        "model",
        nargs="+",
        choices=[*TRAINERS, _ATLAS],
        help="which models to train, one after the other; atlas lays out the titles of the svd in --out",
    )
    parser.add_argument(
        "--data", type=Path, default=Path("build/mal"), help="folder that scripts.prepare wrote (%(default)s)"
    )
    parser.add_argument("--out", type=Path, default=Path("artifacts"), help="folder to publish into (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="seed of every random choice (%(default)s)")
    parser.add_argument(
        "--threads", type=int, default=1, help="more than one is faster, and not reproducible (%(default)s)"
    )
    parser.add_argument(
        "--catalogue", type=Path, default=Path("artifacts/catalogue.parquet"), help="titles' content (%(default)s)"
    )
    parser.add_argument("--device", default="auto", help="what torch computes on: auto, cpu, cuda or mps (%(default)s)")
    parser.add_argument(
        "--checkpoints", type=Path, help="folder in which a killed training of a network leaves off and continues"
    )
    parser.add_argument(
        "--demographics",
        type=Path,
        metavar="DIR",
        help="folder of the raw lists: the hybrid also learns from its fans' gender and age where they are known; the "
        "model is asked without them, and none of them is stored (off)",
    )
    return parser


def _draw(args: argparse.Namespace) -> None:
    from recsys.training.atlas import draw

    print(f"Laying out the titles of the svd in {args.out} (some minutes) ...", flush=True)
    start = time.perf_counter()
    entry = draw(args.out, args.seed)
    written = args.out / atlas.FILE
    size = written.stat().st_size / 1e3
    print(f"Wrote {written} ({entry['rows']:,} titles, {size:.0f} kB) in {time.perf_counter() - start:.0f} s.")
    print(f"  trustworthiness: {entry['trustworthiness']}")


def _train(name: str, args: argparse.Namespace) -> None:
    from recsys.training.run import TrainingRun

    module, function = TRAINERS[name].split(":")
    trainer = getattr(import_module(module), function)
    described = manifest.read(args.data)
    checkpoint = args.checkpoints / f"{name}.safetensors" if args.checkpoints else None
    # Looked for now, so that what is missing is said before the training rather than after it.
    stats = None if args.data.resolve() == args.out.resolve() else described.path(_TITLE_STATS)
    arrays = ratings.load_arrays(args.data)
    run = TrainingRun(
        args.data, arrays, args.seed, args.threads, args.catalogue, args.device, checkpoint, args.demographics
    )
    print(f"Training {name} on {len(run.ratings.scores):,} ratings of {args.data} ...", flush=True)
    start = time.perf_counter()
    trained = trainer(run)
    entry = described.files[ratings.FILE]
    data = {key: entry[key] for key in ("data_set", "licence", "sha256", "rows") if key in entry}
    header = {"data": data, "training": dict(trained.config), "metrics": dict(trained.metrics), "seed": args.seed}
    with manifest.writing(args.out, **{key: data[key] for key in ("data_set", "licence") if key in data}) as batch:
        file = store.file_name(name)
        store.save(trained.model, batch.path(file, trained_on=data), **header)
        batch.model(name, file=file, **header)
        if stats is not None:
            shutil.copyfile(stats, batch.path(_TITLE_STATS, **_made(described, _TITLE_STATS)))
    written = args.out / file
    print(f"Wrote {written} ({written.stat().st_size / 1e6:.1f} MB) in {time.perf_counter() - start:.0f} s.")
    for measure, value in trained.metrics.items():
        print(f"  {measure}: {value}")


def _made(described: manifest.Manifest, name: str) -> dict:
    """How an artifact was made, to go with a copy of it."""
    return {key: value for key, value in described.files[name].items() if key not in ("sha256", "bytes")}


if __name__ == "__main__":
    sys.exit(main())
