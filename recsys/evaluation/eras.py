"""Measure what it costs that the ten are as recent as the fan's list, for fans of today, whose lists have no scores."""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.ratings import Lists
from recsys.evaluation.figures import mean
from recsys.holdout import metrics
from recsys.holdout.metrics import N_SHOWN
from recsys.holdout.split import Part
from recsys.holdout.watching import Half, halves
from recsys.serving.engine import Engine
from recsys.types import Profile

#: Groups of fans by the share of recent titles on their lists, from each bound to the next.
BOUNDS = (0.1, 0.25, 0.5, 1.0)


def evaluate(engine: Engine, free: Engine, lists: Lists, part: Part = "test", seed: int = 0) -> dict[str, Any]:
    """NDCG@10 of the ten, and how recent these and the hidden titles are, with the rule (`engine`) and without it
    (`free`), by the share of recent titles in the known half; the halves are given as being watched, and as completed.
    """
    fans = list(halves(lists, part, engine.catalogue.ids, seed))
    shares = np.array([_share(engine, half.known) for half in fans])
    rows = {}
    for how in ("watching", "completed"):
        found = np.array([_ten(engine, half, how) + _ten(free, half, how) for half in fans])
        hidden = np.array([_share(engine, half.hidden) for half in fans])
        for low, high in pairwise(BOUNDS):
            group = (low <= shares) & ((shares < high) | (high == BOUNDS[-1]))
            if group.any():
                name = f"{low:.0%} to {high:.0%} recent, given as {how}"
                rows[name] = _row(found[group], hidden[group])
    return {"model": engine.default_model, "part": part, "rows": rows}


def _share(engine: Engine, places: NDArray[np.integer]) -> float:
    return float(engine.recent[places].mean())


def _ten(engine: Engine, half: Half, how: str) -> tuple[float, float]:
    """NDCG@10 of the ten, and the share of recent titles among them."""
    known = frozenset(engine.catalogue.ids[half.known].tolist())
    fan = Profile(watching=known) if how == "watching" else Profile(seen=known)
    picks = engine.recommend(fan, n=N_SHOWN, reasons=0)
    ten = engine.catalogue.positions([pick.anime_id for pick in picks])
    return metrics.ndcg(ten, half.hidden, N_SHOWN), _share(engine, ten)


def _row(found: NDArray[np.float64], hidden: NDArray[np.float64]) -> dict[str, Any]:
    """`found` (n_fans, 4): NDCG@10 and share of recent titles with the rule, and without it."""
    apart = found[:, 0] - found[:, 2]
    return {
        "fans": len(found),
        "ndcg10": mean(found[:, 0]),
        "ndcg10_by_eras": mean(apart),
        "recent_hidden": mean(hidden),
        "recent_free": mean(found[:, 3]),
        "recent": mean(found[:, 1]),
    }
