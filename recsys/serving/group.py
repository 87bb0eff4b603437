"""Titles for several fans at once, and how far the fans agree."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from recsys import checks
from recsys.errors import ProfileError
from recsys.models import order
from recsys.serving.engine import Engine
from recsys.types import MAX_SCORE, MIN_SCORE, Filters, Profile

How = Literal["average", "misery", "floor"]
MIN_FANS, MAX_FANS = 2, 5
#: A correlation needs at least this many titles scored by both; fewer say little.
MIN_COMMON = 8
_Z80 = 1.2816


@dataclass(frozen=True)
class Share:
    """One fan's predicted score of a title and its 80% band. `given` is the fan's own score; `begun` and `planned` say
    whether the fan has begun or planned the title."""

    predicted: float
    low: float
    high: float
    given: float | None
    begun: bool
    planned: bool


@dataclass(frozen=True)
class GroupPick:
    """One title for a group. `shares` are in the fans' order; `group_score` orders the list."""

    anime_id: int
    title: str
    shares: tuple[Share, ...]
    group_score: float


@dataclass(frozen=True)
class Agreement:
    """How far the fans at positions `first` and `second` agree, as correlations from -1 to 1.

    `scores` is that of the `common` titles that both scored, with its 80% interval; None for fewer than `MIN_COMMON`
    titles or when one of the two gave all of them the same score. `taste` is that of the two fans' predictions less
    those for an empty list, over all titles; None when the model predicts for one of them what it does for everybody.
    """

    first: int
    second: int
    common: int
    scores: float | None
    low: float | None
    high: float | None
    taste: float | None


@dataclass(frozen=True)
class Split:
    """A title and its scores, (fan's position, score), highest first; `apart` is highest minus lowest."""

    anime_id: int
    given: tuple[tuple[int, float], ...]
    apart: float


def recommend(
    engine: Engine,
    fans: Sequence[Profile],
    how: How = "average",
    n: int = 10,
    model: str | None = None,
    filters: Filters = Filters(),
    floor: float = 7.0,
    allow_begun: bool = False,
) -> list[GroupPick]:
    """The `n` best titles for all `fans`, best first; fewer when fewer are left (`candidates` says how many are).

    A title's appeal to a fan is its place in the order that the engine would give that fan alone (`rank_score`), in
    standard deviations over the candidates, so that fans with low and with high scores count equally. "average" orders
    by the mean appeal; "misery" by the lowest ("least misery", Masthoff 2011, "Group Recommender Systems: Combining
    Individual Models"); "floor" is the average among titles for which no predicted or given score is below `floor`.

    None of the fans has begun the titles; with `allow_begun`, at least one has not, and none has dropped them. A begun
    title's appeal to those who began it is its score, or predicted score, in standard deviations of predicted scores.

    Raises `ProfileError` for fewer than 2 or more than 5 fans, an unknown `how`, a floor outside 1-10, n below 1, and
    `UnknownModelError`.
    """
    if how not in ("average", "misery", "floor"):
        raise ProfileError(f"how is 'average', 'misery' or 'floor', not {how!r}.")
    n = checks.whole_number("n", n, 1)
    everyone = _Everyone(engine, fans, model, filters, allow_begun)
    allowed = everyone.allowed & everyone.above(floor) if how == "floor" else everyone.allowed
    appeal = everyone.appeal(allowed)
    score = appeal.min(axis=0) if how == "misery" else appeal.mean(axis=0)
    franchises = everyone.franchises if filters.franchise_rules else None
    items = order.best(score, allowed, n, franchises)
    ids = everyone.anime_ids[items].tolist()
    shares = [_shares(engine, fan, ids, model) for fan in fans]
    return [
        GroupPick(anime_id, engine.title(anime_id).title, tuple(each[i] for each in shares), float(score[items[i]]))
        for i, anime_id in enumerate(ids)
    ]


def candidates(
    engine: Engine,
    fans: Sequence[Profile],
    model: str | None = None,
    filters: Filters = Filters(),
    floor: float | None = None,
    allow_begun: bool = False,
) -> tuple[int, list[int]]:
    """How many titles `recommend` chooses from, and for each fan how many have a score of at least `floor`.

    Raises as `recommend` does.
    """
    everyone = _Everyone(engine, fans, model, filters, allow_begun)
    if floor is None:
        return int(everyone.allowed.sum()), [int(everyone.allowed.sum())] * len(fans)
    enough = everyone.scores >= floor
    return int((everyone.above(floor) & everyone.allowed).sum()), (enough & everyone.allowed).sum(axis=1).tolist()


class _Everyone:
    """All fans' scores of the model's titles. `scores` (given, else predicted), `rank` and `begun` are
    (n_fans, n_items); `anime_ids`, `franchises` and `allowed` (n_items,)."""

    def __init__(
        self, engine: Engine, fans: Sequence[Profile], model: str | None, filters: Filters, allow_begun: bool
    ) -> None:
        if not MIN_FANS <= len(fans) <= MAX_FANS:
            raise ProfileError(f"A group has {MIN_FANS} to {MAX_FANS} lists, not {len(fans)}.")
        scored = [engine.score_all(fan, model) for fan in fans]
        self.anime_ids = scored[0].anime_ids
        positions = engine.catalogue.positions(self.anime_ids)
        self.franchises = engine.catalogue.franchise_ids[positions]
        self.rank = np.array([one.rank_score for one in scored])
        self.scores = np.array([one.predicted for one in scored], np.float64)
        self.begun = np.array([_marked(self.anime_ids, fan.begun) for fan in fans])
        for scores, fan in zip(self.scores, fans, strict=True):
            given = _marked(self.anime_ids, fan.scores)
            scores[given] = [fan.scores[i] for i in self.anime_ids[given].tolist()]
        may = np.array([engine.candidates(fan, model, filters).allowed[positions] for fan in fans])
        if allow_begun:
            dropped = np.array([_marked(self.anime_ids, fan.dropped) for fan in fans])
            self.allowed = np.all(may | (self.begun & ~dropped), axis=0) & np.any(may, axis=0)
        else:
            self.allowed = np.all(may, axis=0)

    def above(self, floor: float) -> NDArray[np.bool_]:
        """Titles whose score is at least `floor` for every fan. Raises `ProfileError` off the scale."""
        if not MIN_SCORE <= floor <= MAX_SCORE:
            raise ProfileError(f"The floor is a score from 1 to 10, not {floor!r}.")
        return np.all(self.scores >= floor, axis=0)

    def appeal(self, among: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Of every title to every fan, (n_fans, n_items), in standard deviations over the titles `among` (n_items,)."""
        return np.where(self.begun, _standardise(self.scores, among), _standardise(self.rank, among))


def _standardise(values: NDArray, among: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Each row less its mean over its standard deviation, both over the columns `among`; 0 for a row without spread."""
    if not among.any():
        return np.zeros(values.shape)
    mean, spread = values[:, among].mean(axis=1, keepdims=True), values[:, among].std(axis=1, keepdims=True)
    return np.divide(values - mean, spread, out=np.zeros(values.shape), where=spread > 1e-9)


def _marked(anime_ids: NDArray[np.int64], some) -> NDArray[np.bool_]:
    return np.isin(anime_ids, np.fromiter(some, np.int64, len(some)))


def _shares(engine: Engine, fan: Profile, anime_ids: list[int], model: str | None) -> list[Share]:
    begun = fan.begun
    return [
        Share(
            predicted=one.predicted,
            low=one.low,
            high=one.high,
            given=fan.scores.get(one.anime_id),
            begun=one.anime_id in begun,
            planned=one.anime_id in fan.planned,
        )
        for one in engine.predict(fan, anime_ids, model)
    ]


def agreements(engine: Engine, fans: Sequence[Profile], model: str | None = None) -> list[Agreement]:
    """Every pair of `fans`, in order. The interval is by Fisher's z (Fisher 1921, "On the probable error")."""
    empty = engine.score_all(Profile(), model).predicted
    predicted = [engine.score_all(fan, model).predicted for fan in fans]
    return [
        _agreement(fans, first, second, _taste(predicted[first], predicted[second], empty))
        for first, second in itertools.combinations(range(len(fans)), 2)
    ]


def _agreement(fans: Sequence[Profile], first: int, second: int, taste: float | None) -> Agreement:
    one, other = fans[first].scores, fans[second].scores
    common = sorted(one.keys() & other.keys())
    r = None
    if len(common) >= MIN_COMMON:
        r = _correlation(np.array([one[i] for i in common]), np.array([other[i] for i in common]))
    if r is None:
        return Agreement(first, second, len(common), None, None, None, taste)
    z, reach = math.atanh(max(min(r, 1 - 1e-9), 1e-9 - 1)), _Z80 / math.sqrt(len(common) - 3)
    return Agreement(first, second, len(common), r, math.tanh(z - reach), math.tanh(z + reach), taste)


def _taste(one: NDArray, other: NDArray, empty: NDArray) -> float | None:
    """Correlation of two fans' predictions less those of an `empty` list, without predictions clipped to the scale."""
    inside = (np.minimum(one, other) > MIN_SCORE) & (np.maximum(one, other) < MAX_SCORE)
    return _correlation((one - empty)[inside], (other - empty)[inside])


def _correlation(one: NDArray, other: NDArray) -> float | None:
    """Pearson's; None where one of the two does not vary (beyond float32 rounding)."""
    if len(one) < 2 or min(one.std(), other.std()) < 1e-4:
        return None
    return float(np.corrcoef(one.astype(np.float64), other.astype(np.float64))[0, 1])


def splits(fans: Sequence[Profile], n: int = 5) -> list[Split]:
    """The `n` titles scored by two or more of `fans` whose scores differ most; equal scores are no split."""
    given: dict[int, list[tuple[int, float]]] = {}
    for place, fan in enumerate(fans):
        for anime_id, score in fan.scores.items():
            given.setdefault(anime_id, []).append((place, score))
    found = []
    for anime_id, scores in given.items():
        scores.sort(key=lambda pair: -pair[1])
        apart = scores[0][1] - scores[-1][1]
        if apart > 0:
            found.append(Split(anime_id, tuple(scores), apart))
    return sorted(found, key=lambda split: (-split.apart, split.anime_id))[:n]
