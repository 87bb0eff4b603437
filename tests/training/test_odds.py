"""Odds learn the chances that bands and scores really have."""

from pathlib import Path

import numpy as np
import pytest

from recsys.data.ratings import Ratings
from recsys.evaluation.odds import reliability
from recsys.holdout.reveal import FanLists, fan_lists
from recsys.holdout.split import members
from recsys.models.odds import PLAIN, Odds
from recsys.training import svd_trainer
from recsys.training.odds import DRAWS, fit, fit_all
from recsys.training.run import Trained, TrainingRun
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


def rated(seed: int, scores_of_test_fans: float | None = None) -> Ratings:
    """`fans` as ratings; those of the test part give `scores_of_test_fans` to all."""
    lists = fans(seed)
    ids, n = np.arange(len(lists.items)), len(lists.items[0])
    users, items = np.repeat(ids, n).astype(np.int32), np.concatenate(lists.items).astype(np.int32)
    scores = np.concatenate(lists.scores)
    if scores_of_test_fans is not None:
        scores[members(ids, "test")[users]] = scores_of_test_fans
    order = np.lexsort((items, users))
    return Ratings(ids, np.arange(1, N_ITEMS + 1), users, items[order], scores[order])


@pytest.fixture
def without_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(svd_trainer, "train", lambda run: Trained(Banded(1.0), {}))


def brier(model: Banded, odds: Odds, lists: FanLists) -> float:
    """The Brier score of the chances of 8 or more."""
    rows = [
        (odds.of(model, one.fold_in(model), model.scores, one.hidden_items)[0], one.hidden_scores)
        for one in lists.reveal(5)
    ]
    return float(np.mean(np.concatenate([np.square(chance - (scores >= 8)) for chance, scores in rows])))


@pytest.mark.usefixtures("without_training")
def test_the_turns_together_ask_all_fans_but_those_of_the_test_part():
    models = {"svd": Banded(1.0)}
    found = fit_all(models, TrainingRun(Path(), rated(0)))["svd"]
    assert found == fit_all(models, TrainingRun(Path(), rated(0, scores_of_test_fans=1.0)))["svd"]
    few, train = (fan_lists(rated(0), part, models["svd"].item_ids) for part in ("validation", "train"))
    every = fit(models["svd"], FanLists(few.items + train.items, few.scores + train.scores))
    # Each turn knows other random ratings of a fan; at the ends there are few scores.
    np.testing.assert_allclose(found.high[1:4], every.high[1:4], atol=0.05)
    np.testing.assert_allclose(found.low[1:4], every.low[1:4], atol=0.05)


@pytest.mark.usefixtures("without_training")
def test_all_fans_give_better_chances_than_a_few():
    others, model = fans(1, n=1000), Banded(1.0)
    for seed in range(2, 5):
        few = fit(model, fan_lists(rated(seed), "validation", model.item_ids))
        every = fit_all({"it": model}, TrainingRun(Path(), rated(seed)))["it"]
        assert brier(model, every, others) < brier(model, few, others)


def test_many_validation_fans_are_enough_without_turns(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(svd_trainer, "train", lambda run: pytest.fail("an SVD is trained"))
    monkeypatch.setattr("recsys.training.odds._ENOUGH", 10)
    model = Banded(0.5)
    few = fit(model, fan_lists(rated(0), "validation", model.item_ids))
    assert fit_all({"it": model}, TrainingRun(Path(), rated(0))) == {"it": few}


@pytest.mark.usefixtures("without_training")
def test_too_few_validation_fans_leave_the_chances_of_all(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("recsys.training.odds._MIN_SCORES", 100_000)
    model = Banded(0.5)
    assert fit(model, fan_lists(rated(0), "validation", model.item_ids)) == PLAIN
    assert fit_all({"it": model}, TrainingRun(Path(), rated(0)))["it"] != PLAIN
