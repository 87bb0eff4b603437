"""The chance that every fan of a group likes a title."""

import numpy as np

from recsys.models.base import Floats
from recsys.serving.folding import Folding

#: A title is liked with this score or more.
LIKED = 7


def likes(folding: Folding, anime_ids: list[int]) -> Floats:
    """The chance (n,) that the fan gives each title `LIKED` or more: 1 or 0 where the fan has scored it, NaN for one
    that the model does not cover."""
    aligned, predicted = folding.aligned, folding.predicted
    items = aligned.items_of(anime_ids)
    known, chances = items >= 0, np.full(len(items), np.nan)
    low, high = aligned.model.band(folding.folded, items[known])
    chances[known] = aligned.odds.at_least(LIKED, predicted[items[known]], low, high)
    given = np.array([folding.fan.scores.get(anime_id, np.nan) for anime_id in anime_ids], np.float64)
    return np.where(np.isnan(given), chances, given >= LIKED)


def all_like(chances: Floats) -> Floats:
    """The chance (n,) that all fans like each title, from the chances (n_fans, n) that each of them does: their
    product. What fans have in common is in the predictions: an effect of the title on all fans beside them changed
    nothing on groups of validation fans. `scripts.evaluate bands` measures the product on held-out fans."""
    return np.prod(chances, axis=0)
