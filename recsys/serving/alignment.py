"""Where a model's titles stand in the catalogue."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.data.catalogue import Catalogue
from recsys.errors import ArtifactError
from recsys.models.base import Fan, Items, Model
from recsys.types import Profile


@dataclass(frozen=True)
class Aligned:
    """A model and where its titles stand in the catalogue: `positions` (n_items,), and back, `items` (n_titles,), -1
    where the model does not cover a title."""

    model: Model
    positions: NDArray[np.intp]
    items: NDArray[np.intp]

    def fold_in(self, catalogue: Catalogue, fan: Profile) -> Fan:
        """Infer the fan from a list; titles that the model does not cover are left out."""
        items, known = self.items_of(catalogue, fan.scores)
        scores = np.fromiter(fan.scores.values(), dtype=np.float64, count=len(fan.scores))[known]
        unscored = fan.begun - fan.scores.keys()
        return self.model.fold_in(items, scores, self.items_of(catalogue, unscored)[0])

    def items_of(self, catalogue: Catalogue, anime_ids: Collection[int]) -> tuple[Items, NDArray[np.bool_]]:
        """Item positions of those `anime_ids` that the model covers, and which of them those are, (len(anime_ids),)."""
        positions = catalogue.positions(np.fromiter(anime_ids, dtype=np.int64, count=len(anime_ids)))
        items = np.where(positions >= 0, self.items[positions], -1)
        return items[items >= 0], items >= 0


def align(model: Model, catalogue: Catalogue) -> Aligned:
    """Raises `ArtifactError` when the model scores a title that the catalogue does not have."""
    positions = catalogue.positions(model.item_ids)
    if (positions < 0).any():
        missing = int(model.item_ids[positions < 0][0])
        raise ArtifactError(
            f"The {model.name} model scores title {missing}, which the catalogue does not have: they were not made "
            "together. Restore both from the repository or train the model anew (see README)."
        )
    items = np.full(len(catalogue.ids), -1, dtype=np.intp)
    items[positions] = np.arange(len(positions))
    return Aligned(model, positions, items)
