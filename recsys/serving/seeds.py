"""Titles like some and unlike others: the seeds that a fan chooses, without a list or beside one."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recsys.errors import ProfileError
from recsys.models import order
from recsys.models.base import Floats, Items, Model
from recsys.serving.explaining import item_of, picks
from recsys.serving.loading import Aligned
from recsys.types import Pick, Profile

#: How much unlikeness to `unlike` counts, where likeness to `like` and the usual order count 1. Chosen on validation
#: fans: NDCG@10 hardly falls, and of a liked and a disliked title the liked one comes first most often.
_AWAY = 0.5
#: The share of titles at the top by which two orders are put on one scale.
_TOP = 0.01


@dataclass(frozen=True)
class Seeds:
    """Anime ids to be `like` and `unlike`, and their positions in one model."""

    like: tuple[int, ...] = ()
    unlike: tuple[int, ...] = ()
    like_items: tuple[int, ...] = ()
    unlike_items: tuple[int, ...] = ()

    @classmethod
    def of(cls, aligned: Aligned, like: Iterable[int], unlike: Iterable[int]) -> Self:
        """Raises `UnknownTitleError`, `RecsysError` for a title that the model does not cover, and `ProfileError` for
        one that is in both."""
        like, unlike = (tuple(dict.fromkeys(_ids(name, ids))) for name, ids in (("like", like), ("unlike", unlike)))
        if both := set(like) & set(unlike):
            title = aligned.catalogue.title(aligned.catalogue.position(min(both))).title
            raise ProfileError(f"{title} cannot be both in like and in unlike.")
        items = (tuple(item_of(aligned, anime_id) for anime_id in ids) for ids in (like, unlike))
        return cls(like, unlike, *items)

    def __bool__(self) -> bool:
        return bool(self.like or self.unlike)

    def beside(self, fan: Profile) -> Profile:
        """The fan as if the titles to be like had been watched."""
        return replace(fan, seen=fan.seen | (set(self.like) - fan.begun))

    def ranked(self, model: Model, usual: Floats) -> NDArray[np.float64]:
        """Rank scores (n_items,): `usual` (n_items,), the order for `beside`, plus likeness to `like`, less half of the
        likeness to `unlike`; each on the scale of its best titles."""
        score = _scaled(usual)
        if self.like:
            score = score + _scaled(likeness(model, self.like_items))
        if self.unlike:
            score = score - _AWAY * _scaled(likeness(model, self.unlike_items))
        return score.astype(np.float64)


def likeness(model: Model, items: Items | tuple[int, ...]) -> Floats:
    """The mean similarity of every title to `items`, (n_items,), at most 1."""
    return np.array([model.similarity(int(item)) for item in items], np.float64).mean(axis=0)


def similar(aligned: Aligned, raters: NDArray[np.int64], min_raters: int, anime_id: int, n: int) -> list[Pick]:
    """See `Engine.similar`: one seed, and nothing but likeness. `raters` (n_titles,) count ratings. Titles with fewer
    than `min_raters`, or fewer than this one if it has fewer, are left out."""
    item = item_of(aligned, anime_id)
    alike = likeness(aligned.model, (item,))
    empty = aligned.fold_in(Profile())
    predicted = aligned.model.predict(empty)
    own = raters[aligned.positions]
    adult = aligned.catalogue.adult[aligned.positions]
    allowed = (own >= min(min_raters, own[item])) & (~adult | adult[item])
    allowed[item] = False
    items = order.best(alike, allowed, n)
    return picks(aligned, empty, predicted, items, alike)


def _ids(name: str, ids: Iterable[int]) -> tuple[int, ...]:
    if isinstance(ids, str | int):
        raise ProfileError(f"{name} takes a list of anime ids, not {ids!r}: use ({ids!r},).")
    return tuple(ids)


def _scaled(values: Floats) -> Floats:
    """Values less their mean, over the mean of the best of them: the best 1% are then at 1 on average."""
    values = values.astype(np.float64) - values.mean()
    n = max(1, round(_TOP * len(values)))
    reach = np.partition(values, len(values) - n)[-n:].mean()
    return values / reach if reach > 0 else np.zeros_like(values)
