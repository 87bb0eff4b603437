"""The whole catalogue as a fan looks through it: filtered, and in an order of their choice."""

from collections.abc import Iterable
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from recsys.errors import ProfileError
from recsys.serving import ranking
from recsys.serving.engine import Engine
from recsys.serving.scored import Scored
from recsys.types import Filters, Profile

Order = Literal["members", "mean", "newest", "predicted"]
ORDERS: tuple[Order, ...] = get_args(Order)


def browse(
    engine: Engine, filters: Filters = Filters(), order: Order = "members", scored: Scored | None = None
) -> NDArray[np.int64]:
    """Anime ids of every title that passes `filters`, first first, (n,); on the fan's list or not, rated or not.

    `members`: MyAnimeList's most watched; `mean`: its best rated; `newest`: the latest year; `predicted`: the highest
    predicted score in `scored` (what `Engine.score_all` gives). Titles without that value come last, and under
    `predicted` also those with fewer than `Settings.min_raters` raters, whose predictions are mostly luck. Between
    equals the most watched is first.

    Raises `ProfileError` for an order that does not exist or that lacks its `scored`.
    """
    catalogue = engine.catalogue
    values = {"members": None, "mean": catalogue.mean_scores, "newest": catalogue.years}.get(order)
    if order == "predicted" and scored is not None:
        values = np.full(len(catalogue), -np.inf)
        values[catalogue.positions(scored.anime_ids)] = scored.predicted
        enough = engine.candidates(Profile(), filters=Filters(adult=True), by_score=True).allowed
        values[~enough] = -np.inf
    elif order not in ORDERS or order == "predicted":
        raise ProfileError(f"Titles cannot be put in the order {order!r}; choose one of {', '.join(ORDERS)}.")
    keys = [-catalogue.members] if values is None else [-catalogue.members, -np.nan_to_num(values, nan=-np.inf)]
    ordered = np.lexsort(keys)
    return catalogue.ids[ordered[_passing(engine, filters)[ordered]]]


def keep(engine: Engine, anime_ids: Iterable[int], filters: Filters) -> list[int]:
    """Those of `anime_ids` (all in the catalogue) that pass `filters`, in their order."""
    ids = np.fromiter(anime_ids, dtype=np.int64)
    return ids[_passing(engine, filters)[engine.catalogue.positions(ids)]].tolist()


def _passing(engine: Engine, filters: Filters) -> ranking.Mask:
    n = len(engine.catalogue)
    everything, nobody = np.ones(n, dtype=bool), np.zeros(n, dtype=np.int64)
    return ranking.candidates(
        engine.catalogue, Profile(), filters, scorable=everything, raters=nobody, min_raters=0
    ).allowed
