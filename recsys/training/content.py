"""Content features of the titles to train on, for `hybrid`."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recsys.data import content
from recsys.data.catalogue import Catalogue
from recsys.errors import ArtifactError

#: Given to titles whose year or mean score is not known.
_USUAL_YEAR, _USUAL_SCORE = 2012, 6.5


@dataclass(frozen=True)
class Content:
    """By title, in order of id: `item_ids` (n,), `features` (n, n_features) called `names`, and `franchises` (n,),
    equal numbers for titles of the same franchise. `facts` (n, 3): year, logarithm of the members and mean score, usual
    ones where they are not known; None: not read."""

    item_ids: NDArray[np.int64]
    features: NDArray[np.float32]
    names: list[str]
    franchises: NDArray[np.int64]
    facts: NDArray[np.float32] | None = None

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
        facts = None if self.facts is None else self.facts[titles]
        return Content(self.item_ids[titles], self.features[titles], self.names, self.franchises[titles], facts)


def load(path: Path) -> Content:
    """Read the content of all titles of the catalogue at `path`. Raises `ArtifactError` if it is missing."""
    if not path.exists():
        raise ArtifactError(f"{path} is missing; write it with python -m scripts.build_catalogue.")
    catalogue = Catalogue.load(path)
    names = content.vocabulary(catalogue)
    table = content.features(catalogue, np.arange(len(catalogue)), names)
    return Content(catalogue.ids, table, names, catalogue.franchise_ids, _facts(catalogue))


def _facts(catalogue: Catalogue) -> NDArray[np.float32]:
    years = np.where(catalogue.years > 0, catalogue.years, _USUAL_YEAR)
    scores = np.where(catalogue.mean_scores > 0, catalogue.mean_scores, _USUAL_SCORE)
    return np.column_stack([years, np.log1p(catalogue.members), scores]).astype(np.float32)
