"""A small population with known parameters: titles of two kinds, fans who prefer one of them, and an SVD."""

import numpy as np

from recsys.models.band import Band
from recsys.models.svd import SVD
from recsys.simulation.lists import Lists

N_ITEMS = 160
#: Titles of the first kind have even positions.
KIND = np.where(np.arange(N_ITEMS) % 2 == 0, 1.0, -1.0)
POPULARITY = -0.9 * np.log(np.arange(N_ITEMS) + 3)


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
    lists = Lists(rows.astype(np.int32), items.astype(np.int32), rounded, n)
    return lists.take(np.flatnonzero(np.bincount(rows, rounded > 0, n) >= 11))
