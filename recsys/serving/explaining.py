"""Predicted scores of single titles, the reasons for them, and titles like another; `Engine` offers them all."""

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from recsys.errors import RecsysError
from recsys.models import order
from recsys.models.base import Fan, Items
from recsys.serving.folding import Folding
from recsys.serving.loading import Aligned
from recsys.types import Explanation, Pick, Prediction, Profile, Reason


def predict(folding: Folding, anime_ids: Iterable[int]) -> list[Prediction]:
    """See `Engine.predict`."""
    aligned, folded, predicted = folding.aligned, folding.folded, folding.predicted
    wanted = [int(i) for i in anime_ids]
    items = aligned.items_of(wanted)
    in_catalogue = aligned.catalogue.positions(wanted) >= 0
    low, high = aligned.model.band(folded, items[items >= 0])
    bands = iter(zip(low.tolist(), high.tolist(), strict=True))
    known = len(folded.items) + (len(folded.seen) if aligned.model.watches_unscored else 0)
    not_personal = None if known else "this model uses no title of this list: everybody's score"
    result = []
    for anime_id, item, known in zip(wanted, items.tolist(), in_catalogue.tolist(), strict=True):
        if item >= 0:
            result.append(Prediction(anime_id, float(predicted[item]), *next(bands), not_personal))
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
    aligned = folding.aligned
    item = _item(aligned, anime_id)
    baseline, found = reasons(aligned, folding.folded, item)
    total = baseline + math.fsum(reason.effect for reason in found)
    predicted = float(folding.predicted[item])
    return Explanation(anime_id, predicted, total, baseline, found, aligned.model.exact_reasons)


def reasons(aligned: Aligned, folded: Fan, item: int, limit: int | None = None) -> tuple[float, tuple[Reason, ...]]:
    """The baseline and the titles of the list with the strongest effects on the predicted score of `item`, strongest
    first. A title without a score is named only if it has an effect."""
    baseline, effects = aligned.model.explain(folded, item)
    titles, n = np.concatenate([folded.items, folded.seen]), len(folded.items)
    order = np.argsort(-np.abs(effects), kind="stable")
    strongest = order[(order < n) | (effects[order] != 0)][:limit]
    found = tuple(
        Reason(
            anime_id=int(aligned.model.item_ids[titles[i]]),
            title=aligned.name(int(titles[i])),
            score=float(folded.scores[i]) if i < n else None,
            effect=float(effects[i]),
        )
        for i in strongest.tolist()
    )
    return float(baseline), found


def similar(aligned: Aligned, raters: NDArray[np.int64], min_raters: int, anime_id: int, n: int) -> list[Pick]:
    """See `Engine.similar`; `raters` (n_titles,) count ratings. Titles with fewer than `min_raters`, or fewer than this
    one if it has fewer, are left out."""
    item = _item(aligned, anime_id)
    alike = aligned.model.similarity(item)
    empty = aligned.fold_in(Profile())
    predicted = aligned.model.predict(empty)
    own = raters[aligned.positions]
    adult = aligned.catalogue.adult[aligned.positions]
    allowed = (own >= min(min_raters, own[item])) & (~adult | adult[item])
    allowed[item] = False
    items = order.best(alike.astype(np.float64), allowed, n)
    return picks(aligned, empty, predicted, items, alike)


def picks(
    aligned: Aligned,
    folded: Fan,
    predicted: NDArray,
    items: Items,
    rank_score: NDArray,
    n_reasons: int = 0,
) -> list[Pick]:
    """The titles at `items` as `Pick`s, in order, each with up to `n_reasons` reasons. `predicted` and `rank_score` are
    (n_items,)."""
    low, high = aligned.model.band(folded, items)
    return [
        Pick(
            anime_id=int(aligned.model.item_ids[item]),
            title=aligned.name(item),
            predicted=float(predicted[item]),
            low=float(low[i]),
            high=float(high[i]),
            rank_score=float(rank_score[item]),
            reasons=reasons(aligned, folded, item, n_reasons)[1] if n_reasons else (),
        )
        for i, item in enumerate(items.tolist())
    ]


def _item(aligned: Aligned, anime_id: int) -> int:
    """Raises `UnknownTitleError`, and `RecsysError` when the model does not cover the title."""
    position = aligned.catalogue.position(anime_id)
    item = int(aligned.items[position])
    if item < 0:
        title = aligned.names[position]
        raise RecsysError(f"The {aligned.model.name} model has no ratings of {title}; choose another model or title.")
    return item
