"""Measure "like these, not that": several seeds against one, without a list and beside one."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.ratings import Ratings
from recsys.evaluation.figures import mean
from recsys.holdout import metrics
from recsys.holdout.metrics import LIKED, N_SHOWN
from recsys.holdout.reveal import fan_lists
from recsys.holdout.split import Part
from recsys.models.odds import LOW
from recsys.serving.engine import Engine
from recsys.types import Filters, Profile

#: Titles to be like and unlike, and known ratings of a fan with a list.
LIKE, UNLIKE, KNOWN = 3, 2, 10
#: Begins the name's part that adds titles to be unlike.
_UNLIKE = ", unlike"
#: What the others are compared with.
ONE = "one title, by likeness alone"


def evaluate(
    engine: Engine, ratings: Ratings, part: Part = "test", seed: int = 0, limit: int | None = None
) -> dict[str, Any]:
    """For the default model, NDCG@10 of each way to choose, its paired gain over one seed, and how many of the ten the
    fan scored 5 or less; with titles to be unlike, also the paired differences from the same without them.

    Seeds are `LIKE` titles that the fan scored 8 or more, and `UNLIKE` scored 5 or less, where there are as many. Of
    the fan's other ratings, `KNOWN` may be known as the list. Relevant are all others scored 8 or more; fans have at
    least 10 of these. `limit`: measure this many fans at most.
    """
    model, ids = engine.default_model, ratings.item_ids
    lists = fan_lists(ratings, part, ids, seed)
    gains: dict[str, list[float]] = {}
    disliked: dict[str, list[float]] = {}
    for items, scores in zip(lists.items, lists.scores, strict=True):
        if limit is not None and len(gains.get(ONE, ())) >= limit:
            break
        liked, low = ids[items[scores >= LIKED]], ids[items[scores <= LOW]]
        like, unlike = liked[:LIKE], low[:UNLIKE] if len(low) >= UNLIKE else low[:0]
        rest = ~np.isin(ids[items], np.append(like, unlike))
        known, hidden = np.flatnonzero(rest)[:KNOWN], np.flatnonzero(rest)[KNOWN:]
        relevant = ids[items[hidden[scores[hidden] >= LIKED]]]
        if len(like) < LIKE or len(relevant) < N_SHOWN or not engine.known(like.tolist(), model).issuperset(like):
            continue
        fan = Profile(scores=dict(zip(ids[items[known]].tolist(), scores[known].tolist(), strict=True)))
        bad = ids[items[hidden[scores[hidden] <= LOW]]]
        for name, choose in _ways(engine, model, fan, like.tolist(), unlike.tolist()).items():
            ten = np.array(choose() if choose else [], np.int64)
            gains.setdefault(name, []).append(metrics.ndcg(ten, relevant, N_SHOWN) if choose else np.nan)
            disliked.setdefault(name, []).append(np.isin(ten, bad).sum() if choose else np.nan)
    arrays = {name: np.array([gains[name], disliked[name]]) for name in gains}
    rows = {name: _row(found, arrays[ONE], arrays[name.partition(_UNLIKE)[0]]) for name, found in arrays.items()}
    return {"model": model, "part": part, "rows": rows}


def _ways(
    engine: Engine, model: str, fan: Profile, like: list[int], unlike: list[int]
) -> dict[str, Callable[[], list[int]] | None]:
    """The ids of ten titles by each way to choose; None where the fan dislikes too few titles. None recommends a seed
    or a title of the fan's list."""
    hidden = frozenset({*like, *unlike, *fan.scores})
    nobody, without = Profile(), Filters(exclude=hidden)

    def recommended(profile: Profile, some: list[int], others: list[int]) -> Callable[[], list[int]]:
        return lambda: [
            pick.anime_id
            for pick in engine.recommend(profile, model, N_SHOWN, without, like=some, unlike=others)
        ]  # fmt: skip

    def alike() -> list[int]:
        found = engine.similar(like[0], N_SHOWN + len(hidden), model)
        return [pick.anime_id for pick in found if pick.anime_id not in hidden][:N_SHOWN]

    return {
        ONE: alike,
        "one title": recommended(nobody, like[:1], []),
        f"{LIKE} titles": recommended(nobody, like, []),
        f"{LIKE} titles{_UNLIKE} {UNLIKE}": recommended(nobody, like, unlike) if unlike else None,
        f"list of {KNOWN}": recommended(fan, [], []),
        f"list of {KNOWN}, {LIKE} titles": recommended(fan, like, []),
        f"list of {KNOWN}, {LIKE} titles{_UNLIKE} {UNLIKE}": recommended(fan, like, unlike) if unlike else None,
    }


def _row(found: NDArray[np.float64], one: NDArray[np.float64], without: NDArray[np.float64]) -> dict[str, Any]:
    """`found`, `one` and `without` (2, n_fans): NDCG@10 and disliked titles; NaN for fans who were not measured."""
    over_one, change = found - one, found - without
    row = {
        "fans": int(np.count_nonzero(~np.isnan(found[0]))),
        "ndcg10": mean(found[0]),
        "ndcg10_over_one": mean(over_one[0]),
        "disliked10": mean(found[1]),
    }
    if found is not without:
        row |= {"ndcg10_by_unlike": mean(change[0]), "disliked10_by_unlike": mean(change[1])}
    return row
