"""Measure predictions for titles without ratings, made from their content alone."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.ratings import Ratings
from recsys.evaluation.figures import figure
from recsys.evaluation.protocols import MAX_ASKED
from recsys.holdout.metrics import rmse
from recsys.holdout.split import Part, members, rows_of
from recsys.models.base import clip
from recsys.models.hybrid import Hybrid
from recsys.training import content
from recsys.training.hybrid import HybridConfig, extended, parts
from recsys.training.run import TrainingRun
from recsys.types import positions_of

#: Share of titles held out, in percent.
HELD_OUT = 15
#: Fans with fewer ratings of other titles are left out.
FEWEST = 5
NONE = np.empty(0, np.intp)


@dataclass(frozen=True)
class Questions:
    """For each fan, the scores of held-out titles: `actual` (n,), and predicted by the fan's mean and by each part."""

    actual: list[NDArray[np.float64]]
    fan_mean: list[NDArray[np.float64]]
    net: list[NDArray[np.float64]]
    svd: list[NDArray[np.float64]]


def held_out(ratings: Ratings, seed: int) -> NDArray[np.bool_]:
    """A mask (n_items,) of the titles whose ratings are held out."""
    return np.random.default_rng([seed, 17]).random(len(ratings.item_ids)) < HELD_OUT / 100


def without(run: TrainingRun, titles: NDArray[np.bool_]) -> TrainingRun:
    """`run` without what any fan did with `titles`, a mask (n_items,)."""
    unscored = run.lists.unscored
    kept = unscored.of(~titles[unscored.items])
    return replace(run, ratings=rows_of(run.ratings, ~titles[run.ratings.items]), unscored=kept)


def ask(model: Hybrid, ratings: Ratings, titles: NDArray[np.bool_], part: Part) -> Questions:
    """Predict, for each fan of `part`, at most 100 scores of `titles` from the fan's other ratings."""
    places = positions_of(model.item_ids, ratings.item_ids)
    known = places >= 0
    bounds = ratings.bounds
    asked = Questions([], [], [], [])
    for user in np.flatnonzero(members(ratings.user_ids, part)):
        own = slice(bounds[user], bounds[user + 1])
        items, scores = ratings.items[own], ratings.scores[own]
        cold = titles[items] & known[items]
        warm = ~titles[items] & known[items]
        if warm.sum() < FEWEST or not cold.any():
            continue
        fan = model.fold_in(places[items[warm]], scores[warm], NONE)
        wanted = places[items[cold]][:MAX_ASKED]
        asked.actual.append(scores[cold][:MAX_ASKED])
        asked.fan_mean.append(np.full(len(wanted), scores[warm].mean()))
        asked.net.append(model.net.predict(fan.embedding, wanted).astype(np.float64))
        asked.svd.append((model.svd.base[wanted] + model.svd.factors[wanted] @ fan.folded.z).astype(np.float64))
    return asked


def evaluate(run: TrainingRun, config: HybridConfig, part: Part = "test", seed: int = 0) -> dict[str, dict[str, Any]]:
    """Train a hybrid without the held-out titles, place them by their facts, and compare it with the fan's mean on fans
    of `part`: with MyAnimeList's mean score and member count of these titles, and without. The network's share is
    chosen on validation fans."""
    titles = held_out(run.ratings, seed)
    known = content.load(run.catalogue)
    core, _ = parts(without(run, titles), known, config)
    unreceived = known.unreceived(run.ratings.item_ids[titles])
    figures = {}
    for name, facts in (("mean and members known", known), ("mean and members unknown", unreceived)):
        model = extended(core, facts)
        tuning, asked = (ask(model, run.ratings, titles, of) for of in ("validation", part))
        share = best_share(tuning)
        mixed = [share * net + (1 - share) * svd for net, svd in zip(asked.net, asked.svd, strict=True)]
        figures[name] = {
            "share": round(share, 3),
            "titles": int(titles.sum()),
            "fans": len(asked.actual),
            "ratings": sum(map(len, asked.actual)),
            "fan_mean": round(rmse(np.concatenate(asked.fan_mean), np.concatenate(asked.actual)), 5),
            "network": _against(asked.net, asked),
            "svd": _against(asked.svd, asked),
            "hybrid": _against(mixed, asked),
        }
    return figures


def best_share(asked: Questions) -> float:
    """The network's share with the smallest squared error, from 0 to 1."""
    actual, net, svd = (np.concatenate(column) for column in (asked.actual, asked.net, asked.svd))
    difference = net - svd
    return float(np.clip((actual - svd) @ difference / max(difference @ difference, 1e-12), 0, 1))


def _against(predicted: list[NDArray], asked: Questions) -> dict[str, Any]:
    """RMSE, and by how many percent it is below the fan mean's; standard errors over fans by the jackknife."""
    sums = [np.array([np.square(clip(p) - a).sum() for p, a in zip(side, asked.actual, strict=True)])
            for side in (predicted, asked.fan_mean)]  # fmt: skip
    counts = np.array([len(a) for a in asked.actual])
    rmses, mean_rmses = (np.sqrt((side.sum() - side) / (counts.sum() - counts)) for side in sums)
    n = len(counts)
    below = 100 * (1 - rmses / mean_rmses)
    total, mean_total = (float(np.sqrt(side.sum() / counts.sum())) for side in sums)
    return {
        "rmse": figure(total, np.sqrt((n - 1) * np.var(rmses))),
        "below": figure(100 * (1 - total / mean_total), np.sqrt((n - 1) * np.var(below))),
    }
