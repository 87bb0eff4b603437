"""What the simulation uses of titles: when they came out, who may list them, and their content."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.data import content
from recsys.data.catalogue import Catalogue
from recsys.models.placement import RECENT_YEAR
from recsys.statuses import NOT_AIRED


@dataclass(frozen=True)
class Titles:
    """A model's titles. `years` (n_items,), 0 where unknown; masks (n_items,): `listed` may be on a simulated list,
    `aired` can have been begun; `features` (n_items, n_features) their content, `dated` (n_features,) those of the
    year."""

    years: NDArray[np.integer]
    listed: NDArray[np.bool_]
    aired: NDArray[np.bool_]
    features: NDArray[np.float32]
    dated: NDArray[np.bool_]

    @property
    def recent(self) -> NDArray[np.bool_]:
        """Titles that lists with scores are too old for, (n_items,)."""
        return self.years >= RECENT_YEAR


def read(catalogue: Catalogue, item_ids: NDArray[np.int64]) -> Titles:
    """The titles `item_ids` (n_items,); listed are those of the catalogue that are not adult."""
    at = catalogue.positions(item_ids)
    known = at >= 0
    names = content.vocabulary(catalogue)
    features = np.zeros((len(item_ids), len(names) + 1), np.float32)
    features[known, :-1] = content.features(catalogue, at[known], names)
    # A curve of the number of members, as few people list most titles.
    features[:, -1] = features[:, names.index("members")] ** 2
    waiting = np.array(catalogue.column("status")) == NOT_AIRED
    return Titles(
        years=np.where(known, catalogue.years[at], 0),
        listed=known & ~catalogue.adult[at],
        aired=known & ~waiting[at],
        features=features,
        dated=np.array([name.startswith("year from") for name in names] + [False]),
    )
