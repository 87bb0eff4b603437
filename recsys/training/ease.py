"""Linear title-to-title models of what fans watch, in closed form: EASE, and a ridge regression for short lists."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_matrix, diags

from recsys.data.ratings import Ratings
from recsys.models.fan_net import watch_weights
from recsys.models.linear import SparseLinear


@dataclass(frozen=True)
class DenoisingConfig:
    """Hyperparameters of `denoising_ridge`."""

    #: Numbers of known titles to train for, all equally likely.
    known: tuple[int, ...] = (3, 5, 8, 12, 20, 30)
    #: Regularisation.
    ridge: float = 0.1
    #: Hidden titles with at least this score are to be recommended.
    liked: float = 8.0
    #: Number of titles, the most rated ones. The cost grows with its cube, and the others are rarely watched.
    most: int = 5000
    #: Weights kept per title.
    kept: int = 100


def matrix(ratings: Ratings, values: NDArray) -> csr_matrix:
    """`values` (n_ratings,) as a sparse float32 matrix: a row per fan with ratings, a column per title."""
    fans, rows = np.unique(ratings.users, return_inverse=True)
    shape = len(fans), len(ratings.item_ids)
    return csr_matrix((values.astype(np.float32), (rows, ratings.items)), shape=shape)


def ease(ratings: Ratings, ridge: float = 300.0) -> NDArray[np.float32]:
    """Fit EASE (Steck 2019, "Embarrassingly shallow autoencoders", eq. 8) to weights max(r - 4, .5)/6.

    Gives B (n_items, n_items) with a zero diagonal; a fan's scores are the weights of the rated titles times B.
    Memory: 8 n_items² bytes.
    """
    x = matrix(ratings, watch_weights(ratings.scores))
    gram = (x.T @ x).toarray()
    gram[np.diag_indices_from(gram)] += ridge
    inverse = cho_solve(cho_factor(gram, overwrite_a=True, check_finite=False), np.eye(len(gram), dtype=np.float32))
    weights = inverse / -np.diag(inverse)
    weights[np.diag_indices_from(weights)] = 0
    return weights


def denoising_ridge(ratings: Ratings, config: DenoisingConfig) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Ridge regression of "a hidden title is liked" on the weights w_i / sqrt(k) of k known titles, over all choices of
    k of a fan's n titles: B (n_items, n_items) and an intercept (n_items,).

    Its normal equations need only the probabilities that a title is known, k/n, that two are, k(k-1)/(n(n-1)), and that
    one is known and another hidden, k(n-k)/(n(n-1)). This is a denoising linear autoencoder (Steck 2020, "Autoencoders
    that don't overfit towards the identity") whose dropout leaves short lists. Memory: 8 n_items² bytes.
    """
    x = matrix(ratings, watch_weights(ratings.scores))
    liked = matrix(ratings, ratings.scores >= config.liked)
    lengths = np.diff(x.indptr).astype(np.float64)
    one, two, across, mean, hidden = np.zeros((5, len(lengths)))
    others = np.maximum(lengths - 1, 1)
    for known in config.known:
        k = np.minimum(known, lengths - 1).clip(min=0)
        scale = 1 / np.sqrt(np.maximum(k, 1))
        one += k / lengths * scale**2
        two += k * (k - 1) / (lengths * others) * scale**2
        across += k * (lengths - k) / (lengths * others) * scale
        mean += k / lengths * scale
        hidden += (lengths - k) / lengths
    one, two, across, mean, hidden = (
        diags((chance / len(config.known)).astype(np.float32)) for chance in (one, two, across, mean, hidden)
    )
    gram = (x.T @ (two @ x)).toarray()
    gram[np.diag_indices_from(gram)] = np.asarray((one @ x.power(2)).sum(axis=0)).ravel() + config.ridge
    target = (x.T @ (across @ liked)).toarray()
    target[np.diag_indices_from(target)] = 0
    mean_x = np.asarray((mean @ x).sum(axis=0), np.float32).ravel() / len(lengths)
    mean_y = np.asarray((hidden @ liked).sum(axis=0), np.float32).ravel() / len(lengths)
    gram -= np.outer(mean_x, mean_x * len(lengths))
    target -= np.outer(mean_x, mean_y * len(lengths))
    factor = cho_factor(gram, overwrite_a=True, check_finite=False)
    weights = cho_solve(factor, target, overwrite_b=True, check_finite=False)
    weights[np.diag_indices_from(weights)] = 0
    return weights, mean_y - mean_x @ weights


def sparse(weights: NDArray[np.float32], base: NDArray[np.float32], kept: int) -> SparseLinear:
    """Keep the `kept` weights of largest absolute value in each row of `weights` (n_items, n_items)."""
    kept = min(kept, len(weights))
    targets = (
        np.argpartition(-np.abs(weights), kept - 1, axis=1)[:, :kept] if kept else np.zeros((len(weights), 0), int)
    )
    targets = np.sort(targets, axis=1)
    values = np.take_along_axis(weights, targets, axis=1)
    return SparseLinear(
        np.arange(len(weights)), base.astype(np.float32), targets.astype(np.uint16), values.astype(np.float16)
    )
