"""Measure the chances of high and of low scores on held-out fans, and the order by them."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.ratings import Ratings
from recsys.evaluation.figures import clustered_mean, figure, mean
from recsys.holdout import metrics
from recsys.holdout.metrics import N_SHOWN
from recsys.holdout.reveal import FanLists, fan_lists
from recsys.holdout.split import Part
from recsys.models import order
from recsys.models.odds import HIGH, LOW
from recsys.serving.engine import Engine
from recsys.serving.loading import Aligned
from recsys.serving.measures import EVENTS

#: Numbers of known ratings.
COUNTS = (5, 20, 50)
#: Random orders of each fan's list: with one, few fans have chances of a low score above 0.6.
DRAWS = 5
#: `odds` of `Engine.recommend` at which the order is measured, and the number of known ratings there.
STEPS, KNOWN = (0.0, 0.25, 0.5, 0.75, 1.0), 20
#: The reliability curve has a point for each tenth of the chances.
TENTHS = 10
#: Samples of fans that tell how large the largest gap is by chance, and the share of them that is meant by "usually".
SAMPLES, USUALLY = 2000, 0.9


def evaluate(engine: Engine, ratings: Ratings, part: Part = "test", seed: int = 0) -> dict[str, Any]:
    """For each model, the Brier score (Brier 1950) of both chances, that of the overall share, the largest gap between
    chance and share in a tenth, how large it would be by chance, and the largest in a tenth of the scores; for the
    default model the reliability curves and the order by odds."""
    rows: dict[str, dict[str, Any]] = {}
    curves: dict[str, dict[str, Any]] = {}
    for name in engine.models:
        aligned = engine.aligned(name)
        fans, chances, happened = _asked(aligned, fan_lists(ratings, part, aligned.model.item_ids, seed))
        row: dict[str, Any] = {"fans": len(np.unique(fans))}
        for column, (what, key) in enumerate(EVENTS.items()):
            chance, did = chances[:, column], happened[:, column].astype(float)
            curve = reliability(chance, did, fans)
            row[f"brier_{key}"] = clustered_mean(np.square(chance - did), fans)
            row[f"brier_{key}_share"] = {"value": float(did.var())}
            row[f"gap_{key}"] = {"value": max(abs(one["gap"]["value"]) for one in curve.values())}
            row[f"gap_{key}_right"] = figure(largest_if_right(chance, did, fans, seed))
            row[f"gap_{key}_equal"] = figure(largest_of_equal_groups(chance, did))
            if name == engine.default_model:
                curves |= {f"{what}, {tenth}": values for tenth, values in curve.items()}
        rows[name] = row
    aligned = engine.aligned()
    lists = fan_lists(ratings, part, aligned.model.item_ids, seed)
    return {"part": part, "rows": rows, "reliability": curves, "order": _orders(engine, aligned, lists)}


def reliability(chance: NDArray, happened: NDArray, fans: NDArray) -> dict[str, dict[str, Any]]:
    """For each tenth of the chances that occurs: the mean chance, the share that happened, the latter less the former,
    and the number of scores. All arrays are (n,); the standard errors are those of a sample of fans."""
    tenth = _tenths(chance)
    curve = {}
    for i in range(TENTHS):
        inside = tenth == i
        if inside.any():
            own = fans[inside]
            curve[f"{i / TENTHS:.1f} to {(i + 1) / TENTHS:.1f}"] = {
                "chance": {"value": round(float(chance[inside].mean()), 5)},
                "happened": clustered_mean(happened[inside], own),
                "gap": clustered_mean((happened - chance)[inside], own),
                "scores": int(inside.sum()),
            }
    return curve


def largest_of_equal_groups(chance: NDArray, happened: NDArray) -> float:
    """The largest gap of ten groups with as many scores each, in order of the chances; arrays are (n,)."""
    off = (happened - chance)[np.argsort(chance, kind="stable")]
    return max(abs(float(group.mean())) for group in np.array_split(off, TENTHS) if len(group))


def largest_if_right(chance: NDArray, happened: NDArray, fans: NDArray, seed: int = 0) -> float:
    """The largest gap of a tenth that right chances stay below in `USUALLY` of samples of as many fans.

    By a bootstrap over fans (Efron & Tibshirani 1993): each tenth's own gap is taken off, and what is left is due to
    who was asked. All arrays are (n,).
    """
    _, own = np.unique(fans, return_inverse=True)
    n_fans = int(own.max()) + 1
    cells, shape = own * TENTHS + _tenths(chance), (n_fans, TENTHS)
    off, counts = (np.bincount(cells, w, n_fans * TENTHS).reshape(shape) for w in (happened - chance, None))
    rest = off - off.sum(axis=0) / np.maximum(counts.sum(axis=0), 1) * counts
    drawn = np.random.default_rng(seed).multinomial(n_fans, np.full(n_fans, 1 / n_fans), SAMPLES)
    largest = np.abs(drawn @ rest / np.maximum(drawn @ counts, 1)).max(axis=1)
    return float(np.quantile(largest, USUALLY))


def _tenths(chance: NDArray) -> NDArray[np.intp]:
    return np.minimum((chance * TENTHS).astype(np.intp), TENTHS - 1)


def _asked(aligned: Aligned, lists: FanLists) -> tuple[NDArray, NDArray, NDArray]:
    """Of all hidden scores at all `COUNTS` in all `DRAWS`: whose it is (n,), both chances (n, 2) and whether each
    happened (n, 2)."""
    parts = list(_chances(aligned, lists))
    fans, chances, happened = (np.concatenate(column) for column in zip(*parts, strict=True))
    return fans, chances, happened


def _chances(aligned: Aligned, lists: FanLists) -> Iterator[tuple[NDArray, NDArray, NDArray]]:
    model = aligned.model
    for draw, k in product(map(lists.shuffled, range(DRAWS)), COUNTS):
        for fan, own in enumerate(FanLists([i], [s]) for i, s in zip(draw.items, draw.scores, strict=True)):
            for one in own.reveal(k):
                folded = one.fold_in(model)
                chances = aligned.odds.of(model, folded, model.predict(folded), one.hidden_items)
                happened = one.hidden_scores >= HIGH, one.hidden_scores <= LOW
                yield np.full(len(one.hidden_scores), fan), np.stack(chances, 1), np.stack(happened, 1)


def _orders(engine: Engine, aligned: Aligned, lists: FanLists) -> dict[str, dict[str, Any]]:
    """The ten titles at each of `STEPS`: NDCG@10, hits, the share of hits scored `HIGH` or more, and the mean chance of
    it over the ten."""
    model, raters = aligned.model, engine.rater_counts[aligned.positions]
    allowed = ~engine.catalogue.adult[aligned.positions]
    found: dict[float, list[tuple[float, ...]]] = {step: [] for step in STEPS}
    for reveal in lists.ranked(KNOWN):
        folded = reveal.fold_in(model)
        predicted = model.predict(folded)
        usual = order.served(model, folded, predicted, raters)
        high, _ = aligned.odds.of(model, folded, predicted, np.arange(model.n_items))
        may = allowed.copy()
        may[reveal.items] = False
        for step in STEPS:
            mixed = (1 - step) * order.standardise(usual) + step * order.standardise(high)
            ten = order.best(mixed, may, N_SHOWN)
            hits = reveal.hidden_scores[np.isin(reveal.hidden_items, ten)]
            gain = metrics.ndcg(ten, reveal.liked, N_SHOWN)
            liked = float(np.count_nonzero(hits >= HIGH))
            found[step].append((gain, float(len(hits)), liked, float(high[ten].mean())))
    rows = {}
    for step, values in found.items():
        gain, hits, liked, chance = np.array(values, float).reshape(-1, 4).T
        rows[f"odds {step:g}"] = {
            "fans": len(gain),
            "ndcg10": mean(gain),
            "hits": mean(hits),
            "high_hits": figure(liked.sum() / max(hits.sum(), 1)),
            "chance": figure(chance.mean()),
        }
    return rows
