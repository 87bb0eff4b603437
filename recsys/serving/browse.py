"""The whole catalogue, filtered and in a chosen order, and one fan's recommendations from every model."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from recsys.errors import ProfileError
from recsys.serving import recommending
from recsys.serving.engine import Engine
from recsys.serving.recommending import Mask, Scored
from recsys.types import Filters, Pick, Profile

Order = Literal["members", "mean", "newest", "predicted"]
ORDERS: tuple[Order, ...] = get_args(Order)


@dataclass(frozen=True)
class SideBySide:
    """`picks` maps each model, the simplest first, to its titles, best first."""

    picks: Mapping[str, tuple[Pick, ...]]

    def named_by(self, anime_id: int) -> tuple[str, ...]:
        """The models that recommend a title."""
        return tuple(name for name, picks in self.picks.items() if any(pick.anime_id == anime_id for pick in picks))

    def overlaps(self) -> dict[tuple[str, str], int]:
        """How many titles each two models have in common."""
        ids = {name: {pick.anime_id for pick in picks} for name, picks in self.picks.items()}
        return {(a, b): len(ids[a] & ids[b]) for a, b in combinations(ids, 2)}


def side_by_side(
    engine: Engine, fan: Profile, n: int = 10, filters: Filters = Filters(franchise_rules=True), diversity: float = 0.0
) -> SideBySide:
    """`n` titles from each of the engine's models; see `Engine.recommend`."""
    return SideBySide(
        {name: tuple(engine.recommend(fan, name, n, filters, diversity=diversity)) for name in engine.models}
    )


def browse(
    engine: Engine, filters: Filters = Filters(), order: Order = "members", scored: Scored | None = None
) -> NDArray[np.int64]:
    """Anime ids of every title that passes `filters`, in `order`, (n,); on the fan's list or not, rated or not.

    `members`: MyAnimeList's most watched first; `mean`: the highest mean score there; `newest`: the latest year;
    `predicted`: the highest predicted score in `scored` (from `Engine.score_all`). Titles without that value come last,
    and under `predicted` also those with fewer than `Settings.min_raters` raters, whose predictions are unreliable.
    Titles with equal values are ordered by members.

    Raises `ProfileError` for an order that does not exist or that lacks its `scored`.
    """
    catalogue = engine.catalogue
    values = {"members": None, "mean": catalogue.mean_scores, "newest": catalogue.years}.get(order)
    if order == "predicted" and scored is not None:
        enough = engine.rater_counts >= engine.settings.min_raters
        values = np.where(enough, scored.predicted_for(catalogue.ids), np.nan)
    elif order not in ORDERS or order == "predicted":
        raise ProfileError(f"Titles cannot be put in the order {order!r}; choose one of {', '.join(ORDERS)}.")
    keys = [-catalogue.members] if values is None else [-catalogue.members, -np.nan_to_num(values, nan=-np.inf)]
    ordered = np.lexsort(keys)
    return catalogue.ids[ordered[_passing(engine, filters)[ordered]]]


def keep(engine: Engine, anime_ids: Iterable[int], filters: Filters) -> list[int]:
    """Those of `anime_ids` (all in the catalogue) that pass `filters`, in their order."""
    ids = np.fromiter(anime_ids, dtype=np.int64)
    return ids[_passing(engine, filters)[engine.catalogue.positions(ids)]].tolist()


def _passing(engine: Engine, filters: Filters) -> Mask:
    return recommending.candidates(
        engine.catalogue,
        Profile(),
        filters,
        scorable=np.ones(len(engine.catalogue), dtype=bool),
        raters=engine.rater_counts,
        min_raters=filters.min_raters or 0,
    ).allowed
