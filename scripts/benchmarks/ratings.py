"""Simulated ratings of any size for benchmarks: low rank plus noise, skewed popularity and list lengths."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from recsys.data import manifest

#: Ratings, fans and titles of the reference article's data set after its filters.
ARTICLE = (19_100_000, 108_000, 6_700)
_RANK = 8
_BLOCK = 20_000


def write(folder: Path, n_ratings: int, seed: int = 0) -> int:
    """Write about `n_ratings` ratings to `folder`/ratings.parquet, with the article's mean list length; return their
    number."""
    share = n_ratings / ARTICLE[0]
    n_fans, n_titles = max(int(ARTICLE[1] * share), 50), max(int(ARTICLE[2] * share**0.5), 1500)
    rng = np.random.default_rng(seed)
    chance = 1 / (np.arange(n_titles) + 30.0) ** 0.9
    quality = rng.normal(7, 0.8, n_titles).astype(np.float32)
    factors = rng.normal(0, 0.45, (n_titles, _RANK)).astype(np.float32)
    lengths = rng.lognormal(0, 1.0, n_fans)
    lengths = np.clip(lengths / lengths.mean() * n_ratings / n_fans * 2, 12, n_titles // 2).astype(np.int64)
    columns = []
    for first in range(0, n_fans, _BLOCK):
        block = np.arange(first, min(first + _BLOCK, n_fans))
        fans = np.repeat(block - first, lengths[block])
        # Draw twice as many with replacement, drop duplicates, keep the wanted number at random: fast.
        pairs = np.unique(fans * n_titles + rng.choice(n_titles, len(fans), p=chance / chance.sum()))
        pairs = pairs[rng.random(len(pairs)) < n_ratings * len(block) / n_fans / len(pairs)]
        fans, items = pairs // n_titles, pairs % n_titles
        tastes = rng.normal(0, 0.6, (len(block), _RANK)).astype(np.float32)
        generosity = rng.normal(0, 0.9, len(block)).astype(np.float32)
        scores = quality[items] + generosity[fans] + np.einsum("ij,ij->i", factors[items], tastes[fans])
        scores = np.clip(np.rint(scores + rng.normal(0, 1.1, len(items))), 1, 10).astype(np.int8)
        columns.append((fans + first + 1, items + 1, scores))
    users, items, scores = (np.concatenate(column) for column in zip(*columns, strict=True))
    with manifest.writing(folder) as batch:
        table = pa.table({"user_id": users, "anime_id": items, "score": scores})
        pq.write_table(table, batch.path("ratings.parquet"))
    return len(scores)
