"""Questions to simulated fans drawn from the model: informative questions must help most."""

import numpy as np
import pytest

from recsys.evaluation import elicitation
from recsys.holdout.reveal import FanLists
from recsys.models.band import Band
from recsys.models.svd import SVD

N_ITEMS, N_FANS = 200, 60


@pytest.fixture(scope="module")
def model() -> SVD:
    """Few titles divide fans, and they are not the most popular."""
    rng = np.random.default_rng(0)
    strength = np.where(np.arange(N_ITEMS) % 5 == 4, 2.0, 0.3)[:, None]
    factors = np.column_stack([np.full(N_ITEMS, 0.5), strength * rng.choice([-1, 1], (N_ITEMS, 2))])
    band = Band(np.zeros(1), -np.ones(1), np.ones(1))
    base, noise = np.full(N_ITEMS, 6, np.float32), np.ones(N_ITEMS, np.float32)
    return SVD(np.arange(1, N_ITEMS + 1), base, factors.astype(np.float32), noise, band, fan_dof=1e9)


@pytest.fixture(scope="module")
def asked(model) -> dict[str, elicitation.Asked]:
    rng = np.random.default_rng(1)
    lists = FanLists([], [])
    for fan in range(N_FANS):
        items = rng.permutation(N_ITEMS)[: 100 if fan else 20]  # the first fan has too few
        z = rng.normal(0, 1, 3)
        lists.items.append(items)
        lists.scores.append(model.base[items] + model.factors[items] @ z + rng.normal(0, 1, len(items)))
    return elicitation.compare(model, lists, np.linspace(1, 0.5, N_ITEMS))


def test_informative_questions_beat_popular_and_random_ones(asked):
    for other in ("popular", "random"):
        for n in (1, 3, 5):
            assert asked["telling"].by_answers[n] < asked[other].by_answers[n]
        assert asked["telling"].by_questions[10] < asked[other].by_questions[10]


def test_every_strategy_is_tried_on_the_same_fans_and_learns(asked):
    assert {result.fans for result in asked.values()} == {N_FANS - 1}
    for result in asked.values():
        errors = [result.by_answers[n] for n in elicitation.ANSWERS]
        assert errors[-1] < errors[0]
        questions = [result.questions[n] for n in elicitation.ANSWERS]
        assert (np.diff(questions) > 0).all()
        assert all(number >= n for n, number in result.questions.items())


def test_popular_titles_are_asked_in_their_order(model):
    chance = np.linspace(0, 1, N_ITEMS)
    allowed = np.ones(N_ITEMS, dtype=bool)
    allowed[-1] = False
    popular = elicitation.strategies(model, chance, 0)["popular"]
    fan = model.fold_in(*(np.empty(0, kind) for kind in (np.intp, float, np.intp)))
    assert popular(fan, allowed)[:3].tolist() == [N_ITEMS - 2, N_ITEMS - 3, N_ITEMS - 4]
