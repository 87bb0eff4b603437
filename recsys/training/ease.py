"""Linear title-to-title models of what fans watch, in closed form: EASE, and a ridge that expects short lists."""

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
    """How `denoising_ridge` is fitted."""

    #: Lengths of the told lists that it expects, all as likely.
    told: tuple[int, ...] = (3, 5, 8, 12, 20, 30)
    #: Regularisation.
    ridge: float = 0.1
    #: A hidden title with at least this score is one to recommend.
    liked: float = 8.0
    #: Only the most rated titles take part: the cost grows with their cube, and the rest are hardly ever watched.
    most: int = 5000
    #: Weights kept of each title.
    kept: int = 100


def matrix(ratings: Ratings, values: NDArray) -> csr_matrix:
    """`values` (n_ratings,) as a sparse matrix of the fans who have ratings by all titles, float32."""
    fans, rows = np.unique(ratings.users, return_inverse=True)
    shape = len(fans), len(ratings.item_ids)
    return csr_matrix((values.astype(np.float32), (rows, ratings.items)), shape=shape)


def ease(ratings: Ratings, ridge: float = 300.0) -> NDArray[np.float32]:
    """EASE (Steck 2019, "Embarrassingly shallow autoencoders", eq. 8) on weights max(r - 4, .5)/6: B (n_items, n_items)
    with a zero diagonal; a fan's scores are the weights of the rated titles times B. Memory 8 n_items² bytes."""
    x = matrix(ratings, watch_weights(ratings.scores))
    gram = (x.T @ x).toarray()
    gram[np.diag_indices_from(gram)] += ridge
    inverse = cho_solve(cho_factor(gram, overwrite_a=True, check_finite=False), np.eye(len(gram), dtype=np.float32))
    weights = inverse / -np.diag(inverse)
    weights[np.diag_indices_from(weights)] = 0
    return weights


def denoising_ridge(ratings: Ratings, config: DenoisingConfig) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """B (n_items, n_items) and an intercept (n_items,): the ridge regression of whether a hidden title is liked on the
    weights w_i / sqrt(k) of k told ones, over every way to tell k of a fan's n titles.

    Its normal equations need only the chances that a title is told, k/n, that two are, k(k-1)/(n(n-1)), and that one is
    and another is not, k(n-k)/(n(n-1)); as in Steck's denoising linear autoencoders (2020, "Autoencoders that don't
    overfit towards the identity"), with dropout that leaves short lists. Memory 8 n_items² bytes.
    """
    x = matrix(ratings, watch_weights(ratings.scores))
    liked = matrix(ratings, ratings.scores >= config.liked)
    lengths = np.diff(x.indptr).astype(np.float64)
    one, two, across, mean, hidden = np.zeros((5, len(lengths)))
    others = np.maximum(lengths - 1, 1)
    for told in config.told:
        k = np.minimum(told, lengths - 1).clip(min=0)
        scale = 1 / np.sqrt(np.maximum(k, 1))
        one += k / lengths * scale**2
        two += k * (k - 1) / (lengths * others) * scale**2
        across += k * (lengths - k) / (lengths * others) * scale
        mean += k / lengths * scale
        hidden += (lengths - k) / lengths
    one, two, across, mean, hidden = (
        diags((chance / len(config.told)).astype(np.float32)) for chance in (one, two, across, mean, hidden)
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
    """The `kept` largest weights by size of each row of `weights` (n_items, n_items)."""
    kept = min(kept, len(weights))
    targets = (
        np.argpartition(-np.abs(weights), kept - 1, axis=1)[:, :kept] if kept else np.zeros((len(weights), 0), int)
    )
    targets = np.sort(targets, axis=1)
    values = np.take_along_axis(weights, targets, axis=1)
    return SparseLinear(
        np.arange(len(weights)), base.astype(np.float32), targets.astype(np.uint16), values.astype(np.float16)
    )
