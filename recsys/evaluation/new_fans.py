"""Measure models and baselines on held-out fans, given a few of their ratings."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data import manifest
from recsys.data.catalogue import Catalogue
from recsys.data.ratings import Ratings
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


def systems(
    artifacts: Path, catalogue: Catalogue, ratings: Ratings, with_baselines: bool, seed: int
) -> Iterator[System]:
    """The models of `artifacts` and baselines fitted to the training fans of `ratings`, one by one to save memory."""
    described = manifest.read(artifacts)
    trained = part_of(ratings, "train")
    for name in store.REGISTRY:
        if name in described.models:
            model = loading.load_model(described, name, catalogue)
            raters = rating_counts(trained, model.item_ids)
            yield as_served(model, raters)
            if name == "svd":
                yield by_score(model)
            if model.watches_unscored:
                yield as_served(model, raters, scored=False)
    if with_baselines:
        from recsys.evaluation.baselines import BASELINES

        for make in BASELINES:
            fitted = make(trained, seed)  # pyright: ignore[reportCallIssue]
            yield System(make.name, ratings.item_ids, fitted.answer, baseline=True)


def evaluate(
    ratings: Ratings,
    artifacts: Path,
    part: Part = "test",
    with_baselines: bool = True,
    seed: int = 0,
    progress=lambda name: None,
) -> dict[str, Any]:
    """Figures by number of known ratings, then by system; `progress(name)` is called before each system."""
    catalogue = Catalogue.load(manifest.read(artifacts).path("catalogue.parquet"))
    fans = fan_lists(ratings, part, ratings.item_ids, seed)
    raters = rating_counts(part_of(ratings, "train"), ratings.item_ids)
    places = catalogue.positions(ratings.item_ids)
    genres = np.where(places[:, None] >= 0, catalogue.genre_matrix[places], False).astype(float)
    results: dict[int, dict[str, UserResults]] = {k: {} for k in COUNTS}
    baselines: list[str] = []
    for system in systems(artifacts, catalogue, ratings, with_baselines, seed):
        progress(system.name)
        if system.baseline:
            baselines.append(system.name)
        for k in COUNTS:
            results[k][system.name] = measure(system, fans, ratings.item_ids, k, raters, genres)
    baselines = baselines or ["popularity"]
    return {str(k): summary(named, baselines, int((raters > 0).sum())) for k, named in results.items() if named}
