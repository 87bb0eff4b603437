"""Measure how similar two sets of lists are, such as simulated and real ones."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recsys.models.base import Model
from recsys.simulation.lists import Floats, Lists, moments
from recsys.types import positions_of

_PERCENTILES = (1, 5, 25, 50, 75, 95, 99)
#: Number of most popular titles whose co-occurrence is compared.
_TOP_TITLES = 400
_TOPS = (10, 100, 1000)


def describe(lists: Lists, n_items: int) -> dict[str, str]:
    """Measure -> its figures: scores, list lengths, fans' means and deviations, popularity."""
    mean, deviation = _moments(lists)
    ranked = np.sort(popularity(lists, n_items))[::-1]
    shown = " ".join(f"{q}%" for q in _PERCENTILES)
    return {
        "share of each score 1-10, in %": " ".join(f"{share:.1%}".rstrip("%") for share in _histogram(lists)),
        f"titles on a list ({shown})": _percentiles(lists.lengths()),
        f"fan's mean score ({shown})": _percentiles(mean),
        f"fan's standard deviation ({shown})": _percentiles(deviation),
        f"share of rows in the top {_TOPS} titles": " ".join(f"{ranked[:n].sum() / ranked.sum():.1%}" for n in _TOPS),
    }


def distances(lists: Lists, reference: Lists, old: NDArray[np.bool_]) -> dict[str, float]:
    """Measure -> distance or correlation of `lists` and `reference`; of titles, only the `old` (n_items,) are compared,
    which both can have."""
    n_items = len(old)
    ours, others = _moments(lists), _moments(reference)
    older, others_older = (each.only(old[each.items]) for each in (lists, reference))
    return {
        "scores: total variation": float(np.abs(_histogram(lists) - _histogram(reference)).sum() / 2),
        "list lengths: Kolmogorov-Smirnov": ks_distance(lists.lengths(), reference.lengths()),
        "fans' means: Kolmogorov-Smirnov": ks_distance(ours[0], others[0]),
        "fans' deviations: Kolmogorov-Smirnov": ks_distance(ours[1], others[1]),
        "log popularity of older titles: correlation": _log_correlation(
            popularity(older, n_items), popularity(others_older, n_items)
        ),
        "co-occurrence of older titles: correlation": co_occurrence(older, others_older, n_items),
    }


def shelf_distances(shelves: Lists, reference: Lists, recent: NDArray[np.bool_]) -> dict[str, float]:
    """Measure -> distance or correlation of the titles being watched; `recent` (n_items,) are those from 2021 on."""
    n_items = len(recent)
    ours, others = (recent_shares(lists, recent) for lists in (shelves, reference))
    return {
        "being watched, numbers of titles: Kolmogorov-Smirnov": ks_distance(shelves.lengths(), reference.lengths()),
        "being watched, shares of recent titles: Kolmogorov-Smirnov": ks_distance(ours, others),
        "being watched, fans without a recent title: difference": float((ours == 0).mean() - (others == 0).mean()),
        "being watched, log popularity: correlation": _log_correlation(
            popularity(shelves, n_items), popularity(reference, n_items)
        ),
        "being watched, co-occurrence of titles: correlation": co_occurrence(shelves, reference, n_items),
    }


def recent_shares(lists: Lists, recent: NDArray[np.bool_]) -> Floats:
    """The share of each list (n_fans,) that is `recent` (n_items,)."""
    return np.bincount(lists.fans, recent[lists.items], lists.n_fans) / np.maximum(lists.lengths(), 1)


def _histogram(lists: Lists) -> Floats:
    return np.bincount(lists.scores, minlength=11)[1:] / (lists.scores > 0).sum()


def _moments(lists: Lists) -> tuple[Floats, Floats]:
    return moments(lists.fans, lists.scores, lists.n_fans)


def _percentiles(values: Floats) -> str:
    return " ".join(f"{value:.4g}" for value in np.percentile(values, _PERCENTILES))


def ks_distance(a: Floats, b: Floats) -> float:
    """Kolmogorov-Smirnov distance of two samples: the largest difference of their cumulative distributions."""
    points = np.sort(np.concatenate([a, b]))
    shares = [np.searchsorted(np.sort(values), points, side="right") / len(values) for values in (a, b)]
    return float(np.abs(shares[0] - shares[1]).max())


def popularity(lists: Lists, n_items: int) -> Floats:
    """The share of fans with each title on their list, (n_items,)."""
    return np.bincount(lists.items, minlength=n_items) / lists.n_fans


def _log_correlation(a: Floats, b: Floats) -> float:
    return float(np.corrcoef(np.log(a + 1e-3), np.log(b + 1e-3))[0, 1])


def co_occurrence(lists: Lists, reference: Lists, n_items: int) -> float:
    """Correlation, over pairs of popular titles, of the cosine between the sets of fans who list them."""
    top = np.argsort(-popularity(reference, n_items), kind="stable")[:_TOP_TITLES]
    above = np.triu_indices(len(top), 1)
    cosines = []
    for each in (lists, reference):
        matrix = each.watched(n_items)[:, top].astype(np.float32)
        shared = matrix.T @ matrix
        size = np.sqrt(np.diag(shared) + 1e-9)
        cosines.append((shared / size / size[:, None])[above])
    return float(np.corrcoef(cosines[0], cosines[1])[0, 1])


def nearest_overlap(lists: Lists, others: Lists, n_items: int) -> Floats:
    """For each list (n_fans,), its largest overlap (Jaccard index of titles) with any of the `others`. If `lists` is
    `others`, a list is not compared with itself."""
    theirs = others.watched(n_items).astype(np.float32)
    sizes = theirs.sum(axis=1)
    best = np.zeros(lists.n_fans)
    for start in range(0, lists.n_fans, 500):
        fans = np.arange(start, min(start + 500, lists.n_fans))
        ours = lists.take(fans).watched(n_items).astype(np.float32)
        shared = ours @ theirs.T
        overlap = shared / (ours.sum(axis=1)[:, None] + sizes - shared)
        if lists is others:
            overlap[np.arange(len(fans)), fans] = 0
        best[fans] = overlap.max(axis=1)
    return best


def agreement(
    first: Model, second: Model, fans: Lists, item_ids: NDArray[np.int64], enough: NDArray[np.bool_], n: int = 10
) -> tuple[float, float]:
    """Means over `fans` of the share of top `n` predicted titles that two models have in common, and of the correlation
    of their predictions.

    Compared are the titles of `item_ids` (n_items,) in the mask `enough` that both models know and that are not on the
    fan's list.
    """
    models: Sequence[Model] = (first, second)
    shared = item_ids[enough & np.isin(item_ids, first.item_ids) & np.isin(item_ids, second.item_ids)]
    where = [positions_of(model.item_ids, shared) for model in models]
    overlaps, correlations = [], []
    for fan in range(fans.n_fans):
        items, scores, _ = fans.of(fan)
        unseen = ~np.isin(shared, item_ids[fans.items[fans.fans == fan]])
        predictions = []
        for model, positions in zip(models, where, strict=True):
            given = positions_of(model.item_ids, item_ids[items])
            known = given >= 0
            folded = model.fold_in(given[known], scores[known], np.array([], np.intp))
            predictions.append(model.predict(folded)[positions][unseen])
        best = [set(np.argsort(-p, kind="stable")[:n].tolist()) for p in predictions]
        overlaps.append(len(best[0] & best[1]) / n)
        correlations.append(np.corrcoef(predictions[0], predictions[1])[0, 1])
    return float(np.mean(overlaps)), float(np.mean(correlations))
