"""Measure models on real ratings of held-out fans and titles, and write the tables of results."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
from threadpoolctl import threadpool_limits

import recsys
from recsys.data import manifest, ratings
from recsys.models import store
from recsys.models.svd import SVD
from recsys.serving import reports
from scripts.common import add_options, run
from scripts.evaluations import article, choosing, later, report


def main(argv: list[str] | None = None) -> int:
    args = _parser().parse_args(argv)
    return run(args.measure, args)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.evaluate", description=__doc__)
    subjects = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        name: str, measure: Callable[[argparse.Namespace], int], what: str, *options: str, out: bool = False
    ) -> argparse.ArgumentParser:
        subject = subjects.add_parser(name, help=what, description=what[0].upper() + what[1:] + ".")
        subject.set_defaults(measure=measure)
        add_options(subject, *options)
        if out:
            what = f"folder of artifacts whose {reports.METRICS} to write (default: print only)"
            subject.add_argument("--out", type=Path, help=what)
        return subject

    what = "the reference article's table: errors and times over 5 folds"
    article.add_arguments(add("article", article.main, what, "--data", "--seed", "--ray", out=True))
    what = "errors and prediction intervals for new fans with few known ratings"
    add("fold-in", _fold_in, what, "--data", "--part", "--seed")
    what = "ranking and errors for new fans, compared with strong baselines"
    subject = add("new-fans", _new_fans, what, "--data", "--artifacts", "--part", "--seed", "--ray", out=True)
    subject.add_argument("--no-baselines", action="store_true", help="measure only the models, which is faster")
    subject.add_argument(
        "--subject",
        choices=(reports.NEW_FANS, reports.EARLIER_FANS),
        default=reports.NEW_FANS,
        help="where the figures are written; earlier-fans: those of the first data set alone (%(default)s)",
    )
    what = "the order of titles for fans of today, whose lists have no scores"
    add("watching", _watching, what, "--data", "--artifacts", "--part", "--seed", out=True)
    what = "models trained on the earliest lists, measured on fans of later years"
    later.add_arguments(add("later-fans", later.main, what, "--data", "--artifacts", "--seed", out=True))
    what = "predicted scores of titles without ratings, from their content"
    subject = add("cold-titles", _cold_titles, what, "--data", "--part", "--seed", "--catalogue", out=True)
    subject.add_argument("--epochs", type=int, default=12, help="epochs of each network (%(default)s)")
    what = "cost of the page's series rules and diversity in NDCG"
    subject = add("page", _page, what, "--data", "--artifacts", "--part", out=True)
    subject.add_argument("--model", help="model to measure (default: the best in the artifacts)")
    subject.add_argument("--diversity", type=float, default=0.3, help="weight of diversity (%(default)s)")
    what = "the chances of high and of low scores, and the order by them"
    add("odds", choosing.odds, what, "--data", "--artifacts", "--part", "--seed", out=True)
    what = "titles like several seeds and unlike others, compared with one seed"
    subject = add("seeds", choosing.seeds, what, "--data", "--artifacts", "--part", "--seed", out=True)
    subject.add_argument("--limit", type=int, metavar="N", help="measure this many fans at most (default: all)")
    what = "cost and gain of recommending nothing below a fan's usual score"
    add("usual", choosing.usual, what, "--data", "--artifacts", "--part", "--seed", out=True)
    what = "cost and gain of a ten that is as recent as the list, for fans of today"
    add("eras", choosing.eras, what, "--data", "--artifacts", "--part", "--seed", out=True)
    what = "fans by their taste for the popular: accuracy, popularity lift and genres"
    add("niches", choosing.niches, what, "--data", "--artifacts", "--part", "--seed", out=True)
    what = "prediction intervals by harshness of fans, by genre, and jointly for groups"
    add("bands", choosing.bands, what, "--data", "--artifacts", "--part", "--seed", out=True)
    what = "orders of asking a new fan about titles"
    add("elicitation", _elicitation, what, "--data", "--artifacts", "--part", "--seed")
    what = "the tables of docs/results.md and README.md, from what was measured"
    subject = add("tables", _tables, what, "--artifacts")
    subject.add_argument("--results", type=Path, help="file to write all tables to (default: print them)")
    subject.add_argument("--readme", type=Path, help="file in which to replace the small table of results")
    return parser


def _fold_in(args: argparse.Namespace) -> int:
    from recsys.evaluation.fold_in import best_ridge, figures
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
    penalty, plain = best_ridge(svd, rated, served.item_ids, validation)

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


def _new_fans(args: argparse.Namespace) -> int:
    data, choices = ratings.load_arrays(args.data), (args.artifacts, args.part, not args.no_baselines, args.seed)

    def progress(name: str) -> None:
        print(f"{name} done", file=sys.stderr, flush=True)

    if args.ray:
        from recsys.cluster.evaluate import evaluate_new_fans

        figures = evaluate_new_fans(args.ray, data, *choices, progress)
    else:
        from recsys.evaluation.new_fans import evaluate

        figures = evaluate(data, *choices, progress)
    return report.publish(args.subject, {"part": args.part, "by_known_ratings": figures}, args)


def _watching(args: argparse.Namespace) -> int:
    from recsys.evaluation.watching import evaluate

    with threadpool_limits(1):
        lists = ratings.load_lists(args.data)
        figures = evaluate(lists, args.artifacts, args.part, args.seed, lambda name: print(f"{name} ...", flush=True))
    how = (
        f"{figures['fans']:,} held-out fans of the {args.part} part, of whom only the titles that they were watching "
        "in 2025 are known, without scores. Half of each list is given and the other half is to be found: among all "
        f"titles of the catalogue, and among those from {figures['recent_year']} on by the fans who were watching any; "
        f"a fan's figure is the mean over {figures['halves']} random halves of the list. "
        f"The baselines were fitted to the lists of {figures['training_fans']:,} training fans; the penalty of EASE, "
        f"{figures['ease_penalty']:g}, and the factors and alpha of iALS, {figures['ials_factors']} and "
        f"{figures['ials_alpha']:g}, were chosen on validation fans. Differences are paired."
    )
    return report.publish(reports.WATCHING, {"how": how, "rows": figures["rows"]}, args)


def _cold_titles(args: argparse.Namespace) -> int:
    from recsys.evaluation.cold_titles import HELD_OUT, evaluate
    from recsys.training.hybrid import HybridConfig
    from recsys.training.run import TrainingRun

    lists = ratings.load_lists(args.data)
    run = TrainingRun(args.data, lists.ratings, args.seed, catalogue=args.catalogue, unscored=lists.unscored)
    plain = HybridConfig()
    found = evaluate(
        run, replace(plain, schedule=replace(plain.schedule, max_epochs=args.epochs)), args.part, args.seed
    )
    rows, figures = {}, {}
    for name, figures in found.items():
        rows["the fan's mean"] = {"rmse": {"value": figures["fan_mean"]}, "below": {"value": 0.0}}
        print(f"{name}: the network's best share is {figures['share']}")
        rows |= {f"{part}, {name}": figures[part] for part in ("hybrid", "network", "svd")}
    how = (
        f"{figures['titles']:,} titles ({HELD_OUT}%) lost all that fans did with them; a hybrid was trained without "
        f"them; it is not the shipped model. It places them by their facts, with MyAnimeList's mean score and member "
        f"count or without these two. For {figures['fans']:,} held-out fans of the {args.part} part, it knows their "
        f"other ratings and predicts their {figures['ratings']:,} scores of these titles."
    )
    return report.publish("cold-titles", {"how": how, "rows": rows}, args)


def _page(args: argparse.Namespace) -> int:
    from recsys.evaluation.page_rules import evaluate

    engine = recsys.load(args.artifacts)
    data = ratings.load_arrays(args.data)
    with threadpool_limits(1):
        figures = evaluate(engine, data, args.model or engine.default_model, args.diversity, args.part)
    return report.publish("page", figures, args)


def _elicitation(args: argparse.Namespace) -> int:
    from recsys.evaluation.elicitation import ANSWERS, QUESTIONS, compare
    from recsys.evaluation.new_fans import rating_counts
    from recsys.holdout.reveal import fan_lists
    from recsys.holdout.split import part_of

    model = cast(SVD, store.load("svd", manifest.read(args.artifacts).path(store.file_name("svd"))))
    data = ratings.load_arrays(args.data)
    known = part_of(data, "train")
    chance = rating_counts(known, model.item_ids) / len(np.unique(known.users))
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


def _tables(args: argparse.Namespace) -> int:
    found = reports.read(args.artifacts)
    if args.results is None:
        print(report.markdown(found))
    else:
        args.results.parent.mkdir(parents=True, exist_ok=True)
        args.results.write_text(report.markdown(found), encoding="utf-8")
        print(f"Wrote {args.results}.")
    if args.readme is not None:
        args.readme.write_text(report.filled(args.readme.read_text(encoding="utf-8"), found), encoding="utf-8")
        print(f"Wrote {args.readme}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
