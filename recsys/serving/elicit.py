"""Chooses the titles to ask a fan about next, so that a few answers are as informative as possible."""

from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from recsys.data import content
from recsys.errors import RecsysError
from recsys.models.base import Floats, Items
from recsys.models.hybrid import BlendedFan, Hybrid
from recsys.models.svd import SVD, FoldedFan
from recsys.serving.engine import Engine
from recsys.serving.loading import Aligned
from recsys.statuses import CANCELLED, NOT_AIRED
from recsys.types import Filters, Profile

#: Only this many of the most watched titles are considered, of each era: a fan has rarely seen the others.
_POOL = 1000
#: Titles of this year and the years before it, so many in all, are recent.
RECENT_YEARS = 6
#: The share of recent titles among those that a fan without answers is asked about, and the number of answers that it
#: counts as. An assumption: nobody was observed while answering.
SHARE, _ANSWERS = 0.4, 4.0
#: A title of one era that the fan has not seen counts as this much of a title of the other era that the fan has seen:
#: nobody has seen most titles of any era.
_UNSEEN = 0.5


def next_titles(
    engine: Engine, fan: Profile, n: int = 5, skip: AbstractSet[int] = frozenset(), today: date | None = None
) -> list[int]:
    """Ids of the `n` titles to ask `fan` about next, the most informative first; the same for the same fan and year.

    Left out are titles that the fan has begun, those in `skip` (asked about before, and not seen), adult titles,
    recaps, music videos, what has not aired, and what continues another title. No two are of one franchise, and
    none is of one asked about before; when no other is left, no two in a row are. MyAnimeList's count of members stands
    for how likely a fan has seen a title. `recent_share` of the titles are of the last six years, up to `today`'s.

    The factors are the hybrid's, which cover all titles of the catalogue, or else svd's; a title that was placed by its
    facts has more noise, and so is less informative. Raises `RecsysError` unless one of the two is loaded.
    """
    aligned, model, folded = factors(engine, fan)
    catalogue, positions = engine.catalogue, aligned.positions
    may = askable(engine, fan, aligned.model.name, skip)
    chance = 1 + content.audience(catalogue)
    recent = _recent(catalogue.years, (today or datetime.now(UTC)).year)
    begun, unseen = (places[places >= 0] for places in map(catalogue.positions, (fan.begun, skip - fan.begun)))
    chosen = choose(
        model,
        folded,
        chance[positions],
        may[positions],
        n,
        catalogue.franchise_ids[positions],
        catalogue.franchise_ids[np.concatenate([begun, unseen])],
        recent[positions],
        recent_share(recent[begun], recent[unseen]),
    )
    return model.item_ids[chosen].tolist()


def askable(engine: Engine, fan: Profile, model: str, skip: AbstractSet[int]) -> NDArray[np.bool_]:
    """The titles of the catalogue, (n_titles,), about which `next_titles` may ask."""
    catalogue = engine.catalogue
    filters = Filters(min_raters=0, exclude=frozenset(skip))
    may = engine.candidates(fan, model, filters).allowed & engine.of_the_story
    may &= np.diff(catalogue.requires[0]) == 0
    return may & ~np.isin(np.array(catalogue.column("status"), object), (NOT_AIRED, CANCELLED))


def factors(engine: Engine, fan: Profile, wanted: str | None = None) -> tuple[Aligned, SVD, FoldedFan]:
    """The model that is asked, its factors and the fan in them: of the hybrid or else of svd, or of the one `wanted`.

    Raises `RecsysError` unless one of the two is loaded, or for another model.
    """
    for name in ("hybrid", "svd") if wanted is None else (wanted,):
        if name not in engine.models:
            continue
        aligned = engine.aligned(name)
        model, folded = aligned.model, aligned.fold_in(fan)
        if isinstance(model, Hybrid) and isinstance(folded, BlendedFan):
            return aligned, model.svd, folded.folded
        if isinstance(model, SVD) and isinstance(folded, FoldedFan):
            return aligned, model, folded
        raise RecsysError(f"Choosing what to ask needs factors, which the model {name} does not have.")
    raise RecsysError("Choosing what to ask needs the hybrid or the svd model; train it with python -m scripts.train.")


def _recent(years: NDArray[np.integer], today: int) -> NDArray[np.bool_]:
    """Which titles (n,) are of the last `RECENT_YEARS`: up to this year, or to the newest if the catalogue is older."""
    newest = min(today, int(years.max(initial=0)))
    return (years > newest - RECENT_YEARS) & (years <= today)


def recent_share(begun: NDArray[np.bool_], unseen: NDArray[np.bool_]) -> float:
    """The share (0..1) of recent titles to ask about, from which titles that the fan has begun (n,), and which that the
    fan has not seen when asked (m,), are recent.

    `SHARE` without answers. With a the begun recent titles and half of the unseen older ones, and b the begun older
    ones and half of the unseen recent ones, (4 `SHARE` + a) / (4 + a + b): the mean of a beta posterior.
    """
    newer = np.count_nonzero(begun) + _UNSEEN * np.count_nonzero(~unseen)
    older = np.count_nonzero(~begun) + _UNSEEN * np.count_nonzero(unseen)
    return float((_ANSWERS * SHARE + newer) / (_ANSWERS + newer + older))


def choose(
    model: SVD,
    fan: FoldedFan,
    chance: Floats,
    allowed: NDArray[np.bool_],
    n: int,
    franchises: NDArray[np.int64] | None = None,
    asked: NDArray[np.int64] | None = None,
    recent: NDArray[np.bool_] | None = None,
    share: float = 0.0,
) -> Items:
    """Positions of at most `n` titles to ask about next, in order, each chosen as if those before it were scored.

    Each maximises chance_j · gain_j, where gain_j is the decrease of the weighted sum of prediction variances that a
    score of j would bring. A title's weight is `chance` (n_items,), how likely the fan has seen or will see it, times
    exp(predicted score). The gain depends on which titles are scored, not on the scores: Bayesian A-optimal design
    (Chaloner & Verdinelli 1995, sec. 2.2). With C the fan's posterior covariance, a_j the factors of j, and M
    the weighted sum of a a', gain_j = a_j' C M C a_j / (a_j' C a_j + noise_j).

    Only titles `allowed` (n_items,) are asked about. With `franchises` (n_items,), each title's number, no two titles
    share one and none is of those `asked` about before; when no other is left, no two in a row share one. With `recent`
    (n_items,), `share` of the first k titles, rounded, are recent, for every k; each is the best of its era. Where an
    era has none left, the other's follow.
    """
    moments = weighted_moments(model, fan, chance)
    covariance = model.covariance(fan)
    eras = (allowed,) if recent is None else (allowed & recent, allowed & ~recent)
    pool = np.concatenate([_pool(chance, era) for era in eras])
    free = np.ones(len(pool), dtype=bool)
    chosen: list[int] = []
    while len(chosen) < n and free.any():
        gain, spread, variance = gains(model, pool, covariance, moments)
        may = free if franchises is None else _of_others(franchises[pool], chosen, free, asked)
        may = may if recent is None else _of_era(recent[pool], chosen, may, share)
        best = int(np.argmax(np.where(may, chance[pool] * gain, -np.inf)))
        covariance = covariance - np.outer(spread[best], spread[best]) / variance[best]
        free[best] = False
        chosen.append(best)
    return pool[chosen]


def _of_others(
    franchises: NDArray[np.int64], chosen: list[int], free: NDArray[np.bool_], asked: NDArray[np.int64] | None
) -> NDArray[np.bool_]:
    """Of the titles still `free` (n,), those of franchises neither `asked` about before nor `chosen`; if none, of those
    not chosen; if none, of any but the last."""
    taken = franchises[chosen]
    for avoided in (taken if asked is None else np.append(taken, asked), taken, taken[-1:]):
        may = free & ~np.isin(franchises, avoided)
        if may.any():
            return may
    return free


def _of_era(recent: NDArray[np.bool_], chosen: list[int], may: NDArray[np.bool_], share: float) -> NDArray[np.bool_]:
    """Of the titles that `may` (n,) be next, those of the era that keeps `share` of the chosen ones recent; if none,
    all of them."""
    wanted = np.count_nonzero(recent[chosen]) + 0.5 < share * (len(chosen) + 1)
    of_era = may & (recent == wanted)
    return of_era if of_era.any() else may


def ranking(model: SVD, fan: FoldedFan, chance: Floats, allowed: NDArray[np.bool_]) -> Items:
    """Positions of the most watched allowed titles, ordered by what `choose` maximises: the order of questions until
    one is answered, since a title that the fan has not seen changes nothing."""
    pool = _pool(chance, allowed)
    gain, _, _ = gains(model, pool, model.covariance(fan), weighted_moments(model, fan, chance))
    return pool[np.argsort(-chance[pool] * gain, kind="stable")]


def _pool(chance: Floats, allowed: NDArray[np.bool_]) -> Items:
    pool = np.flatnonzero(allowed)
    return pool[np.argsort(-chance[pool], kind="stable")[:_POOL]]


def weighted_moments(model: SVD, fan: FoldedFan, chance: Floats) -> Floats:
    """M of `choose`, (n_factors, n_factors)."""
    predicted = model.predict(fan)
    weights = chance * np.exp(predicted - predicted.max())
    return (model.factors * (weights / weights.sum())[:, None].astype(np.float32)).T @ model.factors


def gains(model: SVD, pool: Items, covariance: Floats, moments: Floats) -> tuple[Floats, Floats, Floats]:
    """gain_j (n,), C a_j (n, n_factors) and the variance of a score (n,) of each title of `pool` (n,); see `choose`."""
    wanted = model.factors[pool].astype(np.float64)
    spread = wanted @ covariance
    variance = np.einsum("if,if->i", spread, wanted) + model.noise[pool]
    return np.einsum("if,if->i", spread @ moments, spread) / variance, spread, variance
