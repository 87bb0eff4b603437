"""All fans' scores of all titles, for a group, and the titles chosen from them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recsys.errors import ProfileError
from recsys.models.base import Items
from recsys.serving import explaining
from recsys.serving.engine import Engine
from recsys.serving.folding import Folding
from recsys.serving.group_odds import all_like, likes
from recsys.types import MAX_SCORE, MIN_SCORE, Driver, Filters, Profile, Reason

MIN_FANS, MAX_FANS = 2, 5
#: Of what recommends a title to a fan, so many drivers are kept.
_DRIVERS = 5


@dataclass(frozen=True)
class Share:
    """One fan's predicted score of a title and its 80% band. `given` is the fan's own score; `begun` and `planned` say
    whether the fan has begun or planned the title.

    `likes` is the chance of a score of 7 or more, 0 or 1 for a score given. `drivers` are the titles of the fan's list
    that recommend the title, strongest first; where the model does not tell, `reason` is the one that raises the
    predicted score most.
    """

    predicted: float
    low: float
    high: float
    given: float | None
    begun: bool
    planned: bool
    likes: float
    drivers: tuple[Driver, ...] = ()
    reason: Reason | None = None


@dataclass(frozen=True)
class GroupPick:
    """One title for a group. `shares` are in the fans' order; `group_score` orders the list; `all_like` is the chance
    that every fan gives 7 or more."""

    anime_id: int
    title: str
    shares: tuple[Share, ...]
    group_score: float
    all_like: float


class Everyone:
    """All fans' scores of the model's titles. `scores` (given, else predicted), `rank` and `begun` are
    (n_fans, n_items); `anime_ids`, `franchises` and `allowed` (n_items,).

    Raises `ProfileError` for fewer than 2 or more than 5 fans, and `UnknownModelError`.
    """

    def __init__(
        self, engine: Engine, fans: Sequence[Profile], model: str | None, filters: Filters, allow_begun: bool = False
    ) -> None:
        if not MIN_FANS <= len(fans) <= MAX_FANS:
            raise ProfileError(f"A group has {MIN_FANS} to {MAX_FANS} lists, not {len(fans)}.")
        self._engine, self._model = engine, model
        self._foldings = [engine.fold_in(fan, model) for fan in fans]
        scored = [engine.score_all(folding, model) for folding in self._foldings]
        self.anime_ids = scored[0].anime_ids
        positions = engine.catalogue.positions(self.anime_ids)
        self.franchises = engine.catalogue.franchise_ids[positions]
        self.rank = np.array([one.rank_score for one in scored])
        self.scores = np.array([one.predicted for one in scored], np.float64)
        self.begun = np.array([_marked(self.anime_ids, fan.begun) for fan in fans])
        for scores, fan in zip(self.scores, fans, strict=True):
            given = _marked(self.anime_ids, fan.scores)
            scores[given] = [fan.scores[i] for i in self.anime_ids[given].tolist()]
        each = replace(filters, planned="show") if filters.planned == "only" else filters
        may = np.array([engine.candidates(one, model, each).allowed[positions] for one in self._foldings])
        if allow_begun:
            dropped = np.array([_marked(self.anime_ids, fan.dropped) for fan in fans])
            self.allowed = np.all(may | (self.begun & ~dropped), axis=0) & np.any(may, axis=0)
        else:
            self.allowed = np.all(may, axis=0)
        if filters.planned == "only":
            self.allowed &= _marked(self.anime_ids, frozenset().union(*(fan.planned for fan in fans)))

    def above(self, floor: float) -> NDArray[np.bool_]:
        """Titles whose score is at least `floor` for every fan. Raises `ProfileError` off the scale."""
        if not MIN_SCORE <= floor <= MAX_SCORE:
            raise ProfileError(f"The floor is a score from 1 to 10, not {floor!r}.")
        return np.all(self.scores >= floor, axis=0)

    def appeal(self, among: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Of every title to every fan, (n_fans, n_items), in standard deviations over the titles `among` (n_items,)."""
        return np.where(self.begun, standardise(self.scores, among), standardise(self.rank, among))

    def picks(self, items: Items, score: NDArray[np.floating]) -> list[GroupPick]:
        """The titles at `items`, in order; `score` (n_items,) is their `group_score`."""
        ids = self.anime_ids[items].tolist()
        chances = np.array([likes(folding, ids) for folding in self._foldings])
        together = all_like(chances).tolist()
        shares = [self._shares(one, ids, own.tolist()) for one, own in zip(self._foldings, chances, strict=True)]
        titles = [self._engine.title(anime_id).title for anime_id in ids]
        return [
            GroupPick(anime_id, titles[i], tuple(each[i] for each in shares), float(score[items[i]]), together[i])
            for i, anime_id in enumerate(ids)
        ]

    def _shares(self, folding: Folding, anime_ids: list[int], chances: list[float]) -> list[Share]:
        fan, begun = folding.fan, folding.fan.begun
        found = []
        for one, chance in zip(self._engine.predict(folding, anime_ids, self._model), chances, strict=True):
            drivers, reason = ((), None) if one.anime_id in begun else _why(folding, one.anime_id)
            found.append(
                Share(
                    predicted=one.predicted,
                    low=one.low,
                    high=one.high,
                    given=fan.scores.get(one.anime_id),
                    begun=one.anime_id in begun,
                    planned=one.anime_id in fan.planned,
                    likes=chance,
                    drivers=drivers,
                    reason=reason,
                )
            )
        return found


def _why(folding: Folding, anime_id: int) -> tuple[tuple[Driver, ...], Reason | None]:
    aligned, item = folding.aligned, explaining.item_of(folding.aligned, anime_id)
    (drivers,) = explaining.drivers(aligned, folding.folded, np.array([item]), _DRIVERS)
    if drivers:
        return drivers, None
    raising = [one for one in explaining.reasons(aligned, folding.folded, item)[1] if one.effect > 0]
    return (), raising[0] if raising else None


def standardise(values: NDArray, among: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Each row less its mean over its standard deviation, both over the columns `among`; 0 for a row without spread."""
    if not among.any():
        return np.zeros(values.shape)
    mean, spread = values[:, among].mean(axis=1, keepdims=True), values[:, among].std(axis=1, keepdims=True)
    return np.divide(values - mean, spread, out=np.zeros(values.shape), where=spread > 1e-9)


def _marked(anime_ids: NDArray[np.int64], some) -> NDArray[np.bool_]:
    return np.isin(anime_ids, np.fromiter(some, np.int64, len(some)))
