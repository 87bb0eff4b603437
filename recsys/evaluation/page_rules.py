"""Measure the cost of the page's rules: one title of a series, its first entry first, and diverse genres."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.ratings import Ratings
from recsys.evaluation.figures import figure, mean
from recsys.holdout import metrics
from recsys.holdout.metrics import N_SHOWN
from recsys.holdout.reveal import fan_lists
from recsys.holdout.split import Part
from recsys.serving.engine import Engine
from recsys.types import Filters, Profile

COUNTS = (5, 10, 20)
RULES = Filters(franchise_rules=True)


def evaluate(
    engine: Engine,
    ratings: Ratings,
    model: str,
    diversity: float,
    part: Part = "test",
    seed: int = 0,
) -> dict[str, Any]:
    """NDCG@10 with and without the rules, by number of known ratings: means, and paired differences from no rules in
    percent, each with its standard error; and the diversity of the ten (1 - mean cosine of genres).

    Relevant are hidden titles scored 8 or more, on fans with at least 10 hidden titles, at least one of them relevant.
    A hidden second season counts as relevant, although the rules exclude it while the first season is hidden too.
    """
    variants: dict[str, dict[str, Any]] = {
        "no rules": {},
        "series rules": {"filters": RULES},
        "diversity": {"diversity": diversity},
        "both, as on the page": {"filters": RULES, "diversity": diversity},
    }
    figures = {}
    for k in COUNTS:
        gains: dict[str, list[float]] = {name: [] for name in variants}
        diversities: dict[str, list[float]] = {name: [] for name in variants}
        for fan, liked in _fans(ratings, part, k, seed):
            for name, arguments in variants.items():
                ids = np.array([pick.anime_id for pick in engine.recommend(fan, model, N_SHOWN, **arguments)])
                gains[name].append(metrics.ndcg(ids, liked, N_SHOWN))
                features = engine.catalogue.genre_matrix[engine.catalogue.positions(ids)].astype(float)
                diversities[name].append(metrics.diversity(features))
        figures[str(k)] = {name: _row(gains, diversities, name) for name in variants}
    return {"model": model, "part": part, "diversity": diversity, "by_known_ratings": figures}


def _fans(ratings: Ratings, part: Part, k: int, seed: int) -> Iterator[tuple[Profile, NDArray[np.int64]]]:
    ids = ratings.item_ids
    for reveal in fan_lists(ratings, part, ids, seed).ranked(k):
        scores = dict(zip(ids[reveal.items].tolist(), reveal.scores.tolist(), strict=True))
        yield Profile(scores=scores), ids[reveal.liked]


def _row(gains: dict[str, list[float]], diversities: dict[str, list[float]], name: str) -> dict[str, Any]:
    gain, none = np.array(gains[name]), np.array(gains["no rules"])
    cost = 100 * (none - gain) / none.mean()
    return {
        "fans": len(gain),
        "ndcg10": mean(gain),
        "cost_percent": mean(cost),
        "diversity": figure(float(np.mean(diversities[name]))),
    }
