"""Ranks titles: from predicted scores and chances to watch to an order."""

import numpy as np
from numpy.typing import NDArray

from recsys.models.base import F, Model

Mask = NDArray[np.bool_]


def standardise(values: NDArray) -> NDArray:
    """Mean 0, standard deviation 1; all zeros when the values do not vary."""
    spread = values.std()
    return (values - values.mean()) / spread if spread > 0 else np.zeros_like(values)


def chance_to_watch(model: Model[F], folded: F, log_raters: NDArray[np.float64] | None = None) -> NDArray:
    """The chance to watch that the model predicts, else `log_raters`: log(1 + raters) of its titles; (n_items,)."""
    watch = model.watch(folded)
    if watch is not None:
        return watch
    if log_raters is None:
        raise ValueError(f"{model.name} does not predict watching: pass log(1 + raters) of its titles")
    return log_raters


def rank_scores(
    predicted: NDArray,
    watch: NDArray | None,
    raters: NDArray[np.int64] | None = None,
    *,
    score_weight: float,
    discovery: float = 0.0,
) -> NDArray[np.float64]:
    """The rank score of every title that a model covers, (n_items,); the highest comes first.

    z(watch) + score_weight x predicted; training learns the weight on validation fans. `discovery` in 0..1 subtracts
    popularity, z(log `raters`), and adds as much weight to the predicted score. Without `watch`, titles are ranked by
    predicted score.
    """
    base = predicted.astype(np.float64) if watch is None else standardise(watch.astype(np.float64))
    if watch is not None:
        base = base + score_weight * predicted
    if raters is None or not discovery:
        return base
    popularity = standardise(np.log1p(raters.astype(np.float64)))
    return base - discovery * popularity + discovery * standardise(predicted.astype(np.float64))


def served(
    model: Model[F], folded: F, predicted: NDArray, raters: NDArray[np.int64] | None = None, discovery: float = 0.0
) -> NDArray[np.float64]:
    """`rank_scores` of `model` for a fan, as the engine ranks: `predicted` (n_items,) are the model's scores. `raters`
    (n_items,) may be None where `discovery` is 0 and the model predicts watching."""
    watch = chance_to_watch(model, folded, None if raters is None else np.log1p(raters))
    return rank_scores(predicted, watch, raters, score_weight=model.score_weight, discovery=discovery)


#: So many titles for each wanted one are sorted first; the rest only when these do not suffice.
_SORTED_FIRST = 30


def best(
    rank_score: NDArray[np.floating],
    allowed: Mask,
    n: int,
    groups: NDArray[np.int64] | None = None,
) -> NDArray[np.intp]:
    """Positions of the `n` highest allowed scores, best first; at most one of each group (negative: no group)."""
    positions = np.flatnonzero(allowed)
    chosen = positions[:0]
    for n_sorted in (_SORTED_FIRST * n, len(positions)):
        chosen = _chosen(highest(rank_score, positions, n_sorted), n, groups)
        if len(chosen) == n:
            break
    return chosen


def highest(rank_score: NDArray[np.floating], positions: NDArray[np.intp], n: int) -> NDArray[np.intp]:
    """The `n` of `positions` with the highest scores, and those that equal the last of them, best first; equal ones in
    the order of `positions`."""
    if 0 < n < len(positions):
        scores = rank_score[positions]
        positions = positions[scores >= np.partition(scores, -n)[-n]]
    return positions[np.argsort(-rank_score[positions], kind="stable")]


def _chosen(order: NDArray[np.intp], n: int, groups: NDArray[np.int64] | None) -> NDArray[np.intp]:
    """The first `n` of `order` that `best` may take."""
    if groups is None:
        return order[:n]
    chosen: list[int] = []
    taken: set[int] = set()
    for position in order.tolist():
        if len(chosen) == n:
            break
        group = int(groups[position])
        if group in taken:
            continue
        if group >= 0:
            taken.add(group)
        chosen.append(position)
    return np.array(chosen, dtype=np.intp)


def top(scores: NDArray[np.floating], known: NDArray[np.intp], n: int) -> NDArray[np.intp]:
    """Positions of the `n` highest of `scores` (n_items,), best first, without `known`; ties in the order of ids."""
    allowed = np.ones(len(scores), dtype=bool)
    allowed[known] = False
    return best(scores, allowed, n)


#: Titles that are chosen from one pool.
_TEN = 10


def diversify(
    rank_score: NDArray[np.float64], order: NDArray, features: NDArray[np.bool_], n: int, weight: float, pool: int
) -> NDArray:
    """`n` of the positions in `order` by maximal marginal relevance (Carbonell & Goldstein 1998), in order of choice.

    Each choice maximises score - weight x spread x (largest Jaccard similarity to a chosen title); `features`
    (len(order), n_features) are the genres, spread is the standard deviation of the first `pool` scores in `order`, so
    that `weight` means the same for every model. The best title is always first.

    The first ten are chosen from the first `pool` of `order`, and each further ten from ten more: whoever asks for more
    gets the same ones first.
    """
    relevance = rank_score[order]
    penalty = weight * relevance[:pool].std() if len(order) else 0.0
    likeness = np.zeros(len(order))
    sizes = features.sum(axis=1)
    chosen: list[int] = []
    left = np.ones(len(order), dtype=bool)
    for place in range(min(n, len(order))):
        worth = np.where(left, relevance - penalty * likeness, -np.inf)
        pick = int(np.argmax(worth[: pool + place // _TEN * _TEN]))
        chosen.append(pick)
        left[pick] = False
        shared = (features & features[pick]).sum(axis=1)
        likeness = np.maximum(likeness, shared / np.maximum(sizes + sizes[pick] - shared, 1))
    return order[chosen]
