"""`python -m scripts.evaluate fold-in`."""

import argparse
from pathlib import Path

import numpy as np

from recsys.data import ratings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=Path("build/mal"), help="prepared ratings (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="seed of training and of the hidden ratings (%(default)s)")
    parser.add_argument(
        "--part",
        choices=["validation", "test"],
        default="test",
        help="fans to predict (%(default)s); the intervals are calibrated on validation fans",
    )


def main(args: argparse.Namespace) -> int:
    from recsys.evaluation import ridge
    from recsys.evaluation.fold_in import figures
    from recsys.holdout.reveal import fan_lists
    from recsys.holdout.split import part_of
    from recsys.training import popularity, svd_trainer
    from recsys.training.run import TrainingRun

    run = TrainingRun(args.data, ratings.load_arrays(args.data), args.seed)
    known = part_of(run.ratings, "train")
    svd = svd_trainer.fit(run, known)
    served = svd_trainer.serve(run, "tuned", svd, known).model
    rated = np.flatnonzero(svd.item_rows >= 0)
    validation = fan_lists(run.ratings, "validation", served.item_ids, args.seed)
    penalty, plain = ridge.best(svd, rated, served.item_ids, validation)

    fans = fan_lists(run.ratings, args.part, served.item_ids, args.seed)
    print(
        f"Fans of the {args.part} part of {args.data}; SVD trained on {len(known.scores):,} ratings of training fans. "
        f"Ridge penalty {penalty:g}, the best on validation fans. Coverage ± its standard error."
    )
    models = {"popularity": popularity.train(run).model, "ridge": plain, "prior": served}
    rows = {name: list(figures(model, fans)) for name, model in models.items()}
    print(
        f"\n{'known':>5}{'fans':>6}{'scores':>8}"
        + "".join(f"{f'RMSE {name}':>18}" for name in models)
        + "".join(f"{f'{name} coverage':>22}{'width':>7}" for name in models)
    )
    for same in zip(*rows.values(), strict=True):
        print(
            f"{same[0].known:5}{same[0].fans:6}{same[0].scores:8}"
            + "".join(f"{row.rmse:18.4f}" for row in same)
            + "".join(f"{row.coverage:14.1%} ±{row.coverage_error:5.1%}{row.width:7.2f}" for row in same)
        )
    return 0
