"""`python -m scripts.evaluate elicitation`."""

import argparse
from pathlib import Path

import numpy as np

from recsys.data import manifest, ratings
from recsys.errors import ArtifactError
from recsys.models import store
from recsys.models.svd import SVD


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=Path("build/mal"), help="prepared ratings (%(default)s)")
    parser.add_argument(
        "--artifacts", type=Path, default=Path("artifacts"), help="folder with the trained SVD (%(default)s)"
    )
    parser.add_argument("--part", choices=["validation", "test"], default="test", help="fans to ask (%(default)s)")
    parser.add_argument(
        "--seed", type=int, default=0, help="seed of the hidden ratings and of the random order (%(default)s)"
    )


def main(args: argparse.Namespace) -> int:
    from recsys.evaluation.elicitation import ANSWERS, QUESTIONS, compare
    from recsys.holdout.reveal import fan_lists
    from recsys.holdout.split import part_of

    model = store.load("svd", manifest.read(args.artifacts).path(store.file_name("svd")))
    if not isinstance(model, SVD):
        raise ArtifactError(f"{args.artifacts} has no svd model.")
    data = ratings.load_arrays(args.data)
    known = part_of(data, "train")
    raters = dict(zip(*np.unique(known.item_ids[known.items], return_counts=True), strict=True))
    chance = np.array([raters.get(anime_id, 0) for anime_id in model.item_ids], float) / len(np.unique(known.users))
    results = compare(model, fan_lists(data, args.part, model.item_ids, args.seed), chance, args.seed)

    fans = next(iter(results.values())).fans
    print(
        f"{fans} fans of the {args.part} part of {args.data}. RMSE of hidden scores by number of answers (in\n"
        "brackets: mean number of questions), and by number of questions, answered or not.\n"
    )
    print(
        f"{'':10}"
        + "".join(f"{f'{n} answers':>20}" for n in ANSWERS)
        + "".join(f"{f'{n} asked':>12}" for n in QUESTIONS)
    )
    for name, asked in results.items():
        answers = "".join(f"{asked.by_answers[n]:12.4f} ({asked.questions[n]:5.1f})" for n in ANSWERS)
        print(f"{name:10}{answers}" + "".join(f"{asked.by_questions[n]:12.4f}" for n in QUESTIONS))
    return 0
