"""A fan folded into one model once, for several calls of the engine."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recsys.models import order
from recsys.models.base import Fan, Floats
from recsys.serving.loading import Aligned
from recsys.types import Profile


@dataclass(frozen=True)
class Folding:
    """What follows from a fan's list and a model alone; made by `Engine.fold_in`, and computed once.

    Nothing in it depends on filters or on how adventurous the recommendations are. `raters` (n_items,) are the ratings
    of each of the model's titles in the data, `log_raters` log(1 + raters); all foldings share these arrays. A folding
    holds about 0.25 MB, and a third more once the chances are computed.
    """

    fan: Profile
    aligned: Aligned
    raters: NDArray[np.int64]
    log_raters: NDArray[np.float64]

    @cached_property
    def folded(self) -> Fan:
        return self.aligned.fold_in(self.fan)

    @cached_property
    def predicted(self) -> Floats:
        """Predicted score of every title, (n_items,)."""
        return self.aligned.model.predict(self.folded)

    @cached_property
    def chance_high(self) -> Floats:
        """The chance that the fan gives each title 8 or more, (n_items,); see `recsys.models.odds`."""
        model = self.aligned.model
        ends = model.band(self.folded, np.arange(model.n_items))
        return self.aligned.odds.chance_high(self.predicted, *ends)

    @cached_property
    def watch(self) -> NDArray:
        """The chance to watch every title, (n_items,); see `recsys.models.order.chance_to_watch`."""
        watch = self.aligned.model.watch(self.folded)
        return self.log_raters if watch is None else watch

    def rank(self, discovery: float, by_score: bool = False) -> NDArray[np.float64]:
        """Rank score of every title, (n_items,); see `Engine.recommend`."""
        return order.rank_scores(
            self.predicted,
            None if by_score else self.watch,
            self.raters,
            score_weight=self.aligned.model.score_weight,
            discovery=discovery,
        )
