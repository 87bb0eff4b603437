"""Predicted scores of single titles, the reasons for them, and titles like another; `Engine` offers them all."""

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from recsys import checks
from recsys.errors import RecsysError
from recsys.models import order
from recsys.models.base import Fan, Items
from recsys.serving import sums
from recsys.serving.folding import Folding
from recsys.serving.loading import Aligned
from recsys.types import Driver, Explanation, Pick, Prediction, Reason


def predict(folding: Folding, anime_ids: Iterable[int]) -> list[Prediction]:
    """See `Engine.predict`."""
    aligned, folded, predicted = folding.aligned, folding.folded, folding.predicted
    wanted = checks.whole_numbers(anime_ids).tolist()
    items = aligned.items_of(wanted)
    in_catalogue = aligned.catalogue.positions(wanted) >= 0
    low, high = aligned.model.band(folded, items[items >= 0])
    above, below = aligned.odds.chances(predicted[items[items >= 0]], low, high)
    bands = iter(zip(low.tolist(), high.tolist(), above.tolist(), below.tolist(), strict=True))
    known = len(folded.items) + (len(folded.seen) if aligned.model.watches_unscored else 0)
    not_personal = None if known else "this model uses no title of this list: everybody's score"
    result = []
    for anime_id, item, known in zip(wanted, items.tolist(), in_catalogue.tolist(), strict=True):
        if item >= 0:
            low_end, high_end, likes, dislikes = next(bands)
            score = float(predicted[item])
            result.append(Prediction(anime_id, score, low_end, high_end, not_personal, likes, dislikes))
        else:
            why = "this model has no ratings of the title" if known else "the catalogue has no such title"
            result.append(_average(aligned, folded, predicted, anime_id, f"{why}: the fan's average predicted score"))
    return result


def _average(aligned: Aligned, folded: Fan, predicted: NDArray, anime_id: int, why: str) -> Prediction:
    """The fan's average prediction, with a band that covers those of titles from all over the range."""
    spread = np.argsort(predicted)[np.linspace(0, len(predicted) - 1, 101).astype(int)]
    low, high = aligned.model.band(folded, spread)
    return Prediction(
        anime_id, float(predicted.mean()), float(np.quantile(low, 0.1)), float(np.quantile(high, 0.9)), why
    )


def explain(folding: Folding, anime_id: int) -> Explanation:
    """See `Engine.explain`."""
    aligned, folded = folding.aligned, folding.folded
    item = item_of(aligned, anime_id)
    baseline, found = reasons(aligned, folded, item)
    total = baseline + math.fsum(reason.effect for reason in found)
    predicted = float(folding.predicted[item])
    groups = sums.shared(aligned.catalogue, int(aligned.positions[item]), found)
    exact, why = aligned.model.exact_reasons, drivers(aligned, folded, np.array([item]))[0]
    return Explanation(anime_id, predicted, total, baseline, found, exact, groups, why)


def drivers(aligned: Aligned, folded: Fan, items: Items, limit: int | None = None) -> list[tuple[Driver, ...]]:
    """For each of `items`, the titles of the list that raise the chance to watch it, strongest first."""
    pulls = aligned.model.pulls(folded, items)
    if pulls is None:
        return [()] * len(items)
    return [_drivers(aligned, folded, np.maximum(np.asarray(one, np.float64), 0), limit) for one in pulls]


def _drivers(aligned: Aligned, folded: Fan, raising: NDArray[np.float64], limit: int | None) -> tuple[Driver, ...]:
    """`raising` (n + m,): by how much each title of the list raises the chance to watch another."""
    strongest, total = _strongest(raising, np.flatnonzero(raising), limit), float(raising.sum())
    return tuple(Driver(*_listed(aligned, folded, i), share=float(raising[i]) / total) for i in strongest.tolist())


def reasons(aligned: Aligned, folded: Fan, item: int, limit: int | None = None) -> tuple[float, tuple[Reason, ...]]:
    """The baseline and the titles of the list with the strongest effects on the predicted score of `item`, strongest
    first. A title without a score is named only if it has an effect."""
    baseline, effects = aligned.model.explain(folded, item)
    named = np.flatnonzero((np.arange(len(effects)) < len(folded.items)) | (effects != 0))
    strongest = _strongest(np.abs(effects), named, limit)
    return float(baseline), tuple(
        Reason(*_listed(aligned, folded, i), effect=float(effects[i])) for i in strongest.tolist()
    )


def _listed(aligned: Aligned, folded: Fan, place: int) -> tuple[int, str, float | None]:
    """Anime id, title and score of a title of the list: of those with a score, then of those without."""
    n = len(folded.items)
    item = int(folded.items[place] if place < n else folded.seen[place - n])
    return int(aligned.model.item_ids[item]), aligned.name(item), float(folded.scores[place]) if place < n else None


def _strongest(sizes: NDArray, among: NDArray[np.intp], limit: int | None) -> NDArray[np.intp]:
    """The `limit` (None: all) of `among` with the largest `sizes` (n,), largest first, equal ones in their order."""
    return order.highest(sizes, among, len(among) if limit is None else limit)[:limit]


def picks(
    aligned: Aligned,
    folded: Fan,
    predicted: NDArray,
    items: Items,
    rank_score: NDArray,
    n_reasons: int = 0,
) -> list[Pick]:
    """The titles at `items` as `Pick`s, in order, each with up to `n_reasons` reasons and drivers.
    `predicted` and `rank_score` are (n_items,)."""
    low, high = aligned.model.band(folded, items)
    above, below = aligned.odds.chances(predicted[items], low, high)
    driving = drivers(aligned, folded, items, n_reasons) if n_reasons else [()] * len(items)
    return [
        Pick(
            anime_id=int(aligned.model.item_ids[item]),
            title=aligned.name(item),
            predicted=float(predicted[item]),
            low=float(low[i]),
            high=float(high[i]),
            rank_score=float(rank_score[item]),
            reasons=reasons(aligned, folded, item, n_reasons)[1] if n_reasons else (),
            chance_high=float(above[i]),
            chance_low=float(below[i]),
            drivers=driving[i],
        )
        for i, item in enumerate(items.tolist())
    ]


def item_of(aligned: Aligned, anime_id: int) -> int:
    """A title's position in the model.

    Raises `UnknownTitleError`, and `RecsysError` when the model does not cover the title.
    """
    position = aligned.catalogue.position(anime_id)
    item = int(aligned.items[position])
    if item < 0:
        title = aligned.names[position]
        raise RecsysError(f"The {aligned.model.name} model has no ratings of {title}; choose another model or title.")
    return item
