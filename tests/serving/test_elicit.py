"""Which titles to ask about next: by hand, against brute force, and titles that are never asked about."""

import numpy as np
import pytest

from recsys.data.catalogue import Catalogue
from recsys.errors import RecsysError
from recsys.models.band import Band
from recsys.models.svd import SVD
from recsys.serving import elicit
from recsys.serving.engine import Engine
from recsys.types import Profile, Title

NONE = np.empty(0, np.intp)
N_ITEMS = 40


@pytest.fixture(scope="module")
def model() -> SVD:
    rng = np.random.default_rng(0)
    factors = np.column_stack([np.full(N_ITEMS, 0.8), rng.normal(0, 0.6, (N_ITEMS, 4))]).astype(np.float32)
    base, noise = rng.normal(7, 0.5, N_ITEMS).astype(np.float32), rng.uniform(0.8, 1.5, N_ITEMS).astype(np.float32)
    band = Band(np.zeros(1), -np.ones(1), np.ones(1))
    return SVD(np.arange(1, N_ITEMS + 1), base, factors, noise, band, fan_dof=1e9)


def everything(n: int = N_ITEMS) -> np.ndarray:
    return np.ones(n, dtype=bool)


@pytest.mark.parametrize("told", [[], [3, 9], list(range(12))])
def test_the_choice_lowers_the_weighted_variance_most(model, told):
    """Brute force: fold the fan in with each title in turn, and sum the variances that are left."""
    told = np.array(told, dtype=np.intp)
    fan = model.fold_in(told, model.base[told].astype(float), NONE)
    chance = np.linspace(0.2, 1, N_ITEMS)
    predicted, every = model.predict(fan), np.arange(N_ITEMS)
    weights = chance * np.exp(predicted)
    gains = np.full(N_ITEMS, -np.inf)
    for item in np.setdiff1d(every, told):
        more = np.append(told, item)
        after = model.fold_in(more, model.base[more].astype(float), NONE)
        gains[item] = chance[item] * (weights @ (model.variance(fan, every) - model.variance(after, every)))
    allowed = everything()
    allowed[told] = False
    assert elicit.choose(model, fan, chance, allowed, 1).tolist() == [int(np.argmax(gains))]
    order = np.argsort(-gains)[: N_ITEMS - len(told)]
    np.testing.assert_array_equal(elicit.ranking(model, fan, chance, allowed)[:10], order[:10])


def test_the_second_is_chosen_as_if_the_first_were_scored(model):
    fan, chance = model.fold_in(NONE, np.empty(0), NONE), np.ones(N_ITEMS)
    first, second = elicit.choose(model, fan, chance, everything(), 2)
    # A score equal to the expected one leaves predictions as they are, and so what matters.
    answered = model.fold_in(np.array([first]), model.base[[first]].astype(float), NONE)
    rest = everything()
    rest[first] = False
    assert elicit.choose(model, answered, chance, rest, 1).tolist() == [second]


def test_titles_not_seen_are_not_asked_about(model):
    fan = model.fold_in(NONE, np.empty(0), NONE)
    chance = np.zeros(N_ITEMS)
    chance[[4, 8, 15]] = 1
    assert set(elicit.choose(model, fan, chance, everything(), 3).tolist()) == {4, 8, 15}


def test_no_two_of_one_franchise_while_there_is_another_and_never_in_a_row(model):
    fan, franchises = model.fold_in(NONE, np.empty(0), NONE), np.arange(N_ITEMS) // 5
    chosen = elicit.choose(model, fan, np.ones(N_ITEMS), everything(), 12, franchises)
    assert len(set(chosen.tolist())) == 12
    assert (np.diff(franchises[chosen]) != 0).all()
    assert set(franchises[chosen[:8]].tolist()) == set(range(8))
    one = elicit.choose(model, fan, np.ones(N_ITEMS), everything(), 3, np.zeros(N_ITEMS, int))
    assert len(one) == 3


@pytest.mark.parametrize("n", [0, 3, 100])
def test_at_most_the_allowed_titles(model, n):
    fan, allowed = model.fold_in(NONE, np.empty(0), NONE), np.zeros(N_ITEMS, dtype=bool)
    allowed[:5] = True
    chosen = elicit.choose(model, fan, np.ones(N_ITEMS), allowed, n)
    assert len(chosen) == min(n, 5)
    assert chosen.max(initial=0) < 5


@pytest.fixture(scope="module")
def engine(model) -> Engine:
    titles = [
        Title(i, f"Title {i}", type="TV", members=1000 - i, adult=i == 2, franchise_id=1 if i < 4 else None)
        for i in range(1, N_ITEMS + 5)  # the last four are unknown to the model
    ]
    return Engine(Catalogue.from_rows(titles), [model], np.full(len(titles), 100))


def test_an_engine_does_not_ask_twice(engine):
    fan = Profile(scores={5: 9, 6: 3}, seen={7}, planned={8})
    asked = elicit.next_titles(engine, fan, n=200, skip=frozenset({9, 10}))
    assert set(asked) == set(range(1, N_ITEMS + 1)) - {2, 5, 6, 7, 9, 10}
    assert elicit.next_titles(engine, fan, n=4, skip=frozenset({9, 10})) == asked[:4]
    assert elicit.next_titles(engine, Profile(), n=3) != asked[:3]


def test_an_engine_without_svd_is_an_error(engine):
    class Other(SVD):
        name = "other"

    model = engine.aligned("svd").model
    other = Other.from_arrays(model.to_arrays(), model.config)
    with pytest.raises(RecsysError, match="svd"):
        elicit.next_titles(Engine(engine.catalogue, [other], np.full(len(engine.catalogue.ids), 100)), Profile())
