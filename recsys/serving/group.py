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
from recsys.models.odds import Z80
from recsys.serving.engine import Engine
from recsys.serving.group_scores import MAX_FANS, MIN_FANS, Everyone, GroupPick, Share
from recsys.types import MAX_SCORE, MIN_SCORE, Filters, Profile

__all__ = ["MAX_FANS", "MIN_COMMON", "MIN_FANS", "Agreement", "GroupPick", "How", "Share", "Split"]

How = Literal["average", "misery", "floor"]
#: A correlation needs at least this many titles scored by both; fewer say little.
MIN_COMMON = 8


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
    With the filter `planned` "only", any of the fans has planned them.

    Raises `ProfileError` for fewer than 2 or more than 5 fans, an unknown `how`, a floor outside 1-10, n below 1, and
    `UnknownModelError`.
    """
    if how not in ("average", "misery", "floor"):
        raise ProfileError(f"how is 'average', 'misery' or 'floor', not {how!r}.")
    n = checks.whole_number("n", n, 1)
    everyone = Everyone(engine, fans, model, filters, allow_begun)
    allowed = everyone.allowed & everyone.above(floor) if how == "floor" else everyone.allowed
    appeal = everyone.appeal(allowed)
    score = appeal.min(axis=0) if how == "misery" else appeal.mean(axis=0)
    franchises = everyone.franchises if filters.franchise_rules else None
    return everyone.picks(order.best(score, allowed, n, franchises), score)


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
    everyone = Everyone(engine, fans, model, filters, allow_begun)
    if floor is None:
        return int(everyone.allowed.sum()), [int(everyone.allowed.sum())] * len(fans)
    enough = everyone.scores >= floor
    return int((everyone.above(floor) & everyone.allowed).sum()), (enough & everyone.allowed).sum(axis=1).tolist()


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
    z, reach = math.atanh(max(min(r, 1 - 1e-9), 1e-9 - 1)), Z80 / math.sqrt(len(common) - 3)
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
