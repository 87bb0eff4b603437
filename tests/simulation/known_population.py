"""A small population with known parameters: titles of two kinds, fans who prefer one of them, and an SVD."""

import numpy as np

from recsys.models.band import Band
from recsys.models.svd import SVD
from recsys.simulation.lists import Lists
from recsys.simulation.titles import Titles
from recsys.statuses import COMPLETED, WATCHING

N_ITEMS = 160
#: Titles of the first kind have even positions.
KIND = np.where(np.arange(N_ITEMS) % 2 == 0, 1.0, -1.0)
POPULARITY = -0.9 * np.log(np.arange(N_ITEMS) + 3)

#: Titles from 2021 on, of both kinds.
RECENT = np.arange(N_ITEMS) % 5 == 4


def titles() -> Titles:
    """All may be listed; their content is their kind and how popular they are."""
    everything = np.ones(N_ITEMS, dtype=bool)
    features = np.column_stack([KIND, POPULARITY]).astype(np.float32)
    return Titles(np.where(RECENT, 2023, 2010), everything, everything, features, np.zeros(2, dtype=bool))


def model() -> SVD:
    """score = base + general level + 1.2 · preference for the kind, plus noise of variance 1; ids are 10, 20, ..."""
    factors = np.column_stack([np.full(N_ITEMS, 0.8), 1.2 * KIND]).astype(np.float32)
    base = np.linspace(8, 6.5, N_ITEMS).astype(np.float32)
    band = Band(np.array([0.0]), np.array([-1.28]), np.array([1.28]))
    ids = 10 * np.arange(1, N_ITEMS + 1)
    return SVD(ids, base, factors, np.ones(N_ITEMS, np.float32), band, 20.0)


def fans(n: int, seed: int = 0) -> Lists:
    """`n` fans, each of whom watches and likes one kind more and leaves about a tenth of the list unscored."""
    rng = np.random.default_rng(seed)
    svd = model()
    preference = rng.normal(size=n)
    level = rng.normal(1.8, 0.8, n)
    chance = 1 / (1 + np.exp(-(level[:, None] + POPULARITY + 1.5 * preference[:, None] * KIND)))
    watched = rng.random(chance.shape) < chance
    rows, items = np.nonzero(watched)
    z = np.column_stack([rng.normal(size=n), 0.6 * preference + 0.8 * rng.normal(size=n)])
    score = svd.base[items] + np.einsum("ij,ij->i", svd.factors[items], z[rows]) + rng.normal(size=len(rows))
    rounded = np.clip(np.rint(score), 1, 10).astype(np.uint8)
    rounded[rng.random(len(rows)) < 0.1] = 0
    lists = Lists(rows.astype(np.int32), items.astype(np.int32), rounded, np.full(len(rows), COMPLETED, np.uint8), n)
    return lists.take(np.flatnonzero(np.bincount(rows, rounded > 0, n) >= 11))


def watchers(n: int, seed: int = 0) -> Lists:
    """Up to `n` fans who are watching titles of the kind that they prefer; a third of them no recent ones, and half of
    what the others are watching is recent."""
    rng = np.random.default_rng(seed)
    preference, stopped = rng.normal(size=n), rng.random(n) < 1 / 3
    logits = -0.5 + 1.8 * RECENT + POPULARITY + 1.5 * preference[:, None] * KIND
    watched = rng.random(logits.shape) < 1 / (1 + np.exp(-logits))
    watched[np.ix_(stopped, RECENT)] = False
    rows, items = np.nonzero(watched)
    none, status = np.zeros(len(rows), np.uint8), np.full(len(rows), WATCHING, np.uint8)
    return Lists(rows.astype(np.int32), items.astype(np.int32), none, status, n).take(np.unique(rows))
