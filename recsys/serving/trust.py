"""How far to trust the predictions for one fan: how often the fan's scores lie in the intervals predicted from the
fan's other scores, by groups of titles."""

import math
from dataclasses import dataclass

import numpy as np

from recsys.data.catalogue import Catalogue
from recsys.serving.taste import Facet, LeftOut

#: The share of scores that an interval should hold; a group is reliable if it surely holds at least `ENOUGH`.
AIM, ENOUGH = 0.80, 2 / 3
#: Of fewer titles, nothing is said.
MIN_TITLES = 10
#: Half the width of a 90% interval of a normal distribution, in standard deviations.
_Z90 = 1.645
#: MyAnimeList's members: lower bounds of groups of titles by popularity, and their names.
_AUDIENCES = (
    (1, "fewer than 20,000 members"),
    (20_000, "20,000 to 100,000 members"),
    (100_000, "100,000 to 500,000 members"),
    (500_000, "500,000 members or more"),
)


@dataclass(frozen=True)
class Trust:
    """A group of `n` scored titles, of which `held` scores lie in their 80% intervals. `low` and `high` are the ends of
    the 90% interval of that share (0..1); `error` is the mean of |score - prediction| in points."""

    label: str
    n: int
    held: int
    low: float
    high: float
    error: float

    @property
    def verdict(self) -> str:
        """ "reliable" if the whole interval is at `ENOUGH` or above, "unsure" if it is below `AIM`, else "unknown":
        there are too few scores to tell."""
        if self.n < MIN_TITLES:
            return "unknown"
        if self.low >= ENOUGH:
            return "reliable"
        return "unsure" if self.high < AIM else "unknown"


def wilson(held: int, n: int) -> tuple[float, float]:
    """The ends of the 90% interval of a share of which `held` of `n` were observed (Wilson 1927); 0 and 1 for n = 0."""
    if not n:
        return 0.0, 1.0
    share, z2 = held / n, _Z90**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    reach = _Z90 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(middle - reach, 0.0), min(middle + reach, 1.0)


def overall(found: LeftOut) -> Trust:
    """All scores together."""
    n, held = len(found.given), int(np.count_nonzero(found.held))
    error = float(np.abs(found.given - found.expected).mean()) if n else math.nan
    return Trust("", n, held, *wilson(held, n), error)


def by_group(catalogue: Catalogue, facet: Facet, found: LeftOut) -> list[Trust]:
    """The groups of `facet` with any scored title, those with most titles first."""
    place = np.full(len(catalogue), -1, np.int64)
    place[catalogue.positions(found.anime_ids)] = np.arange(len(found.anime_ids))
    rated = place[facet.titles]
    groups, rated = facet.groups[rated >= 0], rated[rated >= 0]
    size = len(facet.labels)
    n = np.bincount(groups, minlength=size)
    held = np.bincount(groups, found.held[rated], minlength=size).astype(int)
    errors = np.bincount(groups, np.abs(found.given - found.expected)[rated], minlength=size)
    return [
        Trust(facet.labels[i], int(n[i]), int(held[i]), *wilson(int(held[i]), int(n[i])), float(errors[i] / n[i]))
        for i in np.argsort(-n, kind="stable").tolist()
        if n[i]
    ]


def popularity(catalogue: Catalogue) -> Facet:
    """Titles by their number of members on MyAnimeList, where it is known."""
    known = np.flatnonzero(catalogue.members > 0)
    bounds = [bound for bound, _ in _AUDIENCES]
    groups = np.searchsorted(bounds, catalogue.members[known], "right") - 1
    return Facet("Popularity", tuple(label for _, label in _AUDIENCES), known.astype(np.int64), groups)
