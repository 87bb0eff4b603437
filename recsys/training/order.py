"""How well a model ranks what validation fans like, and what its predicted scores should count for in that."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Generic

import numpy as np
from numpy.typing import NDArray

from recsys.holdout.metrics import LIKED, N_SHOWN, ndcg
from recsys.holdout.reveal import FanLists
from recsys.models.base import F, Floats, Items, Model
from recsys.models.order import chance_to_watch, rank_scores, top

SCORE_WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0)
#: Known ratings at which the weight is chosen, and those at which the order is measured.
WEIGHED_COUNTS, SHOWN_COUNTS = (3, 5, 10, 20), (0, 1, 3, 5, 10, 20)

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Ranked(Generic[F]):
    """A fan with titles to recommend: the fan folded in, what the model says of all titles, those told, and those
    hidden and liked."""

    folded: F
    predicted: Floats
    watch: Floats
    told: Items
    liked: Items

    def gain(self, watch: Floats, score_weight: float) -> float:
        """NDCG@10 of the order that serving makes of `watch` (n_items,) and the predicted scores."""
        nobody = np.zeros(len(watch), np.int64)
        order = rank_scores(self.predicted, watch, nobody, score_weight=score_weight, discovery=0)
        return ndcg(top(order, self.told, N_SHOWN), self.liked, N_SHOWN)


def ranked(model: Model[F], fans: FanLists, k: int, raters: Counts | None = None) -> Iterator[Ranked[F]]:
    """The fans with at least `N_SHOWN` titles beside the `k` told, and any of them liked. A model that has no chance to
    watch of its own needs `raters` (n_items,)."""
    for reveal in fans.reveal(k, max_hidden=None):
        liked = reveal.hidden_items[reveal.hidden_scores >= LIKED]
        if len(reveal.hidden_items) < N_SHOWN or not len(liked):
            continue
        fan = reveal.fold_in(model)
        watch = chance_to_watch(model, fan, raters)
        yield Ranked(fan, model.predict(fan), watch, reveal.items, liked)


def best_score_weight(model: Model, fans: FanLists, raters: Counts | None = None) -> float:
    """The weight of the predicted score beside the chance to watch that ranks validation fans' liked titles highest."""
    everybody = (fan for k in WEIGHED_COUNTS for fan in ranked(model, fans, k, raters))
    gains = [[fan.gain(fan.watch, weight) for weight in SCORE_WEIGHTS] for fan in everybody]
    return SCORE_WEIGHTS[int(np.argmax(np.sum(gains, axis=0)))] if gains else 0.0


def order_by_count(model: Model, fans: FanLists, raters: Counts | None = None) -> dict[str, Any]:
    """NDCG@10 of validation fans' hidden titles scored 8 or more, as the model ranks all titles, by known ratings."""
    result = {}
    for k in SHOWN_COUNTS:
        gains = [fan.gain(fan.watch, model.score_weight) for fan in ranked(model, fans, k, raters)]
        if gains:
            result[str(k)] = round(float(np.mean(gains)), 4)
    return {"validation_ndcg10_by_known_ratings": result}
