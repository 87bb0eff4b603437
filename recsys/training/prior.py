"""Fits the prior distribution of fans by empirical Bayes and expresses titles in terms of it.

The form is r_ui = base_i + factors_i · z_u + e_ui with z ~ N(0, I), as in `recsys.models.svd`. If the fan's
parameters x have another prior N(m, S) with S = L L', substituting x = m + L z gives this form.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.training.svd import SVD


@dataclass(frozen=True)
class Titles:
    """`base` (n_items,) and `factors` (n_items, n_factors), whose first column is the fan's general level."""

    base: NDArray[np.float64]
    factors: NDArray[np.float64]

    def under(self, mean: NDArray[np.float64], cov: NDArray[np.float64]) -> "Titles":
        """Rewrite the titles for a z with the prior N(`mean`, `cov`) in terms of a z with N(0, I)."""
        root = np.linalg.cholesky(cov)  # lower triangular: the first column stays the general level
        return Titles(self.base + self.factors @ mean, self.factors @ root)


@dataclass(frozen=True)
class FanRatings:
    """`items` and `scores` (n_ratings,) of fans 0..n_fans-1, fan u's from `starts[u]` to `starts[u + 1]`."""

    starts: NDArray[np.int64]
    items: NDArray[np.integer]
    scores: NDArray[np.float64]

    @property
    def n_fans(self) -> int:
        return len(self.starts) - 1


def from_svd(svd: SVD) -> Titles:
    """Titles of a trained SVD, by row; the prior is the mean and covariance of its fans' (b_u, p_u)."""
    fans = np.column_stack([svd.bu, svd.pu]).astype(np.float64)
    items = np.column_stack([np.ones(len(svd.qi)), svd.qi]).astype(np.float64, copy=False)
    titles = Titles(svd.global_mean + svd.bi.astype(np.float64), items)
    cov = np.cov(fans.T) if len(fans) > 1 else np.zeros((fans.shape[1], fans.shape[1]))
    return titles.under(fans.mean(axis=0), cov + 1e-6 * np.eye(len(cov)))


def truncate(titles: Titles, weights: NDArray[np.number], n_factors: int) -> Titles:
    """Reduce `titles` to `n_factors` factors: the general level and the leading principal components of the others.

    Titles are weighted by `weights` (n_items,), such as numbers of raters. Regularised factors need few components: the
    first 64 of 300 hold all but 0.02% of the variance.
    """
    taste = titles.factors[:, 1:]
    _, directions = np.linalg.eigh((taste * weights[:, None]).T @ taste)
    kept = taste @ directions[:, ::-1][:, : n_factors - 1]
    return Titles(titles.base, np.column_stack([titles.factors[:, 0], kept]).astype(np.float64, copy=False))


def refit(titles: Titles, ratings: FanRatings, noise: float, n_iterations: int) -> Titles:
    """Fit the prior to `ratings` by expectation-maximisation with fixed titles, and express `titles` in terms of it.

    The E-step computes the posterior of each fan's z; the M-step sets the prior's mean and covariance to those of all
    posteriors together (Bishop 2006, sec. 9.4; the random-effects model of Laird & Ware 1982). The covariance of point
    estimates, as in `from_svd`, understates how much fans with few ratings differ.
    """
    for _ in range(n_iterations):
        titles = titles.under(*_fans_distribution(titles, ratings, noise))
    return titles


def _fans_distribution(
    titles: Titles, ratings: FanRatings, noise: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean (n_factors,) and covariance (n_factors, n_factors) of z over all fans' posteriors."""
    factors = titles.factors.astype(np.float32)
    eye = np.eye(factors.shape[1], dtype=np.float32)
    means, spread = np.zeros((ratings.n_fans, len(eye)), np.float32), np.zeros_like(eye)
    for fan in range(ratings.n_fans):
        own = slice(ratings.starts[fan], ratings.starts[fan + 1])
        rated = factors[ratings.items[own]]
        residuals = (ratings.scores[own] - titles.base[ratings.items[own]]).astype(np.float32)
        posterior = np.linalg.inv(eye + rated.T @ rated / noise)
        means[fan] = posterior @ (rated.T @ residuals) / noise
        spread += posterior
    mean = means.mean(axis=0, dtype=np.float64)
    deviations = means - mean
    cov = (deviations.T @ deviations + spread) / ratings.n_fans
    return mean, cov.astype(np.float64) + 1e-9 * np.eye(len(eye))
