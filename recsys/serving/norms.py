"""Figures of the community's fans, with which one fan's are compared. Offers the store of their lists to pages."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.data.catalogue import Catalogue
from recsys.data.ratings import RatingsStore
from recsys.serving.engine import Engine
from recsys.serving.taste import left_out
from recsys.types import Profile

#: Fans with fewer scores are left out: their figures depend too much on single titles.
MIN_SCORES = 20
#: Fans with more are left out of the prediction errors, which would take long.
_MAX_SCORES = 500
#: Lists whose prediction errors are taken: as many as the first visitor can wait for.
_SAMPLE = 120


@dataclass(frozen=True)
class Norm:
    """One figure of each of many fans: `values` (n,), ascending. Without any fan, its statistics are NaN."""

    values: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.values)

    @property
    def middle(self) -> float:
        """The median of all fans."""
        return float(np.median(self.values)) if len(self) else math.nan

    def below(self, value: float) -> float:
        """Share of fans whose figure is below `value`; those equal count half."""
        low, high = np.searchsorted(self.values, value, "left"), np.searchsorted(self.values, value, "right")
        return float(low + high) / 2 / len(self) if len(self) else math.nan


def levels(store: RatingsStore, catalogue: Catalogue) -> Norm:
    """Mean difference from everybody's means (`taste.Level`) of each fan with `MIN_SCORES` or more scores."""
    fans, anime_ids, scores = store.all_ratings()
    positions = catalogue.positions(anime_ids)
    difference = scores - np.where(positions >= 0, catalogue.mean_scores[positions], np.nan)
    known = np.isfinite(difference)
    _, fan = np.unique(fans[known], return_inverse=True)
    n = np.bincount(fan)
    return Norm(np.sort((np.bincount(fan, difference[known]) / np.maximum(n, 1))[n >= MIN_SCORES]))


def errors(store: RatingsStore, engine: Engine, model: str | None = None) -> Norm:
    """RMSE (`taste.LeftOut`) of fans sampled evenly from all with `MIN_SCORES` to 500 scores."""
    fans, anime_ids, scores = store.all_ratings()
    _, first, n = np.unique(fans, return_index=True, return_counts=True)
    usual = np.flatnonzero((n >= MIN_SCORES) & (n <= _MAX_SCORES))
    chosen = usual[np.linspace(0, len(usual) - 1, min(_SAMPLE, len(usual))).astype(int)]
    rows = [slice(first[i], first[i] + n[i]) for i in chosen]
    lists = [Profile(scores=dict(zip(anime_ids[r].tolist(), scores[r].tolist(), strict=True))) for r in rows]
    found = np.array([left_out(engine, fan, model).rmse for fan in lists])
    return Norm(np.sort(found[np.isfinite(found)]))
