"""Measure the order of titles for fans of today, whose lists have no scores: a random half of each list is hidden."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recsys.data import manifest
from recsys.data.catalogue import Catalogue
from recsys.data.ratings import Lists
from recsys.evaluation.baselines import FittedIals
from recsys.evaluation.figures import mean
from recsys.evaluation.new_fans import rating_counts
from recsys.holdout import metrics
from recsys.holdout.metrics import N_SHOWN
from recsys.holdout.split import Part, lists_of, part_of
from recsys.holdout.watching import Half, halves
from recsys.models import store
from recsys.models.base import Model
from recsys.models.order import served, top
from recsys.models.placement import RECENT_YEAR
from recsys.serving import loading
from recsys.training import ease
from recsys.types import positions_of

#: The rival of the paired differences, and penalties that it is tried with on validation fans.
RIVAL, PENALTIES = "EASE on these lists", (20.0, 50.0, 100.0, 200.0, 500.0)
POPULARITY = "popularity in these lists"
#: Numbers of factors and weights of a title watched (alpha) that iALS is tried with on validation fans.
FACTORS, ALPHAS = (16, 32, 64, 128), (1.0, 5.0, 20.0, 40.0)
#: Random halves of each list: a fan's value is the mean over them, so that less depends on what happens to be hidden.
HALVES = 5
#: Measures: NDCG@10 and recall over all titles, and among those from `RECENT_YEAR` on.
MEASURES = ("ndcg10", "recall10", "ndcg10_recent", "recall10_recent")

#: The order of all titles for the known half of a list: (n_items,), the highest first.
Order = Callable[[Half], NDArray[np.floating]]


@dataclass(frozen=True)
class Results:
    """For each of `MEASURES`, a value for each fan, (n_fans,); NaN where no recent title is hidden in any half."""

    values: Mapping[str, NDArray[np.float64]]


def as_served(model: Model, catalogue: Catalogue, raters: NDArray[np.int64], completed: bool = False) -> Order:
    """The order that the engine gives, at positions of the catalogue, whose titles have `raters` (n_titles,); titles
    that the model does not cover are last. `completed` gives the known titles as completed, not as being watched."""
    places = catalogue.positions(model.item_ids)
    items = np.full(len(catalogue), -1)
    items[places] = np.arange(len(places))

    def order(half: Half) -> NDArray[np.floating]:
        known = items[half.known]
        covered = known >= 0
        own = Half(known[covered], half.statuses[covered], half.hidden)
        fan = own.fold_in(model, completed)
        scores = np.full(len(catalogue), -np.inf)
        scores[places] = served(model, fan, model.predict(fan), raters[places])
        return scores

    return order


def measure(order: Order, draws: Sequence[Sequence[Half]], recent: NDArray[np.bool_]) -> Results:
    """The mean over `draws`, each with a half of every list; `recent` (n_items,) marks titles from `RECENT_YEAR` on."""
    values = np.array([[_of_half(order(half).astype(np.float64), half, recent) for half in fans] for fans in draws])
    known = ~np.isnan(values)
    sums, counts = np.where(known, values, 0).sum(axis=0), known.sum(axis=0)
    means = np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)
    return Results(dict(zip(MEASURES, means.T, strict=True)))


def _of_half(scores: NDArray[np.float64], half: Half, recent: NDArray[np.bool_]) -> tuple[float, ...]:
    """Each of `MEASURES`; NaN for recent titles where none is hidden."""
    ten = top(scores, half.known, N_SHOWN)
    own = metrics.ndcg(ten, half.hidden, N_SHOWN), metrics.recall(ten, half.hidden, N_SHOWN)
    wanted = half.hidden[recent[half.hidden]]
    if not len(wanted):
        return *own, np.nan, np.nan
    ten = top(np.where(recent, scores, -np.inf), half.known, N_SHOWN)
    return *own, metrics.ndcg(ten, wanted, N_SHOWN), metrics.recall(ten, wanted, N_SHOWN)


def watched(lists: Lists, catalogue: Catalogue) -> csr_matrix:
    """Training fans without scores by catalogue titles: 1 where a fan has begun a title."""
    known = lists_of(lists, "train")
    scoring = np.bincount(known.ratings.users, minlength=len(known.ratings.user_ids)) > 0
    rows = ~scoring[known.unscored.users]
    items = catalogue.positions(known.ratings.item_ids)[known.unscored.items[rows]]
    inside = items >= 0
    users = known.unscored.users[rows][inside]
    return ease.matrix(users, items[inside], np.ones(len(users)), len(catalogue))


def popularity_order(x: csr_matrix) -> Order:
    counts = np.asarray(x.sum(axis=0)).ravel()
    return lambda half: counts


def ease_order(x: csr_matrix, penalty: float) -> Order:
    """EASE (Steck 2019) on the lists, on the titles that any of them holds; others are last, by popularity."""
    counts = np.asarray(x.sum(axis=0)).ravel()
    titles = np.flatnonzero(counts)
    places = positions_of(titles, np.arange(len(counts)))
    weights = ease.ease_weights(x[:, titles], penalty)

    def order(half: Half) -> NDArray[np.floating]:
        known = places[half.known]
        scores = np.full(len(counts), -1e3)
        scores[titles] = weights[known[known >= 0]].sum(axis=0) + 1e-9 * counts[titles]
        return scores

    return order


def ials_order(x: csr_matrix, factors: int, alpha: float, seed: int) -> Order:
    model = FittedIals(x, factors, alpha, seed)
    return lambda half: model.scores(half.known, np.ones(len(half.known), np.float32))


def evaluate(
    lists: Lists,
    artifacts: Path,
    part: Part = "test",
    seed: int = 0,
    progress: Callable[[str], None] = lambda name: None,
) -> dict[str, Any]:
    """Figures of the models in `artifacts` and of baselines fitted to training fans without scores, by system."""
    described = manifest.read(artifacts)
    catalogue = Catalogue.load(described.path("catalogue.parquet"))
    recent = catalogue.years >= RECENT_YEAR
    fans, tuning = (
        [list(halves(lists, one, catalogue.ids, seed + i)) for i in range(HALVES)] for one in (part, "validation")
    )
    x, raters = watched(lists, catalogue), rating_counts(part_of(lists.ratings, "train"), catalogue.ids)
    progress("baselines")

    def best(build: Callable[..., Order], *grid: Sequence[float]) -> tuple[tuple[float, ...], Results]:
        gains = {values: measure(build(*values), tuning, recent).values["ndcg10"].mean() for values in product(*grid)}
        chosen = max(gains, key=gains.__getitem__)
        return chosen, measure(build(*chosen), fans, recent)

    (penalty,), rival = best(partial(ease_order, x), PENALTIES)
    (factors, alpha), ials = best(partial(ials_order, x, seed=seed), FACTORS, ALPHAS)
    results = {POPULARITY: measure(popularity_order(x), fans, recent), RIVAL: rival, "iALS on these lists": ials}
    for name in store.REGISTRY:
        if name in described.models:
            progress(name)
            model = loading.load_model(described, name, catalogue)
            results[name] = measure(as_served(model, catalogue, raters), fans, recent)
            if name == "hybrid":
                completed = as_served(model, catalogue, raters, completed=True)
                results["hybrid, given as completed"] = measure(completed, fans, recent)
    return {
        "part": part,
        "fans": len(fans[0]),
        "halves": HALVES,
        "training_fans": len(x.indptr) - 1,
        "recent_year": RECENT_YEAR,
        "ease_penalty": penalty,
        "ials_factors": factors,
        "ials_alpha": alpha,
        "rows": {name: _row(result, results) for name, result in results.items()},
    }


def _row(result: Results, results: Mapping[str, Results]) -> dict[str, Any]:
    row = {}
    for name, values in result.values.items():
        row[name] = {**mean(values), "fans": int(np.count_nonzero(~np.isnan(values)))}
        if name.startswith("ndcg"):
            for over, rival in (("ease", RIVAL), ("popularity", POPULARITY)):
                row[f"{name}_over_{over}"] = mean(values - results[rival].values[name])
    return row
