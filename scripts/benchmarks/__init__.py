"""What `python -m scripts.benchmark` measures, one module per subject."""

import numpy as np

from recsys.data.ratings import Ratings

_RANK = 8


def made_up(n_fans: int, n_titles: int, mean_length: float, seed: int) -> Ratings:
    """Random ratings of realistic shape: lognormal list lengths, Zipf-like popularity, scores of low rank plus noise.
    Lists have about `mean_length` titles on average."""
    rng = np.random.default_rng(seed)
    lengths = rng.lognormal(0, 1, n_fans)
    # Twice as many are drawn, then repeated titles are dropped and the wanted number is kept: fast.
    lengths = np.clip(2 * lengths * mean_length / lengths.mean(), 12, n_titles // 2).astype(int)
    chance = 1 / (np.arange(n_titles) + 30.0) ** 0.9
    users = np.repeat(np.arange(n_fans), lengths)
    pairs = np.unique(users * n_titles + rng.choice(n_titles, len(users), p=chance / chance.sum()))
    pairs = pairs[rng.random(len(pairs)) < n_fans * mean_length / len(pairs)]
    users, items = (pairs // n_titles).astype(np.int32), (pairs % n_titles).astype(np.int32)
    quality, generosity = rng.normal(7, 0.8, n_titles), rng.normal(0, 0.9, n_fans)
    factors = rng.normal(0, 0.45, (n_titles, _RANK)).astype(np.float32)
    tastes = rng.normal(0, 0.6, (n_fans, _RANK)).astype(np.float32)
    scores = quality[items] + generosity[users] + rng.normal(0, 1.1, len(items))
    for factor, taste in zip(factors.T, tastes.T, strict=True):
        scores += factor[items] * taste[users]
    scores = np.clip(np.rint(scores), 1, 10)
    return Ratings(np.arange(1, n_fans + 1), np.arange(1, n_titles + 1), users, items, scores)
