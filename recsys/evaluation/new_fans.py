"""Measure models and baselines on held-out fans, given a few of their ratings."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data import manifest
from recsys.data.catalogue import Catalogue
from recsys.data.ratings import Ratings
from recsys.errors import DataError
from recsys.evaluation.protocols import COUNTS, Answer, System, UserResults, measure, summary
from recsys.holdout.reveal import fan_lists
from recsys.holdout.split import Part, part_of
from recsys.models import order, store
from recsys.models.base import Model
from recsys.serving import loading
from recsys.types import positions_of

NONE = np.empty(0, np.intp)


def as_served(model: Model, raters: NDArray[np.int64], scored: bool = True) -> System:
    """`model` with titles ranked as the engine does: by score and chance to watch. `raters` (model.n_items,). Unless
    `scored`, the model is given the known titles without their scores."""

    def answer(items: NDArray[np.intp], scores: NDArray[np.float64]) -> Answer:
        fan = model.fold_in(items, scores, NONE) if scored else model.fold_in(NONE, np.empty(0), items)
        predicted = model.predict(fan)
        return Answer(order.served(model, fan, predicted, raters), predicted, lambda wanted: model.band(fan, wanted))

    return System(model.name if scored else f"{model.name}, scores not given", model.item_ids, answer)


def by_score(model: Model) -> System:
    """`model` with titles ranked by predicted score alone, as in the reference article."""

    def answer(items: NDArray[np.intp], scores: NDArray[np.float64]) -> Answer:
        return Answer(model.predict(model.fold_in(items, scores, NONE)))

    return System(f"{model.name}, by score alone", model.item_ids, answer)


def rating_counts(ratings: Ratings, item_ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """The number of `ratings` of each of `item_ids`, (n_items,)."""
    counts = np.bincount(ratings.items, minlength=len(ratings.item_ids))
    positions = positions_of(ratings.item_ids, item_ids)
    return np.where(positions >= 0, counts[positions], 0)


#: What `load_system` makes a system from: the name of a model or baseline, and how it is used.
Key = tuple[str, str]
_SERVED, _BY_SCORE, _UNSCORED, _BASELINE = "as served", "by score", "without scores", "baseline"


def keys(artifacts: Path, with_baselines: bool) -> list[Key]:
    """The models of `artifacts` and the baselines, in the order of the tables."""
    described, found = manifest.read(artifacts), []
    for name, model in store.REGISTRY.items():
        if name in described.models:
            found.append((name, _SERVED))
            if name == "svd":
                found.append((name, _BY_SCORE))
            if model.watches_unscored:
                found.append((name, _UNSCORED))
    if with_baselines:
        from recsys.evaluation.baselines import BASELINES

        found += [(make.name, _BASELINE) for make in BASELINES]
    return found


def load_system(key: Key, artifacts: Path, catalogue: Catalogue, ratings: Ratings, seed: int) -> System:
    """A model of `artifacts`, or a baseline fitted to the training fans of `ratings`."""
    name, how = key
    known = part_of(ratings, "train")
    if how == _BASELINE:
        from recsys.evaluation.baselines import BASELINES

        make = next(make for make in BASELINES if make.name == name)
        fitted = make(known, seed)  # pyright: ignore[reportCallIssue]
        return System(name, ratings.item_ids, fitted.answer, baseline=True)
    model = loading.load_model(manifest.read(artifacts), name, catalogue)
    if how == _BY_SCORE:
        return by_score(model)
    return as_served(model, rating_counts(known, model.item_ids), scored=how == _SERVED)


@dataclass(frozen=True)
class Measured:
    """A system's results by number of known ratings."""

    name: str
    baseline: bool
    results: dict[int, UserResults]


def measure_system(key: Key, ratings: Ratings, artifacts: Path, part: Part, seed: int) -> Measured:
    """Measure one system on the held-out fans of `ratings`."""
    catalogue = Catalogue.load(manifest.read(artifacts).path("catalogue.parquet"))
    fans = fan_lists(ratings, part, ratings.item_ids, seed)
    raters = rating_counts(part_of(ratings, "train"), ratings.item_ids)
    places = catalogue.positions(ratings.item_ids)
    genres = np.where(places[:, None] >= 0, catalogue.genre_matrix[places], False).astype(float)
    system = load_system(key, artifacts, catalogue, ratings, seed)
    results = {k: measure(system, fans, ratings.item_ids, k, raters, genres) for k in COUNTS}
    return Measured(system.name, system.baseline, results)


def figures(measured: Iterable[Measured], ratings: Ratings) -> dict[str, Any]:
    """Figures by number of known ratings, then by system, in the order of `measured`.

    Leaves out the numbers for which no fan has enough ratings. Raises `DataError` if that leaves none.
    """
    every = list(measured)
    baselines = [one.name for one in every if one.baseline] or ["popularity"]
    n_rated = int((rating_counts(part_of(ratings, "train"), ratings.item_ids) > 0).sum())
    by_count = {k: {one.name: one.results[k] for one in every if len(one.results[k].asked)} for k in COUNTS}
    found = {str(k): summary(named, baselines, n_rated) for k, named in by_count.items() if named}
    if not found:
        raise DataError("No held-out fan has a rating. Choose another --part, or prepare more lists.")
    return found


def evaluate(
    ratings: Ratings,
    artifacts: Path,
    part: Part = "test",
    with_baselines: bool = True,
    seed: int = 0,
    progress: Callable[[str], None] = lambda name: None,
) -> dict[str, Any]:
    """Figures by number of known ratings, then by system; `progress(name)` is called after each system."""

    def measured() -> Iterator[Measured]:
        for key in keys(artifacts, with_baselines):
            yield (one := measure_system(key, ratings, artifacts, part, seed))
            progress(one.name)

    return figures(measured(), ratings)
