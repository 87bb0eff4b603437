"""Linear title-to-title models of what fans watch, in closed form: EASE, and a ridge regression for short lists."""

from collections.abc import Sequence
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
    #: Number of titles, the most watched ones. The cost grows with its cube, and the others are rarely watched.
    most: int = 5000
    #: Weights kept per title.
    kept: int = 100
    #: Weight of a fan with scores beside one without.
    scored_fan: float = 1.0


@dataclass(frozen=True)
class Population:
    """Lists of one kind: the `weights` of titles begun and those `wanted` (n_fans, n_items), how `recent` each list is
    (n_fans,), the numbers of `known` titles to train for, and how much each fan counts."""

    weights: csr_matrix
    wanted: csr_matrix
    recent: NDArray[np.float64]
    known: tuple[int, ...]
    fan: float = 1.0

    @property
    def n_items(self) -> int:
        return self.weights.get_shape()[1]


def matrix(users: NDArray, items: NDArray, values: NDArray, n_items: int) -> csr_matrix:
    """`values` (n,) as a sparse float32 matrix: a row per fan in `users` (n,), a column per title."""
    fans, rows = np.unique(users, return_inverse=True)
    built = csr_matrix((values.astype(np.float32), (rows, items)), shape=(len(fans), n_items))
    built.eliminate_zeros()
    return built


def ease(ratings: Ratings, ridge: float = 300.0) -> NDArray[np.float32]:
    """`ease_weights` for weights max(r - 4, .5)/6 of the rated titles."""
    weights = watch_weights(ratings.scores)
    return ease_weights(matrix(ratings.users, ratings.items, weights, len(ratings.item_ids)), ridge)


def ease_weights(x: csr_matrix, ridge: float) -> NDArray[np.float32]:
    """Fit EASE (Steck 2019, "Embarrassingly shallow autoencoders", eq. 8) to `x` (n_fans, n_items).

    Gives B (n_items, n_items) with a zero diagonal; a fan's scores are the fan's row of `x` times B.
    Memory: 8 n_items² bytes.
    """
    gram = (x.T @ x).toarray()
    gram[np.diag_indices_from(gram)] += ridge
    inverse = cho_solve(cho_factor(gram, overwrite_a=True, check_finite=False), np.eye(len(gram), dtype=np.float32))
    weights = inverse / -np.diag(inverse)
    weights[np.diag_indices_from(weights)] = 0
    return weights


def cosines(x: csr_matrix, shrink: float = 5.0) -> NDArray[np.float32]:
    """Cosines of the columns of `x` (n_fans, n_items) with a zero diagonal; `shrink` fans are added to a title's
    (Sarwar et al. 2001, "Item-based collaborative filtering recommendation algorithms")."""
    size = np.sqrt(np.asarray(x.power(2).sum(axis=0)).ravel() + shrink)
    alike = ((x.T @ x).toarray() / np.outer(size, size)).astype(np.float32)
    alike[np.diag_indices_from(alike)] = 0
    return alike


def denoising_ridge(populations: Sequence[Population], ridge: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Ridge regression of "a hidden title is wanted" on the weights w_i / sqrt(k) of k known titles, over all choices
    of k of a fan's n titles: B (n_items, n_items), and bases (2, n_items), the intercept and what a recent list adds.

    Its normal equations need only the probabilities that a title is known, k/n, that two are, k(k-1)/(n(n-1)), and that
    one is known and another hidden, k(n-k)/(n(n-1)). This is a denoising linear autoencoder (Steck 2020, "Autoencoders
    that don't overfit towards the identity") whose dropout leaves short lists. Memory: 8 n_items² bytes.
    """
    n_items = populations[0].n_items
    gram = np.zeros((n_items + 2, n_items + 2), np.float32)
    target = np.zeros((n_items + 2, n_items), np.float32)
    for population in populations:
        _add_normal_equations(population, gram, target)
    diagonal = np.arange(n_items)
    gram[diagonal, diagonal] += ridge
    gram[-1, -1] += 1e-3  # no list is recent: the base of recent lists is 0
    factor = cho_factor(gram, overwrite_a=True, check_finite=False)
    solved = cho_solve(factor, target, overwrite_b=True, check_finite=False)
    weights = solved[:n_items]
    weights[diagonal, diagonal] = 0
    return weights, solved[n_items:]


def _add_normal_equations(population: Population, gram: NDArray[np.float32], target: NDArray[np.float32]) -> None:
    x, wanted = population.weights, population.wanted
    lengths = np.diff(x.indptr).astype(np.float64)
    one, two, across, mean, hidden = np.zeros((5, len(lengths)))
    least, others = np.maximum(lengths, 1), np.maximum(lengths - 1, 1)
    for known in population.known:
        k = np.minimum(known, lengths - 1).clip(min=0)
        scale = 1 / np.sqrt(np.maximum(k, 1))
        one += k / least * scale**2
        two += k * (k - 1) / (least * others) * scale**2
        across += k * (lengths - k) / (least * others) * scale
        mean += k / least * scale
        hidden += (lengths - k) / least
    one, two, across, mean, hidden = (
        diags((chance * population.fan / len(population.known)).astype(np.float32))
        for chance in (one, two, across, mean, hidden)
    )
    n_items = population.n_items
    pairs = (x.T @ (two @ x)).toarray()
    pairs[np.diag_indices_from(pairs)] = np.asarray((one @ x.power(2)).sum(axis=0)).ravel()
    gram[:n_items, :n_items] += pairs
    pairs = (x.T @ (across @ wanted)).toarray()
    pairs[np.diag_indices_from(pairs)] = 0
    target[:n_items] += pairs
    bases = np.column_stack([np.ones(len(lengths)), population.recent]).astype(np.float32)
    beside = x.T @ (mean @ bases)
    gram[:n_items, n_items:] += beside
    gram[n_items:, :n_items] += beside.T
    gram[n_items:, n_items:] += population.fan * bases.T @ bases
    target[n_items:] += bases.T @ (hidden @ wanted)


def sparse(
    weights: NDArray[np.float32], bases: NDArray[np.float32], kept: int, titles: NDArray[np.intp], n_items: int
) -> SparseLinear:
    """Keep the `kept` weights of largest absolute value in each row of `weights` (n, n), which are of the positions
    `titles` (n,) among `n_items`; `bases` (2, n)."""
    kept = min(kept, len(weights))
    targets = (
        np.argpartition(-np.abs(weights), kept - 1, axis=1)[:, :kept] if kept else np.zeros((len(weights), 0), int)
    )
    targets = np.sort(targets, axis=1)
    values = np.take_along_axis(weights, targets, axis=1).astype(np.float16)
    base, era_base = bases.astype(np.float32)
    return SparseLinear.of(n_items, titles, base, era_base, targets.astype(np.uint16), values)
