"""Many titles scored for one fan, in columns."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Scored:
    """Titles scored for one fan: `anime_ids`, `predicted` (1-10), `rank_score`, MyAnimeList's `members`; each (n,)."""

    anime_ids: NDArray[np.int64]
    predicted: NDArray[np.floating]
    rank_score: NDArray[np.float64]
    members: NDArray[np.integer]

    def of(self, chosen: NDArray[np.bool_]) -> Self:
        """Those that the mask `chosen` (n,) marks."""
        return type(self)(self.anime_ids[chosen], self.predicted[chosen], self.rank_score[chosen], self.members[chosen])
