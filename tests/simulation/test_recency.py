"""The estimated distribution of fans' shares of recent titles."""

import numpy as np
import pytest

from recsys.simulation import recency
from recsys.simulation.lists import Lists


def test_the_distribution_of_shares_allows_for_short_lists() -> None:
    """Among two titles each, many fans whose share is a half have no recent title by chance."""
    rng = np.random.default_rng(0)
    fans = np.repeat(np.arange(4000), 2).astype(np.int32)
    items = (2 * np.tile([0, 1], 4000) + (rng.random(8000) < 0.5)).astype(np.int32)
    none = np.zeros(8000, np.uint8)
    fitted = recency.fit(Lists(fans, items, none, none, 4000), np.arange(4) % 2 == 1)
    assert fitted.weights[0] < 0.1
    assert fitted.draw(4000, rng).mean() == pytest.approx(0.5, abs=0.05)
