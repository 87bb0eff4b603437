"""The protocol on three fans whose figures are worked out by hand."""

import numpy as np
import pytest

from recsys.errors import DataError
from recsys.evaluation import new_fans, protocols
from recsys.evaluation.protocols import Answer, System, measure, summary
from recsys.holdout.reveal import FanLists
from scripts.benchmarks import made_up

ITEM_IDS = np.arange(100, 130)
RATERS = np.arange(30)
FEATURES = np.eye(30)


def fans(n: int = 3) -> FanLists:
    """Each rates 0..19; 10 and 19 get a 9, the others a 5."""
    scores = np.full(20, 5.0)
    scores[[10, 19]] = 9
    return FanLists([np.arange(20)] * n, [scores] * n)


def fixed(name: str, order: np.ndarray, predicted: np.ndarray | None = None, baseline: bool = False) -> System:
    return System(name, ITEM_IDS, lambda items, scores: Answer(order, predicted), baseline)


def results_of(system: System, k: int = 5, n: int = 3):
    return measure(system, fans(n), ITEM_IDS, k, RATERS, FEATURES)


def test_ranking_right_is_one_and_known_titles_are_no_candidates():
    order = np.zeros(30)
    order[[10, 19]] = 2
    order[:5] = 3  # known, so not recommended
    right = results_of(fixed("right", order))
    np.testing.assert_allclose(right.means["ndcg10"], 1)
    assert not right.shown & set(range(100, 105))
    assert len(right.shown) == 10


def test_errors_by_hand():
    answer = results_of(fixed("flat", np.zeros(30), np.full(30, 6.0)))
    # Hidden: 13 fives, off by 1, and two nines, off by 3.
    assert answer.rmse() == pytest.approx(np.sqrt((13 + 18) / 15))
    assert answer.mae() == pytest.approx((13 + 6) / 15)


def test_a_title_that_a_system_does_not_know_is_missed_but_predicted():
    known = ITEM_IDS[:15]
    system = System("half", known, lambda items, scores: Answer(np.arange(15.0), np.full(15, 5.0)))
    answer = measure(system, fans(), ITEM_IDS, 5, RATERS, FEATURES)
    assert answer.asked.tolist() == [15, 15, 15]
    assert answer.means["recall10"].tolist() == [0.5, 0.5, 0.5]


def test_summary_pairs_with_the_best_baseline():
    right, wrong = np.zeros(30), np.zeros(30)
    right[[10, 19]] = 1
    wrong[20:] = 1
    results = {
        "model": results_of(fixed("model", right, np.full(30, 5.0))),
        "bad": results_of(fixed("bad", wrong, np.full(30, 1.0))),
        "better": results_of(fixed("better", right, np.full(30, 4.0))),
    }
    figures = summary(results, ["bad", "better"], 30)
    assert figures["model"]["ndcg10_gain"]["over"] == "better"
    assert figures["model"]["ndcg10_gain"]["value"] == 0
    assert figures["model"]["rmse_gain"]["value"] > 0
    assert figures["model"]["coverage"]["value"] == pytest.approx(10 / 30, abs=1e-4)


def test_what_no_fan_has_is_left_out():
    """With 15 of their 20 ratings known, five are hidden: too few for a ranking, enough for errors."""
    results = {"model": results_of(fixed("model", np.arange(30.0), np.full(30, 5.0)), k=15)}
    row = summary(results, ["model"], 30)["model"]
    assert row["fans"] == 0
    assert not {"ndcg10", "ndcg10_gain", "ndcg10_over_popularity"} & set(row)
    assert row["rmse_gain"]["value"] == 0
    unscored = {"model": results_of(fixed("model", np.arange(30.0)))}
    assert not {"rmse", "rmse_gain"} & set(summary(unscored, ["model"], 30)["model"])


def test_numbers_of_ratings_that_no_fan_has_are_left_out():
    def measured(n_fans: int) -> new_fans.Measured:
        system = fixed("popularity", np.arange(30.0), np.full(30, 5.0))
        return new_fans.Measured(system.name, True, {k: results_of(system, k, n_fans) for k in protocols.COUNTS})

    ratings = made_up(40, 30, 12, 0)
    assert list(new_fans.figures([measured(3)], ratings)) == ["0", "1", "3", "5", "10"]
    with pytest.raises(DataError, match="No held-out fan has a rating"):
        new_fans.figures([measured(0)], ratings)


def test_jackknife_of_a_mean_is_its_standard_error():
    values = np.array([1.0, 4, 2, 8])
    error = protocols.jackknife(lambda kept: float(values[kept].mean()), 4)
    assert error == pytest.approx(values.std(ddof=1) / 2)
