"""Content features of the titles to train on, for `hybrid`."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recsys.data import content
from recsys.data.catalogue import Catalogue
from recsys.errors import ArtifactError


@dataclass(frozen=True)
class Content:
    """By title, in order of id: `item_ids` (n,), `features` (n, n_features) called `names`, and `franchises` (n,),
    equal numbers for titles of the same franchise."""

    item_ids: NDArray[np.int64]
    features: NDArray[np.float32]
    names: list[str]
    franchises: NDArray[np.int64]

    @property
    def received(self) -> NDArray[np.bool_]:
        """(n,): titles whose mean score at MyAnimeList is known."""
        return self.features[:, self.names.index("mean score known")] > 0

    @property
    def reception(self) -> NDArray[np.bool_]:
        """(n_features,): features of what people do with a title, which a title about to appear does not have."""
        return np.isin(self.names, content.RECEPTION)

    def unreceived(self, item_ids: NDArray[np.int64]) -> "Content":
        """The same without the features of reception for the titles `item_ids`."""
        features = self.features.copy()
        features[np.ix_(np.isin(self.item_ids, item_ids), self.reception)] = 0
        return replace(self, features=features)

    def of(self, titles: NDArray[np.intp]) -> "Content":
        return Content(self.item_ids[titles], self.features[titles], self.names, self.franchises[titles])


def load(path: Path) -> Content:
    """Read the content of all titles of the catalogue at `path`. Raises `ArtifactError` if it is missing."""
    if not path.exists():
        raise ArtifactError(f"{path} is missing; write it with python -m scripts.build_catalogue.")
    catalogue = Catalogue.load(path)
    names = content.vocabulary(catalogue)
    table = content.features(catalogue, np.arange(len(catalogue)), names)
    return Content(catalogue.ids, table, names, catalogue.franchise_ids)
