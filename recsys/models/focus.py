"""How much a short list is of one genre."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.models.base import Floats, Items

#: Evidence of a genre, in nats, at which a list begins to be focused, and from which on it is nothing but focused.
_FROM, _TO = 5.0, 9.0
#: More titles are no further evidence. Of longer lists the linear models know enough: focus ends between these numbers.
_MOST, _LONG = 8.0, (20, 50)


@dataclass(frozen=True)
class Focus:
    """The `degree` (0..1) to which a list is of one genre: 0 for a list of usual genres. `genre` is its column."""

    degree: float = 0.0
    genre: int = 0


#: The focus of a list of all genres.
NONE = Focus()


@dataclass(frozen=True)
class Genres:
    """`matrix` (n_rows, n_genres) says which genres a title has, and `rows` (n_items,) where each title stands in it;
    `usual` (n_genres,) are the shares of what everybody watches that have a genre."""

    matrix: NDArray[np.bool_]
    rows: NDArray[np.intp]
    usual: NDArray[np.float64]

    def having(self, genre: int) -> NDArray[np.bool_]:
        """Which titles have a genre, (n_items,)."""
        return self.matrix[self.rows, genre]

    def focus(self, items: Items, weights: Floats) -> Focus:
        """That of a list of titles `items` (n,) with `weights` (n,).

        The evidence is the logarithm of the likelihood ratio of the list's share of a genre to the usual one, for the
        genre with the largest (Wilks 1938). Titles of unequal weight count as fewer (Kish 1965).
        """
        if not len(items) or not len(self.usual):
            return NONE
        share = np.average(self.matrix[self.rows[items]], axis=0, weights=weights)
        evidence = _information(share, self.usual) + _information(1 - share, 1 - self.usual)
        evidence[share <= self.usual] = 0
        genre = int(np.argmax(evidence))
        titles = min(weights.sum() ** 2 / np.square(weights).sum(), _MOST)
        degree = np.clip((titles * evidence[genre] - _FROM) / (_TO - _FROM), 0, 1)
        return Focus(float(degree * np.interp(np.log(len(items)), np.log(_LONG), (1, 0))), genre)


def _information(share: NDArray[np.float64], usual: NDArray[np.float64]) -> NDArray[np.float64]:
    return share * np.log(np.maximum(share, 1e-9) / usual)
