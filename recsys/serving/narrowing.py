"""The ratings that would narrow a fan's prediction intervals most: that of one title, or all of them."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.data import content
from recsys.models.base import Floats, Items
from recsys.models.svd import SVD, FoldedFan
from recsys.serving import elicit, explaining
from recsys.serving.engine import Engine
from recsys.serving.loading import Aligned
from recsys.types import Profile

#: Models whose intervals depend on which titles are rated, not only on how many.
MODELS = ("svd", "hybrid")
#: How likely a fan knows the most watched title that is not on the list; others in proportion to their members. An
#: assumption. A title begun without a score is known for certain.
_UNLISTED = 0.5
#: Only the titles most likely known are considered.
_POOL = 1000


@dataclass(frozen=True)
class Rating:
    """A title to rate. `begun` says whether it is on the list without a score. `width` (0..1) is the interval's width
    after this rating and those before it, as a share of the present width."""

    anime_id: int
    begun: bool
    width: float


def of_title(
    engine: Engine,
    fan: Profile,
    anime_id: int,
    model: str | None = None,
    n: int = 3,
    skip: AbstractSet[int] = frozenset(),
) -> list[Rating]:
    """The `n` ratings that would narrow the interval of one title most, among titles that the fan probably knows, each
    as if those before it were given; fewer if no other would. Titles in `skip` are not asked about.

    With C the fan's posterior covariance and a the titles' factors, a rating of j lowers the variance of title t,
    a_t' C a_t + noise_t, by (a_t' C a_j)^2 / (a_j' C a_j + noise_j), whatever the rating is (Rasmussen & Williams 2006,
    eq. 2.26); this is multiplied by how likely the fan knows j.

    Raises `UnknownTitleError`, and `RecsysError` for a model that is not one of `MODELS` or lacks the title.
    """
    aligned, svd, folded = elicit.factors(engine, fan, model)
    item = explaining.item_of(aligned, anime_id)
    wanted = svd.factors[item].astype(np.float64)
    known = _known(engine, fan, aligned, skip | {anime_id})
    return _chosen(engine, fan, aligned, svd, folded, known, np.outer(wanted, wanted), float(svd.noise[item]), n)


def of_all(
    engine: Engine, fan: Profile, model: str | None = None, n: int = 5, skip: AbstractSet[int] = frozenset()
) -> list[Rating]:
    """The `n` ratings that would narrow the intervals of all titles most, as `of_title`; a title counts by how many
    watch it and how much the fan would like it (`elicit.choose`), and the width is the root of the mean variance."""
    aligned, svd, folded = elicit.factors(engine, fan, model)
    chance = (1 + content.audience(engine.catalogue))[aligned.positions]
    moments = elicit.weighted_moments(svd, folded, chance).astype(np.float64)
    noise = float(np.average(svd.noise, weights=chance))
    return _chosen(engine, fan, aligned, svd, folded, _known(engine, fan, aligned, skip), moments, noise, n)


def _known(engine: Engine, fan: Profile, aligned: Aligned, skip: AbstractSet[int]) -> NDArray[np.float64]:
    """How likely the fan knows each of the model's titles, (n_items,); 0 for those that are not asked about."""
    audience = content.audience(engine.catalogue).astype(np.float64)
    unseen = elicit.askable(engine, fan, aligned.model.name, skip | fan.planned)
    known = np.where(unseen, _UNLISTED * audience / max(audience.max(initial=0), 1), 0)[aligned.positions]
    items = aligned.items_of(fan.begun - fan.scores.keys() - skip)
    known[items[items >= 0]] = 1
    return known


def _chosen(
    engine: Engine,
    fan: Profile,
    aligned: Aligned,
    svd: SVD,
    folded: FoldedFan,
    known: Floats,
    moments: Floats,
    noise: float,
    n: int,
) -> list[Rating]:
    """Greedily the `n` titles with the highest known_j · gain_j (`elicit.gains`), at most one of a franchise. The mean
    variance is the trace of C `moments`, and `noise`."""
    pool: Items = np.flatnonzero(known)
    pool = pool[np.argsort(-known[pool], kind="stable")[:_POOL]]
    franchises = engine.catalogue.franchise_ids[aligned.positions[pool]]
    free = np.ones(len(pool), bool)
    covariance = svd.covariance(folded)
    now = float(np.sum(moments * covariance)) + noise
    found = []
    while len(found) < n and free.any():
        gain, spread, variance = elicit.gains(svd, pool, covariance, moments)
        best = int(np.argmax(np.where(free, known[pool] * gain, -1)))
        if gain[best] <= 0:
            break
        covariance = covariance - np.outer(spread[best], spread[best]) / variance[best]
        width = np.sqrt((float(np.sum(moments * covariance)) + noise) / now)
        anime_id = int(aligned.model.item_ids[pool[best]])
        found.append(Rating(anime_id, anime_id in fan.begun, float(width)))
        free &= franchises != franchises[best] if franchises[best] >= 0 else np.arange(len(pool)) != best
    return found
