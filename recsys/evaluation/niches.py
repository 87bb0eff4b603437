"""Measure recommendations for fans by their taste for the popular: accuracy, popularity lift, and genres."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.ratings import Ratings
from recsys.evaluation.figures import mean
from recsys.holdout import metrics
from recsys.holdout.metrics import N_SHOWN
from recsys.holdout.reveal import fan_lists
from recsys.holdout.split import Part
from recsys.models import order
from recsys.serving.engine import Engine

#: Known ratings; the share of titles that are popular; and the share of fans in the two outer groups (Kowald et al.
#: 2023, "A study on accuracy, miscalibration, and popularity bias in recommendations").
KNOWN, POPULAR, OUTER = 20, 0.2, 0.2
#: How far a list's genres are smoothed (Steck 2018, "Calibrated recommendations").
_SMOOTHING = 0.01
#: The chance to be seen is taken as the number of raters to this power (Yang et al. 2018, "Unbiased offline recommender
#: evaluation for missing-not-at-random implicit feedback").
_PROPENSITY = 0.5
GROUPS = ("niche", "diverse", "blockbuster")


def miscalibration(known: NDArray[np.bool_], shown: NDArray[np.bool_]) -> float:
    """The Kullback-Leibler divergence of the genres shown from those known, each (n_titles, n_genres): 0 where the
    shares are the same. A title's genres share it equally; what is shown is smoothed with a hundredth of what is known.
    """
    p, q = _shares(known), _shares(shown)
    q = (1 - _SMOOTHING) * q + _SMOOTHING * p
    inside = p > 0
    return float(np.sum(p[inside] * np.log(p[inside] / q[inside])))


def _shares(genres: NDArray[np.bool_]) -> NDArray[np.float64]:
    shares = (genres / np.maximum(genres.sum(axis=1, keepdims=True), 1)).sum(axis=0)
    return shares / max(shares.sum(), 1e-12)


def weighted_ndcg(ranked: NDArray[np.intp], relevant: NDArray[np.intp], weights: NDArray[np.float64], n: int) -> float:
    """NDCG of the first `n` of `ranked`, where a relevant title gains its weight, of `weights` (n_items,)."""
    discounts = 1 / np.log2(np.arange(2, n + 2))
    gains = np.where(np.isin(ranked[:n], relevant), weights[ranked[:n]], 0.0)
    best = np.sort(weights[relevant])[::-1][:n]
    return float(gains @ discounts[: len(gains)] / (best @ discounts[: len(best)]))


def evaluate(engine: Engine, ratings: Ratings, part: Part = "test", seed: int = 0) -> dict[str, Any]:
    """For each model and group of fans: NDCG@10, plain and by inverse propensity, popularity lift, miscalibration.

    Fans are grouped by the share of popular titles among all that they rated: the lowest and the highest fifth, and the
    others. Popularity lift is the mean number of raters of the ten over that of the fan's list, less 1.
    """
    rows: dict[str, dict[str, Any]] = {}
    for name in engine.models:
        found, shares = _measured(engine, name, ratings, part, seed)
        low, high = np.quantile(shares, [OUTER, 1 - OUTER])
        inside = (shares <= low, (shares > low) & (shares <= high), shares > high)
        for group, chosen in zip(GROUPS, inside, strict=True):
            columns = zip(("ndcg10", "ndcg10_ips", "lift", "miscalibration"), found[chosen].T, strict=True)
            row = {key: mean(values) for key, values in columns if len(values)}
            rows[f"{name}, {group}"] = {"fans": int(chosen.sum()), **row}
    return {"part": part, "rows": rows}


def _measured(engine: Engine, name: str, ratings: Ratings, part: Part, seed: int) -> tuple[NDArray, NDArray]:
    """The four measures of each fan, (n_fans, 4), and the share of popular titles on each list, (n_fans,)."""
    aligned = engine.aligned(name)
    model, raters = aligned.model, engine.rater_counts[aligned.positions]
    genres, adult = (of[aligned.positions] for of in (engine.catalogue.genre_matrix, engine.catalogue.adult))
    rated = raters[raters > 0]
    popular = raters >= np.quantile(rated, 1 - POPULAR) if len(rated) else raters > 0
    weights = np.maximum(raters, 1).astype(float) ** -_PROPENSITY
    found, shares = [], []
    for reveal in fan_lists(ratings, part, model.item_ids, seed).ranked(KNOWN):
        folded = reveal.fold_in(model)
        rank = order.served(model, folded, model.predict(folded), raters)
        allowed = ~adult
        allowed[reveal.items] = False
        ten = order.best(rank, allowed, N_SHOWN)
        every = np.concatenate([reveal.items, reveal.hidden_items])
        gain = metrics.ndcg(ten, reveal.liked, N_SHOWN)
        unbiased = weighted_ndcg(ten, reveal.liked, weights, N_SHOWN)
        lift = float(raters[ten].mean() / max(raters[every].mean(), 1e-9) - 1)
        found.append((gain, unbiased, lift, miscalibration(genres[every], genres[ten])))
        shares.append(float(popular[every].mean()))
    return np.array(found, float).reshape(-1, 4), np.array(shares)
