"""Matrix factorisation by variational Bayes; the prior of a title depends on its content, which places titles without
ratings in the serving SVD."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.data.ratings import Ratings
from recsys.models.svd import SVD
from recsys.training.calibration import no_band
from recsys.training.content import Content


@dataclass(frozen=True)
class FactorConfig:
    """Hyperparameters; more factors or iterations improve the fit to training fans only."""

    n_factors: int = 24
    n_iterations: int = 12
    #: Regularisation of the regression of titles on their content.
    ridge: float = 20.0
    #: Standard deviation of the factors' random initial values.
    start: float = 0.1


@dataclass(frozen=True)
class ColdConfig:
    """How titles without ratings are placed, and the prior on a fan's own variance."""

    #: From this many ratings on, a title counts in full for its relatives.
    enough: float = 50.0
    #: Titles at a zero deviation from content that are added to a franchise's mean deviation (shrinkage).
    franchise_shrink: float = 1.0
    #: Degrees of freedom of the prior on a fan's own variance.
    fan_dof: float = 10.0


@dataclass
class Factors:
    """r_ui = w_i · (1, z_u) + e, e ~ N(0, noise).

    `titles` (n_items, d + 1), the base in the first column, with covariances `title_covs` (n_items, d + 1, d + 1);
    `fans` (n_users, d). The titles' prior has the means `title_prior` (n_items, d + 1), predicted from content by
    `regression`, and the covariance `title_spread` (d + 1, d + 1); the fans' prior has `fan_mean` (d,) and `fan_spread`
    (d, d).
    """

    titles: NDArray[np.float32]
    title_covs: NDArray[np.float32]
    fans: NDArray[np.float32]
    noise: float
    title_prior: NDArray[np.float64]
    regression: "Regression"
    title_spread: NDArray[np.float64]
    fan_mean: NDArray[np.float64]
    fan_spread: NDArray[np.float64]


def fit(
    ratings: Ratings,
    content: Content,
    config: FactorConfig,
    seed: int = 0,
    progress: Callable[[Iterable[int]], Iterable[int]] = lambda iterations: iterations,
) -> Factors:
    """Fit the mean-field posterior of titles and fans (Lim & Teh 2007, "Variational Bayesian approach to movie rating
    prediction"). The titles' prior is a regression on `content` (Agarwal & Chen 2009,
    "Regression-based latent factor models"); priors and noise are estimated by empirical Bayes.

    Memory: 4 (n_users + n_items) d² bytes.
    """
    rng = np.random.default_rng(seed)
    d, n_items, n_users = config.n_factors, len(ratings.item_ids), len(ratings.user_ids)
    mean = ratings.scores.mean()
    order = np.argsort(ratings.items, kind="stable")
    by_title = _Side(ratings.items[order], ratings.users[order], ratings.scores[order], n_items)
    by_fan = _Side(ratings.users, ratings.items, ratings.scores, n_users)
    titles = np.zeros((n_items, d + 1), np.float32)
    titles[:, 0], titles[:, 1] = mean, 1
    titles[:, 2:] = rng.normal(0, config.start, (n_items, d - 1))
    covs = np.broadcast_to(0.01 * np.eye(d + 1, dtype=np.float32), (n_items, d + 1, d + 1)).copy()
    prior, spread = titles.astype(np.float64), np.eye(d + 1)
    regression = Regression.fit(content, titles, np.zeros(n_items, bool), config.ridge)
    fan_mean, fan_spread, noise = np.zeros(d), np.eye(d), 1.5
    fans = np.zeros((n_users, d), np.float32)
    fan_covs = np.zeros((n_users, d, d), np.float32)
    rated = np.bincount(ratings.items, minlength=n_items) > 0
    used = np.unique(ratings.users)
    for _ in progress(range(config.n_iterations)):
        inverse = np.linalg.inv(fan_spread)
        for user in used:
            items, scores = by_fan.of(user)
            w, cov = titles[items], covs[items].sum(axis=0)
            a = w[:, 1:]
            precision = inverse + (a.T @ a + cov[1:, 1:]) / noise
            fan_covs[user] = np.linalg.inv(precision)
            fans[user] = fan_covs[user] @ (inverse @ fan_mean + (a.T @ (scores - w[:, 0]) - cov[1:, 0]) / noise)
        fan_mean = fans[used].mean(axis=0, dtype=np.float64)
        apart = fans[used] - fan_mean
        fan_spread = (apart.T @ apart + fan_covs[used].sum(axis=0)) / len(used)
        inverse = np.linalg.inv(spread)
        squares = 0.0
        for item in np.flatnonzero(rated).tolist():
            users, scores = by_title.of(item)
            x = np.column_stack([np.ones(len(users), np.float32), fans[users]])
            second = x.T @ x
            second[1:, 1:] += fan_covs[users].sum(axis=0)
            cov = np.linalg.inv(inverse + second / noise)
            titles[item] = cov @ (inverse @ prior[item] + x.T @ scores / noise)
            covs[item] = cov
            w = titles[item].astype(np.float64)
            squares += scores @ scores - 2 * w @ (x.T @ scores) + np.sum(second * (np.outer(w, w) + cov))
        noise = float(squares / len(ratings.scores))
        regression = Regression.fit(content, titles, rated, config.ridge)
        prior = regression.predict(content.features, content.received)
        apart = titles[rated] - prior[rated]
        spread = (apart.T @ apart + covs[rated].sum(axis=0)) / rated.sum()
    titles[~rated], covs[~rated] = prior[~rated], spread
    return Factors(titles, covs, fans, noise, prior, regression, spread, fan_mean, fan_spread)


@dataclass(frozen=True)
class Regression:
    """Titles' parameters from content: `received` and `plain` (n_features + 1, d + 1), the intercept first, for titles
    whose mean score is known and for the others; `plain` is zero for the features of reception."""

    received: NDArray[np.float64]
    plain: NDArray[np.float64]

    @classmethod
    def fit(cls, content: Content, titles: NDArray[np.float32], rated: NDArray[np.bool_], ridge: float) -> "Regression":
        """Ridge regressions on the `rated` titles: `received` on those whose mean score is known, `plain` on all."""
        plain = np.where(content.reception, 0, content.features)
        known = rated & content.received
        received = _ridge(content.features[known], titles[known], ridge)
        return cls(received, _ridge(plain[rated], titles[rated], ridge))

    def predict(self, features: NDArray[np.float32], received: NDArray[np.bool_]) -> NDArray[np.float64]:
        """(n, d + 1) from `features` (n, n_features); `received` (n,) chooses the regression."""
        each = [coefficients[0] + features @ coefficients[1:] for coefficients in (self.plain, self.received)]
        return np.where(received[:, None], each[1], each[0]).astype(np.float64)

    def map(self, change: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> "Regression":
        """The regression of parameters that are the linear function `change` of these."""
        return Regression(change(self.received), change(self.plain))


def _ridge(features: NDArray[np.float32], values: NDArray[np.floating], ridge: float) -> NDArray[np.float64]:
    """Coefficients (n_features + 1, n_values), the intercept, which is not penalised, first."""
    x = np.column_stack([np.ones(len(features)), features]).astype(np.float64)
    penalty = ridge * np.eye(x.shape[1])
    penalty[0, 0] = 1e-6
    return np.asarray(np.linalg.solve(x.T @ x + penalty, x.T @ values.astype(np.float64)), np.float64)


class _Side:
    """Ratings grouped by fan or by title; `groups` is sorted."""

    def __init__(self, groups: NDArray, others: NDArray, scores: NDArray, n: int) -> None:
        self._bounds = np.searchsorted(groups, np.arange(n + 1))
        self._others, self._scores = others, scores.astype(np.float32)

    def of(self, group: int) -> tuple[NDArray, NDArray]:
        own = slice(self._bounds[group], self._bounds[group + 1])
        return self._others[own], self._scores[own]


@dataclass(frozen=True)
class Placed:
    """The serving SVD of rated titles, and what places others: `regression` of (base, factors) in its terms, each
    title's `deviation` (n_items, n_factors + 1) from it, and `noise`, the variance of scores of a plain and of a
    received title."""

    svd: SVD
    regression: Regression
    deviation: NDArray[np.float64]
    noise: tuple[float, float]


def to_serving_svd(
    factors: Factors, content: Content, item_ids: NDArray[np.int64], counts: NDArray[np.int64], config: ColdConfig
) -> Placed:
    """Convert `factors` to the serving SVD, whose fans have the prior N(0, I); factors are rounded to float16.

    `counts` (n_items,) are the numbers of ratings. The uncertainty of a title's parameters, for a fan drawn from the
    prior, is added to its noise.
    """
    root = np.linalg.cholesky(factors.fan_spread)
    plain = factors.titles[:, 1:].astype(np.float64) @ root
    # The prior is the same in every direction, so rotate: the first column becomes the fan's general level.
    level = (counts @ plain)[:, None]
    turn = np.linalg.qr(np.column_stack([level, np.eye(len(level))]))[0]

    def served(titles: NDArray[np.float64]) -> NDArray[np.float64]:
        base = titles[:, :1] + titles[:, 1:] @ factors.fan_mean[:, None]
        return np.column_stack([base, titles[:, 1:] @ root @ turn])

    titles = served(factors.titles.astype(np.float64))
    fan = np.append(1.0, factors.fan_mean)
    second = np.outer(fan, fan)
    second[1:, 1:] += factors.fan_spread
    uncertainty = np.einsum("ijk,jk->i", factors.title_covs, second.astype(np.float32))
    noise = (factors.noise + uncertainty).astype(np.float32)
    directions = titles[:, 1:].astype(np.float16).astype(np.float32)
    svd = SVD(item_ids, titles[:, 0].astype(np.float32), directions, noise, no_band(), config.fan_dof)
    regression = factors.regression.map(served)
    deviation = titles - served(factors.title_prior)
    apart = (factors.titles - factors.title_prior)[:, None, :] * (factors.titles - factors.title_prior)[:, :, None]
    apart = np.einsum("ijk,jk->i", apart + factors.title_covs, second)
    enough = counts >= config.enough
    groups = [enough & (content.received == known) for known in (False, True)]
    plain, received = (float(apart[group if group.any() else slice(None)].mean()) for group in groups)
    return Placed(svd, regression, deviation, (factors.noise + plain, factors.noise + received))
