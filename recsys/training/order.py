"""Measures how well a model ranks what validation fans like, and chooses the weight of its predicted scores."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic

import numpy as np
from numpy.typing import NDArray

from recsys.holdout.metrics import N_SHOWN, ndcg
from recsys.holdout.reveal import FanLists
from recsys.holdout.watching import Half
from recsys.models.base import F, Floats, Items, Model
from recsys.models.order import chance_to_watch, rank_scores, served, top

SCORE_WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0)
#: Numbers of known ratings at which the weight is chosen, and at which the order is measured.
WEIGHED_COUNTS, SHOWN_COUNTS = (3, 5, 10, 20), (0, 1, 3, 5, 10, 20)

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Ranked(Generic[F]):
    """A folded-in fan, the predictions for all titles, and the positions of known and of hidden liked titles."""

    folded: F
    predicted: Floats
    watch: Floats
    known: Items
    liked: Items

    def gain(self, watch: Floats, score_weight: float) -> float:
        """NDCG@10 of serving's order by `watch` (n_items,) and the predicted scores."""
        order = rank_scores(self.predicted, watch, score_weight=score_weight)
        return ndcg(top(order, self.known, N_SHOWN), self.liked, N_SHOWN)


def ranked(model: Model[F], fans: FanLists, k: int, raters: Counts | None = None) -> Iterator[Ranked[F]]:
    """Fold in each fan with `k` known ratings and at least `N_SHOWN` hidden ones, any of them liked. A model that does
    not predict watching needs `raters` (n_items,)."""
    log_raters = None if raters is None else np.log1p(raters)
    for reveal in fans.ranked(k):
        fan = reveal.fold_in(model)
        watch = chance_to_watch(model, fan, log_raters)
        yield Ranked(fan, model.predict(fan), watch, reveal.items, reveal.liked)


def best_score_weight(model: Model, fans: FanLists, raters: Counts | None = None) -> float:
    """The weight of predicted scores, relative to the chance to watch, with the highest NDCG@10 on validation fans."""
    cases = (fan for k in WEIGHED_COUNTS for fan in ranked(model, fans, k, raters))
    gains = [[fan.gain(fan.watch, weight) for weight in SCORE_WEIGHTS] for fan in cases]
    return SCORE_WEIGHTS[int(np.argmax(np.sum(gains, axis=0)))] if gains else 0.0


def order_by_count(model: Model, fans: FanLists, raters: Counts | None = None) -> dict[str, Any]:
    """NDCG@10 by number of known ratings: validation fans, all titles ranked, hidden titles scored 8+ are relevant."""
    result = {}
    for k in SHOWN_COUNTS:
        gains = [fan.gain(fan.watch, model.score_weight) for fan in ranked(model, fans, k, raters)]
        if gains:
            result[str(k)] = round(float(np.mean(gains)), 4)
    return {"validation_ndcg10_by_known_ratings": result}


def watching_order(model: Model, halves: Sequence[Half]) -> dict[str, Any]:
    """NDCG@10 of validation fans without scores: half of each list is known, the other half is relevant."""
    if not halves:
        return {}
    gains = []
    for half in halves:
        fan = half.fold_in(model)
        order = served(model, fan, model.predict(fan))
        gains.append(ndcg(top(order, half.known, N_SHOWN), half.hidden, N_SHOWN))
    return {"validation_ndcg10_without_scores": round(float(np.mean(gains)), 4)}
