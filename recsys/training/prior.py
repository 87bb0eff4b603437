"""The distribution of fans: a Gaussian prior on (b_u, p_u), and titles' factors in its terms."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Prior:
    """x = (b_u, p_u) ~ N(mean, cov): `mean` (n_factors + 1,), `cov` (n_factors + 1, n_factors + 1)."""

    mean: NDArray[np.float64]
    cov: NDArray[np.float64]


def moments(bu: NDArray, pu: NDArray) -> Prior:
    """The mean and covariance of trained fans' biases (n,) and factors (n, n_factors)."""
    x = np.column_stack([bu, pu]).astype(np.float64)
    return Prior(x.mean(0), np.cov(x.T) + 1e-6 * np.eye(x.shape[1]))
