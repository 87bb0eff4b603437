"""Measure what it costs and gains to recommend nothing that is predicted clearly below the fan's usual score."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.ratings import Ratings
from recsys.evaluation.figures import mean
from recsys.holdout import metrics
from recsys.holdout.metrics import N_SHOWN
from recsys.holdout.reveal import fan_lists
from recsys.holdout.split import Part
from recsys.models import order
from recsys.serving.engine import Engine
from recsys.serving.usual import MIN_SCORES, not_below

COUNTS = (MIN_SCORES, 20, 50)
DISCOVERY = (0.0, 0.5)


def evaluate(engine: Engine, ratings: Ratings, part: Part = "test", seed: int = 0) -> dict[str, Any]:
    """For the default model, NDCG@10, the mean score of hits and of the prediction's lowest among the ten, with and
    without the limit, by number of known ratings and discovery; and the cost in NDCG@10 in percent, paired."""
    aligned = engine.aligned()
    served, raters = aligned.model, engine.rater_counts[aligned.positions]
    log_raters = np.log1p(raters)
    adult = engine.catalogue.adult[aligned.positions]
    rows: dict[str, dict[str, Any]] = {}
    lists = fan_lists(ratings, part, served.item_ids, seed)
    for k in COUNTS:
        found: dict[tuple[float, bool], list[tuple[float, ...]]] = {
            (d, x): [] for d in DISCOVERY for x in (False, True)
        }
        for reveal in lists.ranked(k):
            folded = reveal.fold_in(served)
            predicted = served.predict(folded)
            watch = order.chance_to_watch(served, folded, log_raters)
            for discovery in DISCOVERY:
                weight = served.score_weight
                rank = order.rank_scores(predicted, watch, raters, score_weight=weight, discovery=discovery)
                enough = not_below(folded, predicted, discovery)
                for limited in (False, True):
                    allowed = ~adult & enough if limited and enough is not None else ~adult
                    allowed[reveal.items] = False
                    ten = order.best(rank, allowed, N_SHOWN)
                    hits = reveal.hidden_scores[np.isin(reveal.hidden_items, ten)]
                    gain = metrics.ndcg(ten, reveal.liked, N_SHOWN)
                    lowest = float(predicted[ten].min() - reveal.scores.mean()) if len(ten) else np.nan
                    found[discovery, limited].append((gain, hits.mean() if len(hits) else np.nan, lowest))
        for (discovery, limited), values in found.items():
            name = f"{k} known, discovery {discovery:g}, {'as recommended' if limited else 'no limit'}"
            rows[name] = _row(np.array(values), np.array(found[discovery, False]))
    return {"model": served.name, "part": part, "rows": rows}


def _row(found: NDArray[np.float64], free: NDArray[np.float64]) -> dict[str, Any]:
    """`found` and `free` (n_fans, 3): NDCG@10, mean score of hits, and the lowest prediction less the fan's mean."""
    cost = 100 * (free[:, 0] - found[:, 0]) / max(free[:, 0].mean(), 1e-9)
    return {
        "fans": len(found),
        "ndcg10": mean(found[:, 0]),
        "cost_percent": mean(cost),
        "hit_score": mean(found[:, 1]),
        "hit_score_gain": mean((found - free)[:, 1]),
        "lowest": mean(found[:, 2]),
    }
