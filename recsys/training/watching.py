"""Fits the watching model's linear parts and the odds that a list is of today to training fans."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.linear_model import LogisticRegression

from recsys.holdout.metrics import LIKED
from recsys.models.fan_net import SEEN_WEIGHTS, watch_weights
from recsys.models.linear import SparseLinear
from recsys.models.watching import recency
from recsys.training.ease import DenoisingConfig, Population, cosines, denoising_ridge, ease_weights, matrix, sparse
from recsys.training.rows import Rows


@dataclass(frozen=True)
class WatchingConfig:
    """Hyperparameters of the linear parts."""

    past: DenoisingConfig = field(default_factory=DenoisingConfig)
    today: DenoisingConfig = field(
        default_factory=lambda: DenoisingConfig((1, 2, 3, 5, 8, 12, 20), 0.3, 6000, kept=150, scored_fan=0.05)
    )
    #: For long lists of the past: numbers of known titles to train for, and the penalty of EASE; all else as in `past`.
    long_known: tuple[int, ...] = (60, 120, 240)
    long_ease: float = 100.0
    #: Penalty of EASE and weight of the cosines in `today`.
    today_ease: float = 200.0
    today_cosines: float = 3.0
    #: Ratings that a fan who watches without scores is worth, in choosing the titles of `today`.
    watcher: int = 5
    #: Inverse regularisation of the odds that a list is of today, and lists drawn from each fan for it.
    odds_c: float = 0.3
    draws: int = 3


def recencies(recent: NDArray[np.bool_], rows: Rows) -> NDArray[np.float64]:
    """How recent each fan's list is, (n_users,)."""
    lengths = np.maximum(np.diff(rows.bounds), 1)
    return recency(np.bincount(rows.users, recent[rows.items], minlength=len(lengths)) / lengths)


def populations(
    rows: Rows, recent: NDArray[np.float64], titles: NDArray[np.intp], n_items: int, config: WatchingConfig
) -> tuple[Population, Population]:
    """Fans with scores, and fans without, on the positions `titles`."""
    places = np.full(n_items, -1)
    places[titles] = np.arange(len(titles))
    inside = places[rows.items] >= 0
    found = []
    for scoring, numbers in ((True, config.past.known), (False, config.today.known)):
        kept = inside & (rows.scoring[rows.users] == scoring)
        users, items, scores = rows.users[kept], places[rows.items[kept]], rows.scores[kept]
        weights = np.where(scores > 0, watch_weights(scores), SEEN_WEIGHTS[rows.statuses[kept]])
        wanted = scores >= LIKED if scoring else np.ones(len(scores), bool)
        shape = len(titles)
        x, y = matrix(users, items, weights, shape), matrix(users, items, wanted, shape)
        found.append(Population(x, y, recent[np.unique(users)], numbers))
    return found[0], found[1]


def linear_past(
    rows: Rows, recent: NDArray[np.float64], counts: NDArray[np.int64], config: WatchingConfig
) -> tuple[SparseLinear, SparseLinear]:
    """The linear models of what fans with scores like, for short lists and for long ones, on the titles with the most
    ratings, `counts` (n_items,).

    That for long lists is the sum of a ridge regression and of EASE, and has the same spread as the other one.
    """
    titles = _most(counts, config.past.most)
    scored, _ = populations(rows, recent, titles, len(counts), config)
    weights, bases = denoising_ridge([scored], config.past.ridge)
    short, spread = sparse(weights, bases, config.past.kept, titles, len(counts)), _spread(scored.weights, weights)
    weights, bases = denoising_ridge([replace(scored, known=config.long_known)], config.past.ridge)
    scale = _spread(scored.weights, weights)
    weights, bases = weights / scale, bases / scale
    closed = ease_weights(scored.weights, config.long_ease)
    weights += closed / np.float32(_spread(scored.weights, closed))
    scale = spread / _spread(scored.weights, weights)
    return short, sparse(scale * weights, scale * bases, config.past.kept, titles, len(counts))


def linear_today(
    rows: Rows, recent: NDArray[np.float64], counts: NDArray[np.int64], config: WatchingConfig
) -> SparseLinear:
    """The linear model of what fans without scores watch, on the titles with the highest `counts` (n_items,).

    The sum of a ridge regression, to which fans with scores add a little (they know what goes together among older
    titles), of EASE and of cosines of titles, each on the scale of the scores that it gives to the fans.
    """
    titles = _most(counts, config.today.most)
    scored, unscored = populations(rows, recent, titles, len(counts), config)
    parts = [replace(scored, fan=config.today.scored_fan), unscored]
    weights, bases = denoising_ridge(parts, config.today.ridge)
    x = unscored.weights
    scale = _spread(x, weights)
    weights, bases = weights / scale, bases / scale
    begun = csr_matrix((np.ones_like(x.data), x.indices, x.indptr), shape=x.get_shape())
    for part, weight in ((ease_weights(begun, config.today_ease), 1.0), (cosines(begun), config.today_cosines)):
        weights += np.float32(weight / _spread(x, part)) * part
    return sparse(weights, bases, config.today.kept, titles, len(counts))


def _spread(x: csr_matrix, weights: NDArray[np.float32]) -> float:
    """The standard deviation over titles of the scores that `weights` gives a fan, on average over the fans of `x`."""
    lengths = np.maximum(np.diff(x.indptr), 1)
    scores = (diags(1 / np.sqrt(lengths)) @ x).astype(np.float32) @ weights
    return max(float(scores.std(axis=1).mean()), 1e-9)


def _most(counts: NDArray[np.int64], most: int) -> NDArray[np.intp]:
    titles = np.sort(np.argsort(-counts, kind="stable")[:most])
    return titles[counts[titles] > 0]


def today_odds(
    rows: Rows, recent: NDArray[np.float64], n_items: int, config: WatchingConfig, seed: int
) -> tuple[NDArray[np.float32], tuple[float, float]]:
    """Logistic regression of "the fan gives no scores" on short lists drawn from each fan: the titles' log odds
    (n_items,), for the sum over a list divided by the root of its length, and (constant, weight of recency)."""
    rng = np.random.default_rng([seed, 29])
    chosen, fans = [], []
    for user in np.flatnonzero(np.diff(rows.bounds) >= 2):
        own = np.arange(rows.bounds[user], rows.bounds[user + 1])
        for _ in range(config.draws):
            known = int(np.clip(np.exp(rng.uniform(0, np.log(41))), 1, len(own) - 1))
            chosen.append(rng.choice(own, known, replace=False))
            fans.append(user)
    lengths = np.array([len(known) for known in chosen])
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    values = np.repeat(1 / np.sqrt(lengths), lengths)
    x = csr_matrix((values, rows.items[np.concatenate(chosen)], indptr), shape=(len(chosen), n_items))
    x = hstack([x, recent[fans][:, None]]).tocsr()
    fitted = LogisticRegression(C=config.odds_c, max_iter=300).fit(x, ~rows.scoring[fans])
    coefficients = fitted.coef_[0]
    return coefficients[:n_items].astype(np.float32), (float(fitted.intercept_[0]), float(coefficients[n_items]))
