"""What to watch within so many hours: titles by expected enjoyment per hour, and a plan that fits."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recsys import checks
from recsys.data import lengths
from recsys.serving.engine import Engine
from recsys.serving.folding import Folding
from recsys.serving.usual import usual_score
from recsys.types import Filters, Pick, Profile

#: Titles that are ordered: the best that fit by the order of `Engine.recommend`.
_POOL = 100
#: A shorter title counts as this many minutes: else the shortest would come first because they are short.
LEAST_MINUTES = 30
#: The largest number of hours: a week.
MOST_HOURS = 168.0


@dataclass(frozen=True)
class Timed:
    """A title, the `minutes` to watch all of its episodes, and the `enjoyment` expected from it, in points (0 or more);
    `per_hour` is its order."""

    pick: Pick
    minutes: float
    enjoyment: float

    @property
    def counted(self) -> int:
        """The whole minutes that count."""
        return max(math.ceil(self.minutes), LEAST_MINUTES)

    @property
    def per_hour(self) -> float:
        return 60 * self.enjoyment / self.counted


@dataclass(frozen=True)
class WithinHours:
    """`titles` that fit, most enjoyment per hour first; `plan` are those of them that fit together, in that order.

    `usual` is the score that enjoyment is counted from. `unknown` is the number of titles that the filters leave, but
    whose length is unknown.
    """

    titles: tuple[Timed, ...]
    plan: tuple[Timed, ...]
    usual: float
    unknown: int


def fitting(filters: Filters, hours: float) -> Filters:
    """`filters` that leave only titles of at most `hours`."""
    return replace(filters, minutes_to=min(60 * hours, filters.minutes_to or math.inf))


def within(
    engine: Engine,
    fan: Profile | Folding,
    hours: float,
    model: str | None = None,
    filters: Filters = Filters(),
    discovery: float = 0.0,
    odds: float = 0.0,
) -> WithinHours:
    """What `fan` would enjoy most within `hours`. The same arguments give the same answer.

    The expected enjoyment of a title is (predicted score - usual score) x chance of 8 or more; 0 if it is predicted
    below the usual score. The usual score is that of `recsys.serving.usual`; for a fan of fewer scores than it needs,
    the mean prediction of all titles that the model covers. The order is by enjoyment per hour, where a title counts as
    at least `LEAST_MINUTES`; equal titles stay in the usual order.

    Only the 100 titles of at most `hours` that `Engine.recommend` ranks highest take part, so that the fan would choose
    to watch them. The plan is the set of them with the largest sum of enjoyment, one title of a franchise, whose
    minutes are at most `hours` in all.

    `filters`, `discovery` and `odds` are those of `Engine.recommend`. Raises what it raises, and `ProfileError` unless
    `hours` is from 0.5 to `MOST_HOURS`.
    """
    hours = checks.number_within("hours", hours, LEAST_MINUTES / 60, MOST_HOURS)
    folding = engine.fold_in(fan, model)
    minutes = lengths.minutes(engine.catalogue)
    usual = usual_score(folding.folded, folding.predicted)
    usual = float(np.mean(folding.predicted)) if usual is None else usual
    picks = engine.recommend(folding, model, _POOL, fitting(filters, hours), discovery, reasons=0, odds=odds)
    positions = engine.catalogue.positions([pick.anime_id for pick in picks])
    timed = [
        Timed(pick, float(minutes[position]), max(pick.predicted - usual, 0.0) * pick.chance_high)
        for pick, position in zip(picks, positions.tolist(), strict=True)
    ]
    order = sorted(range(len(timed)), key=lambda i: -timed[i].per_hour)
    titles = tuple(timed[i] for i in order)
    chosen = best_set(
        [one.enjoyment for one in titles],
        [one.counted for one in titles],
        engine.catalogue.franchise_ids[positions[order]].tolist(),
        int(60 * hours),
    )
    left = engine.candidates(folding, model, replace(filters, minutes_to=None), discovery=discovery)
    unknown = int(np.count_nonzero(left.allowed & np.isnan(minutes)))
    return WithinHours(titles, tuple(titles[i] for i in chosen), usual, unknown)


def best_set(values: Sequence[float], minutes: Sequence[int], groups: Sequence[int], limit: int) -> list[int]:
    """Ascending positions of the set with the largest sum of `values` whose `minutes` are at most `limit` in all, with
    at most one of each group (negative: no group). A value of 0 is never in it.

    It is exact: the multiple-choice knapsack problem by dynamic programming over minutes (Kellerer, Pferschy and
    Pisinger 2004, chapter 11). All sequences have one length; minutes are above 0.
    """
    members: dict[int, list[int]] = {}
    for i, group in enumerate(groups):
        members.setdefault(group if group >= 0 else -1 - i, []).append(i)
    best = np.zeros(limit + 1)  # the largest sum within so many minutes, of the groups so far
    choices: list[NDArray[np.intp]] = []  # of each group, the title chosen within so many minutes, or -1
    for titles in members.values():
        before, best, chosen = best, best.copy(), np.full(limit + 1, -1, np.intp)
        for i in titles:
            if minutes[i] <= limit:
                sums = before[: limit + 1 - minutes[i]] + values[i]
                better = minutes[i] + np.flatnonzero(sums > best[minutes[i] :])
                best[better], chosen[better] = sums[better - minutes[i]], i
        choices.append(chosen)
    found, left = [], limit
    for chosen in reversed(choices):
        if (i := int(chosen[left])) >= 0:
            found.append(i)
            left -= minutes[i]
    return sorted(found)
