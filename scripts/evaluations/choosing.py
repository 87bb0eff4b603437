"""Measurements of what a fan chooses (odds, seeds, nothing below the usual score, a ten as recent as the list), by what
fans choose, and of how far the prediction intervals hold."""

import argparse
from collections.abc import Callable
from typing import Any

from threadpoolctl import threadpool_limits

import recsys
from recsys.data import ratings
from recsys.serving import loading, reports
from recsys.serving.engine import Engine
from recsys.settings import Settings
from scripts.evaluations import report


def odds(args: argparse.Namespace) -> int:
    from recsys.evaluation.odds import COUNTS, DRAWS, KNOWN, USUALLY, evaluate

    figures = _measured(evaluate, args)
    counts = ", ".join(map(str, COUNTS))
    how = (
        f"Held-out fans of the {args.part} part, each with {counts} known ratings, drawn {DRAWS} times: the chances "
        "of 8 or more and of 5 or less for at most 100 hidden scores of a fan, and what happened. The chances were "
        "fitted by `train odds` to the fans of the other parts (docs/experiments.md). "
        "The Brier score is the mean squared difference of the two; beside it that of giving everybody the overall "
        "share. The largest gap is that between chance and share in a tenth of the chances; beside it what right "
        f"chances stay below in {USUALLY:.0%} of samples of as many fans, and the largest gap of ten groups with as "
        "many scores each, in order of the chances. Standard errors take the scores of a fan as dependent. "
        f"The order by odds is measured at {KNOWN} known ratings, without other filters."
    )
    return report.publish(reports.ODDS, {"how": how, **figures}, args)


def seeds(args: argparse.Namespace) -> int:
    from recsys.evaluation.seeds import KNOWN, LIKE, UNLIKE, evaluate

    figures = _measured(evaluate, args, limit=args.limit)
    how = (
        f"Ten titles of the {figures['model']} model for held-out fans of the {args.part} part: like {LIKE} titles "
        f"that the fan scored 8 or more, unlike {UNLIKE} scored 5 or less, without a list or beside {KNOWN} known "
        "ratings. "
        "NDCG@10 counts hidden titles scored 8 or more; gains over one title, as on the title page, are paired. "
        "Disliked: how many of the ten the fan scored 5 or less."
    )
    return report.publish(reports.SEEDS, {"how": how, **figures}, args)


def usual(args: argparse.Namespace) -> int:
    from recsys.evaluation.usual import evaluate
    from recsys.serving.usual import MARGIN

    figures = _measured(evaluate, args)
    how = (
        f"Ten titles of the {figures['model']} model for held-out fans of the {args.part} part, with and without the "
        f"rule that nothing is recommended whose predicted score is more than {MARGIN:g} below the fan's usual score "
        "(more with discovery). The cost is paired, in percent of NDCG@10 without the rule. Hits are recommended "
        "titles that the fan had scored. Lowest: the lowest of the ten predictions less the fan's mean score."
    )
    return report.publish(reports.USUAL, {"how": how, **figures}, args)


def eras(args: argparse.Namespace) -> int:
    from recsys.evaluation.eras import evaluate

    with threadpool_limits(1):
        catalogue, models, raters, odds = loading.read(args.artifacts)
        rule, free = (
            Engine(catalogue, models, raters, settings, odds) for settings in (Settings(), Settings(recent_share=0))
        )
        figures = evaluate(rule, free, ratings.load_lists(args.data), args.part, args.seed)
    how = (
        f"Ten titles of the {figures['model']} model for held-out fans of 2025 of the {args.part} part, who give no "
        "scores, by the share of titles from 2021 on in the known half of their lists: with and without the rule that "
        "at least this share of the ten is from 2021 on, rounded down and three at most. Differences of NDCG@10 are "
        "paired."
    )
    return report.publish(reports.ERAS, {"how": how, **figures}, args)


def niches(args: argparse.Namespace) -> int:
    from recsys.evaluation.niches import KNOWN, OUTER, POPULAR, evaluate

    figures = _measured(evaluate, args)
    how = (
        f"Held-out fans of the {args.part} part with {KNOWN} known ratings, by the share of popular titles (the "
        f"{POPULAR:.0%} with most raters) on their list: the lowest {OUTER:.0%} are niche, the highest {OUTER:.0%} "
        "blockbuster, the others diverse (Kowald et al. 2023). NDCG@10 by inverse propensity gives a hit the weight "
        "1 / root of its raters (Yang et al. 2018). Popularity lift: the ten's mean number of raters over the list's, "
        "less 1. Miscalibration: the divergence of the ten's genres from the list's (Steck 2018)."
    )
    return report.publish(reports.NICHES, {"how": how, **figures}, args)


def bands(args: argparse.Namespace) -> int:
    from recsys.evaluation.bands import KNOWN, MAX_COMMON, OUTER, ROUNDS, evaluate
    from recsys.serving.group_odds import LIKED

    figures = _measured(evaluate, args)
    how = (
        f"Held-out fans of the {args.part} part with {KNOWN} known ratings: how many of their hidden scores (at most "
        "100 of a fan) lie in the 80% interval of the prediction. Fans by the mean of their scores less MyAnimeList's "
        f"means of the same titles: the lowest {OUTER:.0%} are harsh, the highest {OUTER:.0%} generous. Groups are "
        f"drawn at random, {ROUNDS} times over, and asked about at most {MAX_COMMON} titles that are hidden from all "
        f"of them; the chance that all give {LIKED} or more is the product of their chances. Standard errors take the "
        "scores of a fan, or of a group, as dependent."
    )
    return report.publish(reports.BANDS, {"how": how, **figures}, args)


def _measured(evaluate: Callable[..., dict[str, Any]], args: argparse.Namespace, **options: Any) -> dict[str, Any]:
    """The figures of the models and fans that the arguments name."""
    with threadpool_limits(1):
        engine, lists = recsys.load(args.artifacts), ratings.load_arrays(args.data)
        return evaluate(engine, lists, args.part, args.seed, **options)
