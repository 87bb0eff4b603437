"""Chooses the titles to ask a fan about next, so that a few answers are as informative as possible."""

from collections.abc import Set as AbstractSet

import numpy as np
from numpy.typing import NDArray

from recsys.errors import RecsysError
from recsys.models.base import Floats, Items
from recsys.models.svd import SVD, FoldedFan
from recsys.serving.engine import Engine
from recsys.types import Filters, Profile

#: Only this many of the most watched titles are considered: a fan has rarely seen the others.
_POOL = 1000


def next_titles(engine: Engine, fan: Profile, n: int = 5, skip: AbstractSet[int] = frozenset()) -> list[int]:
    """Ids of the `n` titles to ask `fan` about next, the most informative first; the same for the same fan.

    Titles that the fan has begun, adult titles, and those in `skip` (asked about before, and not seen) are left out. No
    two are of one franchise; when every franchise was asked about, no two in a row are. MyAnimeList's count of members
    stands for how likely a fan has seen a title. Raises `RecsysError` unless the svd model is loaded.
    """
    if "svd" not in engine.models:
        raise RecsysError("Choosing what to ask needs the svd model; train it with python -m scripts.train svd.")
    aligned = engine.aligned("svd")
    model, folded = aligned.model, aligned.fold_in(fan)
    if not isinstance(model, SVD) or not isinstance(folded, FoldedFan):
        raise TypeError(f"The model called svd is a {type(model).__name__}.")
    filters = Filters(min_raters=0, exclude=frozenset(skip))
    allowed = engine.candidates(fan, "svd", filters).allowed[aligned.positions]
    chance = 1.0 + engine.catalogue.members[aligned.positions]
    franchises = engine.catalogue.franchise_ids[aligned.positions]
    return model.item_ids[choose(model, folded, chance, allowed, n, franchises)].tolist()


def choose(
    model: SVD,
    fan: FoldedFan,
    chance: Floats,
    allowed: NDArray[np.bool_],
    n: int,
    franchises: NDArray[np.int64] | None = None,
) -> Items:
    """Positions of at most `n` titles to ask about next, in order, each chosen as if those before it were scored.

    Each maximises chance_j · gain_j, where gain_j is the decrease of the weighted sum of prediction variances that a
    score of j would bring. A title's weight is `chance` (n_items,), how likely the fan has seen or will see it, times
    exp(predicted score). The gain depends on which titles are scored, not on the scores: Bayesian A-optimal design
    (Chaloner & Verdinelli 1995, sec. 2.2). With C the fan's posterior covariance, a_j the factors of j, and M
    the weighted sum of a a', gain_j = a_j' C M C a_j / (a_j' C a_j + noise_j).

    Only titles `allowed` (n_items,) are asked about. With `franchises` (n_items,), each title's number, no two titles
    share one; when every franchise was asked about, no two in a row do.
    """
    moments = _moments(model, fan, chance)
    covariance = model.covariance(fan)
    pool = _pool(chance, allowed)
    free = np.ones(len(pool), dtype=bool)
    chosen: list[int] = []
    while len(chosen) < n and free.any():
        gain, spread, variance = _gains(model, pool, covariance, moments)
        may = free if franchises is None else _of_others(franchises[pool], chosen, free)
        best = int(np.argmax(np.where(may, chance[pool] * gain, -np.inf)))
        covariance = covariance - np.outer(spread[best], spread[best]) / variance[best]
        free[best] = False
        chosen.append(best)
    return pool[chosen]


def _of_others(franchises: NDArray[np.int64], chosen: list[int], free: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Of the titles still `free` (n,), those of franchises not yet `chosen`; if none, of any but the last."""
    for avoided in (chosen, chosen[-1:]):
        may = free & ~np.isin(franchises, franchises[avoided])
        if may.any():
            return may
    return free


def ranking(model: SVD, fan: FoldedFan, chance: Floats, allowed: NDArray[np.bool_]) -> Items:
    """Positions of the most watched allowed titles, ordered by what `choose` maximises: the order of questions until
    one is answered, since a title that the fan has not seen changes nothing."""
    pool = _pool(chance, allowed)
    gain, _, _ = _gains(model, pool, model.covariance(fan), _moments(model, fan, chance))
    return pool[np.argsort(-chance[pool] * gain, kind="stable")]


def _pool(chance: Floats, allowed: NDArray[np.bool_]) -> Items:
    pool = np.flatnonzero(allowed)
    return pool[np.argsort(-chance[pool], kind="stable")[:_POOL]]


def _moments(model: SVD, fan: FoldedFan, chance: Floats) -> Floats:
    """M, (n_factors, n_factors)."""
    predicted = model.predict(fan)
    weights = chance * np.exp(predicted - predicted.max())
    return (model.factors * (weights / weights.sum())[:, None].astype(np.float32)).T @ model.factors


def _gains(model: SVD, pool: Items, covariance: Floats, moments: Floats) -> tuple[Floats, Floats, Floats]:
    """gain_j (n,), C a_j (n, n_factors) and the variance of a score (n,) of each title of `pool` (n,)."""
    wanted = model.factors[pool].astype(np.float64)
    spread = wanted @ covariance
    variance = np.einsum("if,if->i", spread, wanted) + model.noise[pool]
    return np.einsum("if,if->i", spread @ moments, spread) / variance, spread, variance
