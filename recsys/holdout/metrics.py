"""Measures of prediction error and of ranking."""

import math

import numpy as np
from numpy.typing import NDArray

#: Titles recommended, and the lowest score of a relevant title.
N_SHOWN, LIKED = 10, 8


def _errors(predicted: NDArray[np.floating], actual: NDArray[np.floating]) -> NDArray[np.floating]:
    if predicted.shape != actual.shape or not predicted.size:
        raise ValueError(
            f"Predictions and scores must have the same shape and not be empty: {predicted.shape}, {actual.shape}."
        )
    return predicted - actual


def rmse(predicted: NDArray[np.floating], actual: NDArray[np.floating]) -> float:
    """Root mean squared error of `predicted` (n,) against `actual` (n,). Raises ValueError if n is 0 or differs."""
    return math.sqrt(np.mean(np.square(_errors(predicted, actual))))


def mae(predicted: NDArray[np.floating], actual: NDArray[np.floating]) -> float:
    """Mean absolute error of `predicted` (n,) against `actual` (n,). Raises ValueError if n is 0 or differs."""
    return float(np.mean(np.abs(_errors(predicted, actual))))


def ndcg(ranked: NDArray[np.integer], relevant: NDArray[np.integer], n: int) -> float:
    """Normalised discounted cumulative gain of the first `n` of `ranked`, best first, gain 1 for each of `relevant`
    (Järvelin & Kekäläinen 2002): sum over hits of 1/log2(rank + 1), divided by the sum of a perfect ranking.

    Missing places of a list shorter than `n` count as misses. Raises ValueError if nothing is relevant.
    """
    hits = _hits(ranked, relevant, n)
    discounts = 1 / np.log2(np.arange(2, n + 2))
    return float(hits @ discounts[: len(hits)] / discounts[: len(relevant)].sum())


def recall(ranked: NDArray[np.integer], relevant: NDArray[np.integer], n: int) -> float:
    """Number of `relevant` among the first `n` of `ranked`, divided by the largest number possible (at most `n`)."""
    return float(_hits(ranked, relevant, n).sum() / min(n, len(relevant)))


def hit(ranked: NDArray[np.integer], relevant: NDArray[np.integer], n: int) -> float:
    """1 if any of `relevant` is among the first `n` of `ranked`, else 0."""
    return float(_hits(ranked, relevant, n).any())


def _hits(ranked: NDArray[np.integer], relevant: NDArray[np.integer], n: int) -> NDArray[np.bool_]:
    if n < 1 or not len(relevant):
        raise ValueError(f"A ranking needs at least one place and one relevant title: {n}, {len(relevant)}.")
    return (ranked[:n, None] == relevant).any(axis=1)  # several times as fast as isin for a few places


def diversity(features: NDArray[np.floating]) -> float:
    """Intra-list diversity (Ziegler et al. 2005): the mean, over pairs of titles, of 1 - cosine of their `features`
    (n, n_features); 0 for fewer than two titles. A title without features has cosine 0 with all others."""
    n = len(features)
    if n < 2:
        return 0.0
    length = np.linalg.norm(features, axis=1, keepdims=True)
    unit = features / np.where(length > 0, length, 1)
    alike = unit @ unit.T
    return float(1 - (alike.sum() - np.trace(alike)) / (n * (n - 1)))


def standard_error(values: NDArray[np.floating]) -> float:
    """Standard error of the mean of `values` (n,), independent draws; NaN for fewer than two."""
    return float(np.std(values, ddof=1) / math.sqrt(len(values))) if len(values) > 1 else math.nan
