"""Several titles for one evening of a group, so that all of them together are fair."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys import checks
from recsys.errors import ProfileError
from recsys.models import order
from recsys.serving.engine import Engine
from recsys.serving.group_scores import Everyone, GroupPick, standardise
from recsys.types import Filters, Profile

#: Titles of an evening, those from which they are chosen, and the largest number of a plan.
N_TITLES, _POOL, LAST_PLAN = 4, 25, 9


@dataclass(frozen=True)
class Evening:
    """The titles of an evening in the order to watch them. For each fan, in order: `means`, the mean of the scores
    predicted for them, and `favourites`, the place in `picks` of the title with the highest."""

    picks: tuple[GroupPick, ...]
    means: tuple[float, ...]
    favourites: tuple[int, ...]


def plan(
    engine: Engine,
    fans: Sequence[Profile],
    number: int = 1,
    model: str | None = None,
    filters: Filters = Filters(),
) -> Evening | None:
    """Four titles that are fair to all `fans` together; None when fewer are left. Plan `number` (1 to 9) has none of
    the titles of the plans before it; the same arguments give the same plan.

    A title's enjoyment to a fan is its predicted score in standard deviations over the candidates, so that fans with
    low and with high scores count equally. Of all sets of four from the 25 titles with the highest mean appeal
    (`recsys.serving.group.recommend`), the one whose sum of enjoyment is highest for the fan who gets least; among
    equal ones, for all together. It begins with the title that is best for the fan who likes it least, and each next
    one keeps the least sum so far as high as possible.

    Raises `ProfileError` for fewer than 2 or more than 5 fans and for another number, and `UnknownModelError`.
    """
    number = checks.whole_number("The number of a plan", number, 1)
    if number > LAST_PLAN:
        raise ProfileError(f"The number of a plan is at most {LAST_PLAN}, not {number}.")
    everyone = Everyone(engine, fans, model, filters)
    appeal = everyone.appeal(everyone.allowed).mean(axis=0)
    enjoyment = standardise(everyone.scores, everyone.allowed)
    allowed, chosen = everyone.allowed.copy(), np.empty(0, np.intp)
    for _ in range(number):
        pool = order.best(appeal, allowed, _POOL, everyone.franchises if filters.franchise_rules else None)
        if len(pool) < N_TITLES:
            return None
        chosen = pool[_fairest(enjoyment[:, pool])]
        allowed[chosen] = False
    scores = everyone.scores[:, chosen]
    means, favourites = scores.mean(axis=1).tolist(), scores.argmax(axis=1).tolist()
    return Evening(tuple(everyone.picks(chosen, appeal)), tuple(means), tuple(favourites))


def _fairest(enjoyment: NDArray[np.float64]) -> list[int]:
    """The columns of `enjoyment` (n_fans, n) of the fairest set, in order."""
    sets = np.array(list(itertools.combinations(range(enjoyment.shape[1]), N_TITLES)))
    sums = enjoyment[:, sets].sum(axis=2)  # (n_fans, n_sets)
    best = np.lexsort((-sums.sum(axis=0).round(9), -sums.min(axis=0).round(9)))[0]
    left, ordered, total = sets[best].tolist(), [], np.zeros(len(enjoyment))
    while left:
        following = max(left, key=lambda column: (total + enjoyment[:, column]).min())
        total = total + enjoyment[:, following]
        ordered.append(following)
        left.remove(following)
    return ordered
