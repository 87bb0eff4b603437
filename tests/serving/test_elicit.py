"""Which titles to ask about next: by hand, against brute force, and titles that are never asked about."""

from datetime import date

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


def test_a_third_of_the_titles_are_recent_and_answers_change_that(model):
    """Of 40 titles each second is of 2024, and the older ones have more members."""
    titles = [Title(i, f"Title {i}", year=2024 if i % 2 else 2005, members=(i % 2 or 9) * 100) for i in range(1, 41)]
    engine, today = Engine(Catalogue.from_rows(titles), [model], np.full(40, 100)), date(2026, 1, 1)

    def n_recent(fan: Profile, skip: frozenset[int] = frozenset()) -> int:
        asked = elicit.next_titles(engine, fan, 12, skip, today)
        return sum(engine.title(i).year == 2024 for i in asked)

    usual = n_recent(Profile())
    assert 4 <= usual <= 6
    assert n_recent(Profile(scores={2: 8, 4: 8, 6: 8, 8: 8})) < usual
    assert n_recent(Profile(scores={1: 8, 3: 8, 5: 8, 7: 8})) > usual
    assert n_recent(Profile(), skip=frozenset({1, 3, 5, 7})) < usual
    years = {}
    for today in (date(2040, 1, 1), date(2020, 1, 1)):
        asked = elicit.next_titles(engine, Profile(), 12, today=today)
        years[today.year] = {engine.title(i).year for i in asked}
    # The newest titles of an old catalogue are recent; those of the future are not.
    assert years == {2040: {2005, 2024}, 2020: {2005}}


@pytest.mark.parametrize("n", range(3, 13))
def test_the_default_share_of_recent_titles_holds_for_every_number(model, n):
    fan, recent = model.fold_in(NONE, np.empty(0), NONE), np.arange(N_ITEMS) % 2 == 0
    chosen = elicit.choose(model, fan, np.where(recent, 1.0, 100.0), everything(), n, recent=recent, share=elicit.SHARE)
    assert recent[chosen].mean() >= 1 / 3


def test_when_no_recent_title_is_left_older_ones_follow(model):
    fan, recent = model.fold_in(NONE, np.empty(0), NONE), np.arange(N_ITEMS) == 5
    chosen = elicit.choose(model, fan, np.ones(N_ITEMS), everything(), 12, recent=recent, share=1.0)
    assert chosen[0] == 5
    assert len(set(chosen.tolist())) == 12


def test_what_has_not_aired_recaps_and_sequels_are_not_asked_about(model):
    plain = [Title(i, f"Title {i}", year=2020, members=10) for i in range(1, 5)]
    odd = [
        Title(5, "Title 5", year=2026, members=900, status="Not yet aired"),
        Title(6, "Title 6", year=2025, members=900, status="Cancelled"),
        Title(7, "Title 7", year=2025, members=900, kind="recap"),
        Title(8, "Title 8", year=2025, members=900, kind="music"),
        Title(9, "Title 9", year=2025, members=900, franchise_id=1, requires=(1,)),
    ]
    others = [Title(i, f"Title {i}", adult=True) for i in range(10, 41)]
    engine = Engine(Catalogue.from_rows([*plain, *odd, *others]), [model], np.full(40, 100))
    assert set(elicit.next_titles(engine, Profile(), 40)) == {1, 2, 3, 4}


def test_titles_of_a_franchise_asked_about_before_come_last(model):
    titles = [
        Title(i, f"Title {i}", members=1000 if i < 4 else 1, franchise_id=1 if i < 4 else None) for i in range(1, 41)
    ]
    engine = Engine(Catalogue.from_rows(titles), [model], np.full(40, 100))
    assert not {2, 3} & set(elicit.next_titles(engine, Profile(scores={1: 8}), 30))
    assert not {2, 3} & set(elicit.next_titles(engine, Profile(), 30, skip=frozenset({1})))


def test_scorers_stand_in_for_unknown_members(model):
    titles = [Title(i, f"Title {i}", members=10, year=2000) for i in range(1, 40)]
    titles.append(Title(40, "Title 40", scored_by=100_000, year=2000))
    engine = Engine(Catalogue.from_rows(titles), [model], np.full(40, 100))
    assert elicit.next_titles(engine, Profile(), 1) == [40]
