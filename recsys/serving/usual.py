"""The fan's usual score, below which nothing is recommended unless the fan is adventurous."""

import numpy as np
from numpy.typing import NDArray

from recsys.models.base import Fan, Floats

#: Fans with fewer scores have no usual score yet.
MIN_SCORES = 10
#: Points below the usual score that are clearly below it. `scripts.evaluate usual` measures what this costs and gains.
MARGIN = 0.5


def usual_score(folded: Fan, predicted: Floats) -> float | None:
    """The mean of the fan's scores, or the mean prediction (`predicted`, (n_items,)) of the same titles where that is
    lower, as for a list of favourites alone. None below `MIN_SCORES` scores."""
    if len(folded.scores) < MIN_SCORES:
        return None
    return min(float(np.mean(folded.scores)), float(np.mean(predicted[folded.items])))


def not_below(folded: Fan, predicted: Floats, discovery: float) -> NDArray[np.bool_] | None:
    """Titles (n_items,) that are not predicted clearly below the fan's usual score. The margin grows with `discovery`
    and has no end at 1. None: there is no limit."""
    usual = usual_score(folded, predicted)
    if usual is None or discovery >= 1:
        return None
    return predicted >= usual - MARGIN / (1 - discovery)
