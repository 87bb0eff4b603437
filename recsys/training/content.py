"""Content features of the titles to train on, for `hybrid`."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recsys.data import content
from recsys.data.catalogue import Catalogue
from recsys.errors import ArtifactError
from recsys.seasons import NAMES, Season
from recsys.serving import airing
from recsys.statuses import AIRING

#: Given to titles whose year or mean score is not known.
_USUAL_YEAR, _USUAL_SCORE = 2012, 6.5
#: The day from which the seasons and days of `facts` are counted.
_EPOCH, _YEAR = date(2025, 1, 1), np.timedelta64(8766, "h")


@dataclass(frozen=True)
class Content:
    """By title, in order of id: `item_ids` (n,), `features` (n, n_features) called `names`, and `franchises` (n,),
    equal numbers for titles of the same franchise. `facts` (n, 6): year, logarithm of the members and mean score, usual
    ones where they are not known, then `_on_air`; None: not read."""

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
    columns = years, np.log1p(catalogue.members), scores, *_on_air(catalogue, years)
    return np.column_stack(columns).astype(np.float32)


def _on_air(catalogue: Catalogue, years: NDArray[np.int32]) -> tuple[NDArray[np.float64], ...]:
    """Season, first and last day of each title, (n,): in seasons and in years since `_EPOCH`.

    What is airing by the catalogue is taken to be airing when the newest such title begins. A title of unknown season
    is taken to begin in the middle of its year, one of unknown day in the middle of its season.
    """
    starts = np.array(catalogue.column("aired_from"), "datetime64[M]")
    running = np.array(catalogue.column("status"), object) == AIRING
    known = starts[running & ~np.isnat(starts)]
    month = known.max() if len(known) else np.datetime64("NaT", "M")
    calendar = airing.calendar(catalogue, np.full(len(catalogue), month))
    epoch = Season.of(_EPOCH)
    seasons = np.where(calendar.seasons > 0, calendar.seasons, len(NAMES) * years + 2) - epoch.number
    begins, ends = ((days - np.datetime64(_EPOCH)) / _YEAR for days in (calendar.starts, calendar.ends))
    begins = np.where(np.isnan(begins), (seasons + 0.5) / len(NAMES), begins)
    return seasons, begins, np.fmax(begins, ends)
