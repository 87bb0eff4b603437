"""SVD at serving time: the posterior of a fan's bias and factors given their ratings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from recsys.models.band import Band
from recsys.models.base import Fan, Floats, Items, Model, Statuses, check_config, check_noise, check_shape, clip


@dataclass(frozen=True)
class FoldedFan(Fan):
    """`z` (n_factors,) is the fan's posterior mean. `rated` (n, n_factors) are the factors of the rated titles and
    `residuals` (n,) their scores less their base. `inverse` is the inverse of the ratings' covariance (n, n) or, when
    `dual` is false, the posterior covariance (n_factors, n_factors). `scale` multiplies variances."""

    z: NDArray[np.float32]
    rated: NDArray[np.float32]
    residuals: NDArray[np.float64]
    inverse: Floats
    dual: bool
    scale: float


class SVD(Model[FoldedFan]):
    """Matrix factorisation with a Gaussian prior on fans.

    Trained: r_ui = mu + b_i + b_u + q_i·p_u + e. The fan's x = (b_u, p_u) has the prior N(m, S), fitted to the fans of
    the training data; e ~ N(0, noise_i). With S = L L' and x = m + L z, that is r_ui = base_i + a_i·z + e, where
    base_i = mu + b_i + (1, q_i)·m, a_i = L'(1, q_i) and z ~ N(0, I): `base` and `factors` hold these. So the model
    holds the distribution of the fans in the training data, but none of the fans.

    Fold-in is the posterior of z given the ratings (Bishop 2006, eqs. 3.53-3.54), in whichever of its two equal forms
    has the smaller matrix (Rasmussen & Williams 2006, eq. 2.11-2.12). All variances carry a factor common to one fan,
    with a scaled inverse chi-squared prior of `fan_dof` degrees of freedom: a fan with small residuals gets narrower
    bands (Gelman et al. 2013, sec. 14.2). It does not change the means.

    Attributes: `item_ids` (n_items,), `base` (n_items,), `factors` (n_items, n_factors), whose first column is the
    fan's general level and the rest taste; `noise` (n_items,), variances of a score about its expectation.
    """

    name: ClassVar[str] = "svd"
    label: ClassVar[str] = "SVD"

    def __init__(
        self,
        item_ids: NDArray[np.int64],
        base: NDArray[np.float32],
        factors: NDArray[np.float32],
        noise: NDArray[np.float32],
        band: Band,
        fan_dof: float,
        score_weight: float = 0.0,
    ) -> None:
        self.item_ids, self.base, self.factors, self.noise = item_ids, base, factors, noise
        self._band, self._fan_dof, self.score_weight = band, float(fan_dof), float(score_weight)
        taste = factors[:, 1:]
        size = np.einsum("if,if->i", taste, taste)
        # Damping by a typical size: titles with few ratings have tiny factors, whose direction is noise.
        self._size = np.sqrt(size + np.median(size)) if len(size) else size

    def with_titles(self, item_ids: NDArray[np.int64], base: NDArray, factors: NDArray, noise: NDArray) -> "SVD":
        """The same fans' prior and band with other titles."""
        return SVD(item_ids, base, factors, noise, self._band, self._fan_dof, self.score_weight)

    @property
    def n_factors(self) -> int:
        return self.factors.shape[1]

    def fold_in(self, items: Items, scores: Floats, seen: Items, statuses: Statuses | None = None) -> FoldedFan:
        scores = np.asarray(scores, np.float64)
        rated, noise = self.factors[items], self.noise[items].astype(np.float64)
        residuals = scores - self.base[items]
        dual = len(items) <= self.n_factors
        if dual:
            inverse = np.linalg.inv((rated @ rated.T).astype(np.float64) + np.diag(noise))
            weights = inverse @ residuals
            z = rated.T @ weights
        else:
            precision = (rated.T @ (rated / self.noise[items, None])).astype(np.float64)
            inverse = np.linalg.inv(precision + np.eye(self.n_factors))
            z = inverse @ (rated.T @ (residuals / noise))
            weights = (residuals - rated @ z) / noise
        scale = (self._fan_dof + max(residuals @ weights, 0)) / (self._fan_dof + len(items))
        return FoldedFan(items, scores, seen, z.astype(np.float32), rated, residuals, inverse, dual, float(scale))

    def predict(self, fan: FoldedFan) -> Floats:
        return clip(self.base + self.factors @ fan.z)

    def covariance(self, fan: FoldedFan) -> Floats:
        """Posterior covariance of z, (n_factors, n_factors), before `scale`."""
        if fan.dual:
            return np.eye(self.n_factors) - fan.rated.T @ fan.inverse @ fan.rated
        return fan.inverse

    def variance(self, fan: FoldedFan, items: Items) -> Floats:
        """Variance (len(items),) of the scores that the fan would give: of the expectation, plus the noise.

        In single precision, which is enough beside the noise: half of the time for all titles.
        """
        wanted = self.factors[items]
        if fan.dual:
            shared = wanted @ fan.rated.T
            explained = np.einsum("ij,ij->i", shared @ fan.inverse.astype(np.float32), shared)
            uncertain = np.einsum("if,if->i", wanted, wanted) - explained
        else:
            uncertain = np.einsum("if,if->i", wanted @ fan.inverse.astype(np.float32), wanted)
        return fan.scale * (np.maximum(uncertain, 0) + self.noise[items])

    def band(self, fan: FoldedFan, items: Items) -> tuple[Floats, Floats]:
        centre = clip(self.base[items] + self.factors[items] @ fan.z)
        return self._band.ends(len(fan.items), centre, np.sqrt(self.variance(fan, items)))

    def explain(self, fan: FoldedFan, item: int) -> tuple[float, Floats]:
        wanted = self.factors[item].astype(np.float64)
        if fan.dual:
            pull = fan.inverse @ (fan.rated @ wanted)
        else:
            pull = (fan.rated @ (fan.inverse @ wanted)) / self.noise[fan.items]
        return float(self.base[item]), np.append(pull * fan.residuals, np.zeros(len(fan.seen)))

    def left_out(self, fan: FoldedFan) -> tuple[Floats, Floats, Floats]:
        expected, sd = self.without_each(fan)
        centre = clip(expected)
        return centre, *self._band.ends(max(len(fan.items) - 1, 0), centre, sd)

    def without_each(self, fan: FoldedFan) -> tuple[Floats, Floats]:
        """The expected score of each rated title, not clipped, and the standard deviation of the fan's score about it,
        from the other ratings, (n,) each.

        Exact, from the one fold-in: Rasmussen & Williams 2006, eq. 5.12, and its form by leverage. Without a rating,
        the sum of squares behind `scale` lacks the square of its error over its variance.
        """
        n, noise = len(fan.items), self.noise[fan.items].astype(np.float64)
        if fan.dual:
            variance = 1 / np.diag(fan.inverse)
            missed = (fan.inverse @ fan.residuals) * variance
        else:
            root = np.linalg.cholesky(fan.inverse).astype(np.float32)
            leverage = np.square(fan.rated @ root).sum(axis=1) / noise
            variance = noise / (1 - leverage)
            missed = (fan.residuals - fan.rated @ fan.z) / (1 - leverage)
        squares = fan.scale * (self._fan_dof + n) - self._fan_dof - np.square(missed) / variance
        scale = (self._fan_dof + np.maximum(squares, 0)) / (self._fan_dof + max(n - 1, 0))
        return fan.scores - missed, np.sqrt(scale * variance)

    def similarity(self, item: int) -> Floats:
        """Cosine of the titles' taste factors, damped for titles with few ratings: the correlation, over fans, of what
        is predicted for the two beyond the fan's general level."""
        taste = self.factors[:, 1:]
        alike = (taste @ taste[item]) / np.maximum(self._size * self._size[item], 1e-12)
        alike[item] = 1
        return alike

    def to_arrays(self) -> dict[str, NDArray]:
        return {
            "item_ids": self.item_ids.astype(np.int32),
            "base": self.base,
            "factors": self.factors.astype(np.float16),
            "noise": self.noise,
            **self._band.to_arrays(),
        }

    @property
    def config(self) -> dict[str, Any]:
        return {"fan_dof": self._fan_dof, "score_weight": self.score_weight}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray], config: Mapping[str, Any]) -> Self:
        item_ids = arrays["item_ids"].astype(np.int64)
        base, factors, noise = (arrays[name].astype(np.float32) for name in ("base", "factors", "noise"))
        n_items = len(item_ids)
        if factors.ndim != 2 or factors.shape[1] < 1:
            raise ValueError(f"factors has shape {factors.shape}, not ({n_items}, n_factors)")
        check_shape("item_ids", item_ids, n_items)
        check_shape("base", base, n_items)
        check_shape("factors", factors, n_items, factors.shape[1])
        check_noise(item_ids, noise)
        fan_dof, score_weight = check_config(config)
        return cls(item_ids, base, factors, noise, Band.from_arrays(arrays), fan_dof, score_weight)
