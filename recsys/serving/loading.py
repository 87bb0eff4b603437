"""Reads the artifacts that an engine needs, and finds each model's titles in the catalogue."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recsys.data import content, manifest
from recsys.data.catalogue import FILE, FRANCHISES, Catalogue
from recsys.data.ratings import rater_counts
from recsys.errors import ArtifactError
from recsys.models import store
from recsys.models.base import Fan, Floats, Items, Model, Statuses
from recsys.models.focus import Genres
from recsys.models.hybrid import Hybrid
from recsys.models.odds import PLAIN, Odds
from recsys.models.placement import Newcomers
from recsys.statuses import PLANNED, SETS
from recsys.types import Profile

#: A genre counts as watched at least, and at most, so much.
_USUAL_SHARES = (0.001, 0.95)


@dataclass(frozen=True)
class Aligned:
    """A model and its titles in the catalogue: `positions` (n_items,) in the catalogue, and `items` (n_titles,), the
    item of each catalogue title, -1 where the model does not cover it. `names` are all titles', by catalogue position.
    `odds` give the chances of its scores.
    """

    model: Model
    catalogue: Catalogue
    names: Sequence[str]
    positions: NDArray[np.intp]
    items: NDArray[np.intp]
    odds: Odds = PLAIN

    def fold_in(self, fan: Profile) -> Fan:
        """Infer the fan from a list; titles that the model does not cover are left out."""
        return self.model.fold_in(*self.known(fan))

    def known(self, fan: Profile) -> tuple[Items, Floats, Items, Statuses]:
        """What the model covers of a list, as `Model.fold_in` takes it: `items` and `scores` (n,), then the titles
        begun without a score and their `statuses` (m,)."""
        items = self.items_of(fan.scores)
        scores = np.fromiter(fan.scores.values(), dtype=np.float64, count=len(items))
        begun = ((status, getattr(fan, name)) for status, name in SETS.items() if status != PLANNED)
        unscored = {title: status for status, titles in begun for title in titles - fan.scores.keys()}
        seen, statuses = self.items_of(unscored), np.fromiter(unscored.values(), np.int8, len(unscored))
        known = seen >= 0
        return items[items >= 0], scores[items >= 0], seen[known], statuses[known]

    def items_of(self, anime_ids: NDArray[np.int64] | Collection[int]) -> Items:
        """Items of `anime_ids`, in their order, (len(anime_ids),); -1 for a title that the model does not cover."""
        positions = self.catalogue.positions(anime_ids)
        return np.where(positions >= 0, self.items[positions], -1)

    def name(self, item: int) -> str:
        """The title at an item position."""
        return self.names[int(self.positions[item])]


def extended(model: Model, catalogue: Catalogue) -> Model:
    """The hybrid with all titles of the catalogue, those that it was not trained with placed by their facts, and with
    their genres; another model as it is. Raises ValueError if its content features are not those of this program."""
    if not isinstance(model, Hybrid):
        return model
    own = catalogue.positions(model.item_ids)
    others = np.setdiff1d(np.arange(len(catalogue)), own)
    table = content.features(catalogue, others, model.placement.names)
    new = Newcomers(catalogue.ids[others], table, catalogue.franchise_ids[others])
    model = model.extended(new, np.where(own >= 0, catalogue.franchise_ids[own], -1))
    return model.with_parts(watching=replace(model.watching, genres=_genres(catalogue, model.item_ids)))


def _genres(catalogue: Catalogue, item_ids: NDArray[np.int64]) -> Genres:
    """Of the titles `item_ids` (n_items,); one that the catalogue does not have counts as its last."""
    audience = content.audience(catalogue)
    usual = np.average(catalogue.genre_matrix, axis=0, weights=audience if audience.any() else None)
    return Genres(catalogue.genre_matrix, catalogue.positions(item_ids), np.clip(usual, *_USUAL_SHARES))


def align(model: Model, catalogue: Catalogue, names: Sequence[str], odds: Odds = PLAIN) -> Aligned:
    """Raises `ArtifactError` when the model scores a title that the catalogue does not have."""
    positions = catalogue.positions(model.item_ids)
    if (positions < 0).any():
        missing = int(model.item_ids[positions < 0][0])
        raise ArtifactError(
            f"The {model.name} model scores title {missing}, which the catalogue does not have: they were not made "
            "together. Restore both from the repository or train the model again (see README)."
        )
    items = np.full(len(catalogue), -1, dtype=np.intp)
    items[positions] = np.arange(len(positions))
    return Aligned(model, catalogue, names, positions, items, odds)


@manifest.consistent
def read(folder: str | Path) -> tuple[Catalogue, list[Model], NDArray[np.int64], dict[str, Odds]]:
    """The catalogue, the models (the simplest first), each catalogue title's ratings in the training data, and the odds
    of each model for which they were fitted.

    Raises `ArtifactError`, naming the file, when anything is missing, damaged or of another version.
    """
    described = manifest.read(folder)
    unknown = [name for name in described.models if name not in store.REGISTRY]
    if unknown:
        raise ArtifactError(
            f"{described.folder / manifest.NAME} lists the model {unknown[0]!r}, which this version does not know. "
            "Update the program, or restore the artifacts from the repository."
        )
    described.path(FRANCHISES)  # checks it: the next line reads both
    catalogue = Catalogue.load(described.path(FILE))
    names = [name for name in store.REGISTRY if name in described.models]
    models = [load_model(described, name, catalogue) for name in names]
    odds = {name: _odds(described, name) for name in names if "odds" in described.models[name]}
    return catalogue, models, rater_counts(described.path("title_stats.parquet"), catalogue.ids), odds


def _odds(described: manifest.Manifest, name: str) -> Odds:
    """Raises `ArtifactError` for odds that are damaged."""
    try:
        return Odds.from_entry(described.models[name]["odds"])
    except (KeyError, TypeError, ValueError) as error:
        raise ArtifactError(
            f"{described.folder / manifest.NAME} is damaged: the odds of the {name} model are wrong ({error}). Fit "
            "them again with python -m scripts.train odds, or restore the file from the repository."
        ) from None


def load_model(described: manifest.Manifest, name: str, catalogue: Catalogue) -> Model:
    """The model called `name`, for all titles of `catalogue` that it can score. Raises `ArtifactError`."""
    path = described.path(store.file_name(name))
    try:
        return extended(store.load(name, path), catalogue)
    except ValueError as error:
        raise ArtifactError(
            f"{path} does not fit the catalogue ({error}). Restore both from the repository or train the model again."
        ) from None
