"""Draws the titles of fans of today, with statuses: begun, being watched, planned."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recsys.simulation import recency
from recsys.simulation.exposure import SCORED, WATCHING, Exposure, pick
from recsys.simulation.habits import Habits
from recsys.simulation.lists import Floats
from recsys.simulation.recency import Recency
from recsys.simulation.titles import Titles
from recsys.statuses import COMPLETED, DROPPED, ON_HOLD, PLANNED
from recsys.statuses import WATCHING as BEING_WATCHED

_BLOCK = 250
_QUANTILES = np.linspace(0, 1, 41)
#: The mean share of titles from 2021 on in a full list of today: about that of ten real exports of up to 2026.
RECENT_SHARE = 0.2
#: The share of fans who give no scores: of real lists of 2016 with more than ten titles, 5% have none.
_SILENT = 0.05
#: The share of fans who are watching nothing: an assumption, as only fans who watch something have watching lists.
_IDLE = 0.2
#: Begun titles that are not being watched and were put on hold or dropped: by AniList's counts of 1,420 titles.
_ON_HOLD, _DROPPED = 0.04, 0.065
#: Planned titles for each begun one, on average, and at most. AniList counts one for two; fewer keep the files small.
_PLANNED, _MOST_PLANNED = 0.2, 100
#: Fans and rounds for finding `Fans.recent_shift`, and the shifts among which it is searched.
_TRIED, _ROUNDS, _SHIFTS = 300, 10, (-6.0, 6.0)


@dataclass(frozen=True)
class Fans:
    """Distributions of fans. `lengths`, `shelves`, `unscored` (41,): quantiles of the logarithms of the numbers of
    titles on a list and being watched, and of the share of a list without a score; `shelves` is empty if unknown.
    `recency`: the share of recent titles among those being watched; on a whole list, the log odds of it are raised by
    `recent_shift`. `taste_mean` (3, k), `taste_root` (k, k): taste ~ N(basis @ mean, root @ root.T). `hidden_root`
    (k, k): the same, without a mean, of what lists with scores do not show of a taste.
    """

    exposed: Exposure
    lengths: Floats
    shelves: Floats
    unscored: Floats
    recency: Recency
    recent_shift: float
    taste_mean: Floats
    taste_root: Floats
    hidden_root: Floats


@dataclass(frozen=True)
class Drawn:
    """Lists without scores: rows of `fans`, `items`, `statuses` and whether each title is `scored`, (n,); of each fan
    z, the normal variable `spread` of the noise, and whether the fan is `silent`, giving no scores, (n_fans, ...)."""

    fans: NDArray[np.int32]
    items: NDArray[np.int32]
    statuses: NDArray[np.uint8]
    scored: NDArray[np.bool_]
    z: Floats
    spread: Floats
    silent: NDArray[np.bool_]

    def rows(self, kept: NDArray[np.bool_]) -> "Drawn":
        columns = {name: getattr(self, name)[kept] for name in ("fans", "items", "statuses", "scored")}
        return replace(self, **columns)


def quantiles(values: Floats) -> Floats:
    """(41,); the extremes, which would be single fans' lists, are left out."""
    return np.quantile(values, np.clip(_QUANTILES, 0.005, 0.995))


def basis(log_length: Floats) -> Floats:
    return np.column_stack([np.ones_like(log_length), log_length, log_length**2])


def shift_to_share(fans: Fans, titles: Titles, rng: np.random.Generator) -> Fans:
    """Set `recent_shift` so that `RECENT_SHARE` of a begun list is recent on average, by bisection."""
    if not fans.recency.weights[1:].any() or not (titles.recent & titles.listed & titles.aired).any():
        return fans
    seed = int(rng.integers(2**63))
    low, high = _SHIFTS
    for _ in range(_ROUNDS):
        fans = replace(fans, recent_shift=(low + high) / 2)
        drawn = _titles(fans, titles, _TRIED, np.random.default_rng(seed))[0]
        begun = (drawn > 0) & (drawn != PLANNED)
        share = (begun[:, titles.recent].sum(axis=1) / np.maximum(begun.sum(axis=1), 1)).mean()
        low, high = (low, fans.recent_shift) if share > RECENT_SHARE else (fans.recent_shift, high)
    return fans


def draw(fans: Fans, habits: Habits, titles: Titles, n_fans: int, rng: np.random.Generator) -> Drawn:
    """Draw the lists of `n_fans` fans, without scores."""
    blocks, begun = [], []
    for start in range(0, n_fans, _BLOCK):
        n = min(_BLOCK, n_fans - start)
        statuses, x, unscored = _titles(fans, titles, n, rng)
        z, spread = habits.draw(x, rng)
        silent = rng.random(n) < _SILENT
        rows, items = np.nonzero(statuses)
        status = statuses[rows, items]
        scored = (status == COMPLETED) & ~silent[rows] & (rng.random(len(rows)) >= unscored[rows])
        blocks.append((rows.astype(np.int32) + np.int32(start), items.astype(np.int32), status, scored))
        begun.append((z, spread, silent))
    columns = [np.concatenate(parts) for parts in (*zip(*blocks, strict=True), *zip(*begun, strict=True))]
    return Drawn(*columns)


def _titles(fans: Fans, titles: Titles, n: int, rng: np.random.Generator) -> tuple[NDArray[np.uint8], Floats, Floats]:
    """Statuses (n, n_items), 0 for a title that is not on the list; x (n, n_x) of `Habits`; and `unscored` (n,)."""
    length = np.interp(rng.random(n), _QUANTILES, fans.lengths)
    unscored = np.interp(rng.random(n), _QUANTILES, fans.unscored)
    recent = fans.recency.draw(n, rng)
    spread = basis(length)
    taste = spread @ fans.taste_mean + rng.normal(size=(n, len(fans.taste_root))) @ fans.taste_root.T
    hidden = rng.normal(size=taste.shape) @ fans.hidden_root.T
    able = titles.listed & titles.aired & np.isfinite(fans.exposed.bias[SCORED])
    columns = np.flatnonzero(titles.listed & np.isfinite(fans.exposed.bias[SCORED]))
    bias, factors, aired = fans.exposed.bias[:, columns], fans.exposed.factors[columns], able[columns]
    late = titles.recent[columns]
    by_taste = (taste @ factors.T).astype(np.float32)
    of_today = by_taste + (hidden @ factors.T).astype(np.float32)
    statuses = np.zeros(by_taste.shape, np.uint8)

    logits = np.where(aired, of_today + bias[WATCHING], -np.inf).astype(np.float32)
    shelf = _shelf_lengths(fans, np.exp(length), rng)
    new = rng.binomial(shelf, recent)
    for side, counts in ((late, new), (~late, shelf - new)):
        statuses[pick(np.where(side, logits, -np.inf).astype(np.float32), counts, rng)] = BEING_WATCHED

    logits = np.where(late, of_today, by_taste) + bias[SCORED]
    logits[:, late] += (recency.logit(recent) + fans.recent_shift)[:, None].astype(np.float32)
    logits[statuses > 0] = -np.inf
    history = pick(np.where(aired, logits, -np.inf).astype(np.float32), np.rint(np.exp(length)).astype(int), rng)
    statuses[history] = COMPLETED
    chance = rng.random(history.shape, dtype=np.float32)
    left = rng.exponential(1, (2, n, 1)).clip(max=4).astype(np.float32)  # fans differ in how much they leave
    statuses[history & (chance < _ON_HOLD * left[0])] = ON_HOLD
    statuses[history & (chance > 1 - _DROPPED * left[1])] = DROPPED

    logits[history] = -np.inf
    planned = np.minimum(rng.exponential(_PLANNED * np.exp(length)), _MOST_PLANNED).astype(int)
    statuses[pick(logits, planned, rng)] = PLANNED

    full = np.zeros((n, len(titles.years)), np.uint8)
    full[:, columns] = statuses
    return full, np.column_stack([spread, taste]), unscored


def _shelf_lengths(fans: Fans, lengths: Floats, rng: np.random.Generator) -> NDArray[np.int64]:
    """Numbers of titles being watched; at most as many as the other titles of the list."""
    if not len(fans.shelves):
        return np.zeros(len(lengths), np.int64)
    drawn = np.rint(np.exp(np.interp(rng.random(len(lengths)), _QUANTILES, fans.shelves))).astype(np.int64)
    drawn[rng.random(len(lengths)) < _IDLE] = 0
    return np.minimum(drawn, np.rint(lengths).astype(np.int64))
