"""A fan folded into one model once, for several calls of the engine."""

import threading
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from recsys.models import order
from recsys.models.base import Fan, Floats
from recsys.serving.loading import Aligned
from recsys.types import Profile


class Computed:
    """What a folding has computed. Each property is computed at its first use."""

    def __init__(self, fan: Profile, aligned: Aligned, log_raters: NDArray[np.float64]) -> None:
        self._fan, self._aligned, self._log_raters = fan, aligned, log_raters

    @cached_property
    def folded(self) -> Fan:
        return self._aligned.fold_in(self._fan)

    @cached_property
    def predicted(self) -> Floats:
        return self._aligned.model.predict(self.folded)

    @cached_property
    def chance_high(self) -> Floats:
        model = self._aligned.model
        ends = model.band(self.folded, np.arange(model.n_items))
        return self._aligned.odds.chance_high(self.predicted, *ends)

    @cached_property
    def watch(self) -> NDArray:
        return order.chance_to_watch(self._aligned.model, self.folded, self._log_raters)


class Latest:
    """Keeps what the `size` foldings that were used last have computed. Shared by all threads."""

    def __init__(self, size: int) -> None:
        self._lock = threading.Lock()
        self._kept: LRUCache[Folding, Computed] = LRUCache(size)

    def of(self, folding: "Folding") -> Computed:
        """What `folding` has computed; nothing yet if others were used since."""
        with self._lock:
            if (found := self._kept.get(folding)) is None:
                found = self._kept[folding] = Computed(folding.fan, folding.aligned, folding.log_raters)
            return found


@dataclass(frozen=True, eq=False)
class Folding:
    """What follows from a fan's list and a model alone; made by `Engine.fold_in`, and computed once.

    Nothing in it depends on filters or on how adventurous the recommendations are. `raters` (n_items,) are the ratings
    of each of the model's titles in the data, `log_raters` log(1 + raters); all foldings share these arrays. A folding
    itself is small: `latest` keeps what is computed, about 0.2 MB, for the foldings used last, and for others it is
    computed again. So memory does not grow with the number of visitors.
    """

    fan: Profile
    aligned: Aligned
    raters: NDArray[np.int64]
    log_raters: NDArray[np.float64]
    latest: Latest

    @property
    def folded(self) -> Fan:
        return self.latest.of(self).folded

    @property
    def predicted(self) -> Floats:
        """Predicted score of every title, (n_items,)."""
        return self.latest.of(self).predicted

    @property
    def chance_high(self) -> Floats:
        """The chance that the fan gives each title 8 or more, (n_items,); see `recsys.models.odds`."""
        return self.latest.of(self).chance_high

    @property
    def watch(self) -> NDArray:
        """The chance to watch every title, (n_items,); see `recsys.models.order.chance_to_watch`."""
        return self.latest.of(self).watch

    def rank(self, discovery: float, by_score: bool = False) -> NDArray[np.float64]:
        """Rank score of every title, (n_items,); see `Engine.recommend`."""
        return order.rank_scores(
            self.predicted,
            None if by_score else self.watch,
            self.raters,
            score_weight=self.aligned.model.score_weight,
            discovery=discovery,
        )
