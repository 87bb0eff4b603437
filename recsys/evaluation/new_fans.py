"""Models and baselines on fans that nobody trained or tuned on, told a few of their ratings."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data import manifest
from recsys.data.catalogue import Catalogue
from recsys.data.ratings import Ratings
from recsys.evaluation.protocols import COUNTS, Answer, Contender, Sheet, measure, summary
from recsys.holdout.reveal import fan_lists
from recsys.holdout.split import Part, members
from recsys.models import store
from recsys.models.base import Model
from recsys.models.order import chance_to_watch, rank_scores
from recsys.types import positions_of

NONE = np.empty(0, np.intp)


def served(model: Model, raters: NDArray[np.int64], name: str | None = None) -> Contender:
    """`model` as the engine orders its titles: by chance to watch and score together. `raters` (model.n_items,)."""

    def answer(items: NDArray[np.intp], scores: NDArray[np.float64]) -> Answer:
        fan = model.fold_in(items, scores, NONE)
        predicted, watch = model.predict(fan), chance_to_watch(model, fan, raters)
        order = rank_scores(predicted, watch, raters, score_weight=model.score_weight, discovery=0)
        return Answer(order, predicted, lambda wanted: model.band(fan, wanted))

    return Contender(name or model.name, model.item_ids, answer)


def by_score(model: Model) -> Contender:
    """`model` with titles in the order of predicted scores, as in the reference article."""

    def answer(items: NDArray[np.intp], scores: NDArray[np.float64]) -> Answer:
        return Answer(model.predict(model.fold_in(items, scores, NONE)))

    return Contender(f"{model.name}, by score alone", model.item_ids, answer)


def counts_of(ratings: Ratings, item_ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many of `ratings` each of `item_ids` has, (n_items,)."""
    counts = np.bincount(ratings.items, minlength=len(ratings.item_ids))
    positions = positions_of(ratings.item_ids, item_ids)
    return np.where(positions >= 0, counts[positions], 0)


def contenders(artifacts: Path, ratings: Ratings, with_baselines: bool, seed: int) -> Iterator[Contender]:
    """The models of `artifacts` as served, and the baselines fitted to the training fans of `ratings`; one at a time:
    some are large."""
    described = manifest.read(artifacts)
    trained = of_part(ratings, "train")
    for name in store.REGISTRY:
        if name in described.models:
            model = store.load(name, described.path(store.file_name(name)))
            yield served(model, counts_of(trained, model.item_ids))
            if name == "svd":
                yield by_score(model)
    if with_baselines:
        from recsys.evaluation.baselines import BASELINES

        for make in BASELINES:
            fitted = make(trained, seed)  # pyright: ignore[reportCallIssue]

            def answer(items: NDArray[np.intp], scores: NDArray[np.float64], fitted=fitted) -> Answer:
                given = fitted.answer(items, scores)
                return Answer(given.order, given.predicted)

            yield Contender(make.name, ratings.item_ids, answer, baseline=True)


def of_part(ratings: Ratings, part: Part) -> Ratings:
    """The ratings of one part's fans; positions and ids stay as they were."""
    rows = members(ratings.user_ids, part)[ratings.users]
    return Ratings(ratings.user_ids, ratings.item_ids, ratings.users[rows], ratings.items[rows], ratings.scores[rows])


def evaluate(
    ratings: Ratings,
    artifacts: Path,
    part: Part = "test",
    with_baselines: bool = True,
    seed: int = 0,
    progress=lambda name: None,
) -> dict[str, Any]:
    """Figures by number of known ratings and contender; `progress(name)` is called before each contender."""
    catalogue = Catalogue.load(manifest.read(artifacts).path("catalogue.parquet"))
    fans = fan_lists(ratings, part, ratings.item_ids, seed)
    raters = counts_of(of_part(ratings, "train"), ratings.item_ids)
    places = catalogue.positions(ratings.item_ids)
    genres = np.where(places[:, None] >= 0, catalogue.genre_matrix[places], False).astype(float)
    sheets: dict[int, dict[str, Sheet]] = {k: {} for k in COUNTS}
    rivals: list[str] = []
    for contender in contenders(artifacts, ratings, with_baselines, seed):
        progress(contender.name)
        if contender.baseline:
            rivals.append(contender.name)
        for k in COUNTS:
            sheets[k][contender.name] = measure(contender, fans, ratings.item_ids, k, raters, genres)
    rivals = rivals or ["popularity"]
    return {str(k): summary(named, rivals, int((raters > 0).sum())) for k, named in sheets.items() if named}
