"""Odds learn the chances that bands and scores really have."""

import numpy as np
import pytest

from recsys.evaluation.odds import reliability
from recsys.holdout.reveal import FanLists
from recsys.models.odds import PLAIN
from recsys.training.odds import DRAWS, fit
from tests.models.fixed import Fixed

N_ITEMS = 60


class Banded(Fixed):
    """Predicts 3 to 9.5, with a band that claims errors of half or twice the true size."""

    def __init__(self, claimed: float):
        super().__init__(np.arange(1, N_ITEMS + 1), np.linspace(3, 9.5, N_ITEMS))
        self.claimed = claimed

    def band(self, fan, items):
        middle = self.predict(fan)[items]
        return middle - 1.2816 * self.claimed, middle + 1.2816 * self.claimed


def fans(seed: int, n: int = 400) -> FanLists:
    """Fans whose whole scores have errors of standard deviation 1."""
    rng = np.random.default_rng(seed)
    lists = FanLists([], [])
    for _ in range(n):
        items = rng.permutation(N_ITEMS)[:30]
        lists.items.append(items)
        lists.scores.append(np.clip(np.round(np.linspace(3, 9.5, N_ITEMS)[items] + rng.normal(0, 1, 30)), 1, 10))
    return lists


@pytest.mark.parametrize("claimed", [0.5, 1.0, 2.0])
def test_chances_are_right_on_other_fans_whatever_the_band_claims(claimed):
    model = Banded(claimed)
    odds = fit(model, fans(0))
    rows = [
        (np.stack(odds.of(model, r.fold_in(model), model.scores, r.hidden_items), 1), r.hidden_scores)
        for r in fans(1, n=2000).reveal(5)
    ]
    chances, scores = np.concatenate([c for c, _ in rows]), np.concatenate([s for _, s in rows])
    for chance, happened in ((chances[:, 0], scores >= 8), (chances[:, 1], scores <= 5)):
        curve = reliability(chance, happened.astype(float), np.arange(len(chance)))
        gaps = [abs(tenth["gap"]["value"]) for tenth in curve.values() if tenth["scores"] > 1000]
        assert max(gaps) < 0.05


def test_chances_never_fall_where_the_prediction_rises():
    model = Banded(1.0)
    lists = fans(0)
    upside_down = FanLists(lists.items, [11 - scores for scores in lists.scores])
    odds = fit(model, upside_down)
    assert odds != PLAIN
    np.testing.assert_allclose(np.diff(odds.high), 0, atol=0.01)
    np.testing.assert_allclose(np.diff(odds.low), 0, atol=0.01)


def test_several_orders_of_each_list_are_used():
    known = set()

    class Watched(Banded):
        def fold_in(self, items, scores, seen, statuses=None):
            known.add(tuple(items))
            return super().fold_in(items, scores, seen, statuses)

    fit(Watched(1.0), fans(0, n=1))
    assert len({items for items in known if len(items) == 5}) == DRAWS


def test_too_few_scores_leave_the_chances_of_the_band():
    assert fit(Banded(1.0), fans(0, n=1)) == PLAIN
