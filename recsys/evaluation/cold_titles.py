"""Titles without a single rating: how well does what a title is predict the scores that fans would give?"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.ratings import Ratings
from recsys.evaluation.protocols import MAX_ASKED
from recsys.holdout.split import Part, members
from recsys.models.base import clip
from recsys.models.hybrid import Hybrid
from recsys.training.hybrid import HybridConfig, parts
from recsys.training.run import TrainingRun
from recsys.types import positions_of

#: Share of titles held out, in percent.
HELD_OUT = 15
#: A fan is asked with at least so many ratings of other titles.
FEWEST = 5
NONE = np.empty(0, np.intp)


@dataclass(frozen=True)
class Questions:
    """By fan: squared errors would be taken of `actual`; `fan_mean` and each of `parts` (n,) predict them."""

    actual: list[NDArray[np.float64]]
    fan_mean: list[NDArray[np.float64]]
    net: list[NDArray[np.float64]]
    svd: list[NDArray[np.float64]]


def held_out(ratings: Ratings, seed: int) -> NDArray[np.bool_]:
    """Which titles (n_items,) lose all their ratings."""
    return np.random.default_rng([seed, 17]).random(len(ratings.item_ids)) < HELD_OUT / 100


def without(ratings: Ratings, titles: NDArray[np.bool_]) -> Ratings:
    """`ratings` less those of `titles` (n_items,)."""
    rows = ~titles[ratings.items]
    return replace(ratings, users=ratings.users[rows], items=ratings.items[rows], scores=ratings.scores[rows])


def ask(model: Hybrid, ratings: Ratings, titles: NDArray[np.bool_], part: Part) -> Questions:
    """The fans of `part` tell all their ratings but those of `titles`, and are asked about at most 100 of these."""
    places = positions_of(model.item_ids, ratings.item_ids)
    known = places >= 0
    bounds = np.searchsorted(ratings.users, np.arange(len(ratings.user_ids) + 1))
    asked = Questions([], [], [], [])
    for user in np.flatnonzero(members(ratings.user_ids, part)):
        own = slice(bounds[user], bounds[user + 1])
        items, scores = ratings.items[own], ratings.scores[own]
        cold = titles[items] & known[items]
        told = ~titles[items] & known[items]
        if told.sum() < FEWEST or not cold.any():
            continue
        fan = model.fold_in(places[items[told]], scores[told], NONE)
        wanted = places[items[cold]][:MAX_ASKED]
        asked.actual.append(scores[cold][:MAX_ASKED])
        asked.fan_mean.append(np.full(len(wanted), scores[told].mean()))
        asked.net.append(model.net.predict(fan.embedding, wanted).astype(np.float64))
        asked.svd.append((model.svd.base[wanted] + model.svd.factors[wanted] @ fan.folded.z).astype(np.float64))
    return asked


def evaluate(run: TrainingRun, config: HybridConfig, part: Part = "test", seed: int = 0) -> dict[str, Any]:
    """Train a hybrid without the held-out titles' ratings, and compare it with the fan's mean. `part`'s fans are asked;
    the network's share is learned on validation fans."""
    titles = held_out(run.ratings, seed)
    model, _ = parts(replace(run, ratings=without(run.ratings, titles)), config)
    tuning = ask(model, run.ratings, titles, "validation")
    share = best_share(tuning)
    asked = ask(model, run.ratings, titles, part)
    mixed = [share * net + (1 - share) * svd for net, svd in zip(asked.net, asked.svd, strict=True)]
    return {
        "share": round(share, 3),
        "titles": int(titles.sum()),
        "fans": len(asked.actual),
        "ratings": sum(map(len, asked.actual)),
        "fan_mean": _rmse(asked.fan_mean, asked.actual),
        "network": _against(asked.net, asked),
        "svd": _against(asked.svd, asked),
        "hybrid": _against(mixed, asked),
    }


def best_share(asked: Questions) -> float:
    """The network's share with the smallest squared error, within 0..1."""
    actual, net, svd = (np.concatenate(column) for column in (asked.actual, asked.net, asked.svd))
    apart = net - svd
    return float(np.clip((actual - svd) @ apart / max(apart @ apart, 1e-12), 0, 1))


def _against(predicted: list[NDArray], asked: Questions) -> dict[str, Any]:
    """RMSE and how far it is below the fan's mean, in percent, each with a standard error over fans (jackknife)."""
    sums = [np.array([np.square(clip(p) - a).sum() for p, a in zip(side, asked.actual, strict=True)])
            for side in (predicted, asked.fan_mean)]  # fmt: skip
    counts = np.array([len(a) for a in asked.actual])
    own, usual = (np.sqrt((side.sum() - side) / (counts.sum() - counts)) for side in sums)
    n = len(counts)
    below = 100 * (1 - own / usual)
    whole, whole_usual = (float(np.sqrt(side.sum() / counts.sum())) for side in sums)
    return {
        "rmse": {"value": round(whole, 5), "se": round(float(np.sqrt((n - 1) * np.var(own))), 5)},
        "below": {
            "value": round(100 * (1 - whole / whole_usual), 3),
            "se": round(float(np.sqrt((n - 1) * np.var(below))), 3),
        },
    }


def _rmse(predicted: list[NDArray], actual: list[NDArray]) -> float:
    return round(float(np.sqrt(np.mean(np.square(np.concatenate(predicted) - np.concatenate(actual))))), 5)
