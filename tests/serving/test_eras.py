"""Of the ten titles, at least as large a part is recent as of the fan's list, up to three."""

import numpy as np
import pytest

from recsys.data.catalogue import Catalogue
from recsys.serving import eras
from recsys.serving.engine import Engine
from recsys.settings import Settings
from recsys.types import Filters, Profile, Title
from tests.models.fixed import Fixed

N_OLD, N_RECENT = 40, 20
RECENT = frozenset(range(101, 101 + N_RECENT))
#: The first two recent titles are of one series, and the third is one of its sequels.
TITLES = [
    *(Title(i, f"Old {i}", type="TV", year=2000, franchise_id=i) for i in range(1, N_OLD + 1)),
    *(Title(i, f"New {i}", type="TV", year=2024, franchise_id=101 if i < 103 else i) for i in sorted(RECENT)),
]


class Watches(Fixed):
    """Ranks older titles first, each kind by id."""

    watches_unscored = True

    def __init__(self):
        ids = [title.anime_id for title in TITLES]
        super().__init__(ids, np.full(len(ids), 7.0))

    def watch(self, fan):
        return -self.item_ids.astype(float)


class Scores(Watches):
    """The same order from a model that knows no more than scores."""

    name = "scores"
    watches_unscored = False


def engine(settings=Settings()):
    return Engine(Catalogue.from_rows(TITLES), [Scores(), Watches()], np.full(len(TITLES), 100), settings)


def a_list(n_recent, n_old):
    """Its titles are the last of each kind, so that the order of the first ones is known."""
    begun = [*sorted(RECENT)[N_RECENT - n_recent :], *range(N_OLD + 1 - n_old, N_OLD + 1)]
    return Profile(scores={begun[0]: 8}, seen=frozenset(begun[1:]))


def recent_in(picks):
    return [pick.anime_id for pick in picks if pick.anime_id in RECENT]


@pytest.mark.parametrize(
    ("n_recent", "n_old", "expected"),
    [(0, 10, 0), (1, 10, 0), (1, 9, 1), (2, 8, 2), (5, 15, 2), (3, 7, 3), (5, 5, 3), (5, 0, 3)],
)
def test_the_ten_are_as_recent_as_the_list_up_to_three_titles(n_recent, n_old, expected):
    assert len(recent_in(engine().recommend(a_list(n_recent, n_old)))) == expected


def ids(picks):
    return [pick.anime_id for pick in picks]


def test_they_take_the_last_places_and_what_gives_way_comes_next():
    found = ids(engine().recommend(a_list(2, 8), n=25))
    assert found == [*range(1, 9), 101, 102, *range(9, 24)]


def test_a_series_counts_once():
    found = ids(engine().recommend(a_list(2, 8), n=45, filters=Filters(franchise_rules=True)))
    assert found[:10] == [*range(1, 9), 101, 103]
    assert 102 not in found


@pytest.mark.parametrize("diversity", [0, 0.3])
@pytest.mark.parametrize("n", [1, 5, 10, 20])
def test_fewer_and_more_begin_as_the_ten_do(n, diversity):
    some, many = (engine().recommend(a_list(3, 7), n=n, diversity=diversity) for n in (n, 10))
    assert ids(some)[:10] == ids(many)[:n]
    assert len(some) == n


def test_enough_recent_titles_stay_where_they_are():
    items, recent = np.arange(10)[::-1], np.arange(60) < 3
    assert eras.as_recent(items, 0.3, recent, np.arange(60.0), np.ones(60, bool), None) is items


def test_too_few_left_take_the_places_that_they_can():
    fan = a_list(2, 8)
    assert recent_in(engine().recommend(fan, filters=Filters(exclude=RECENT - {101}))) == [101]
    assert recent_in(engine().recommend(fan, filters=Filters(year_to=2020))) == []
    assert len(recent_in(engine().recommend(fan, filters=Filters(year_from=2020)))) == 10


def test_the_more_the_order_is_by_chance_the_less_is_asked_for():
    counts = [len(recent_in(engine().recommend(a_list(3, 7), odds=odds))) for odds in (0, 0.5, 1)]
    assert counts == [3, 1, 0]


@pytest.mark.parametrize(
    "chosen",
    [
        {"model": "scores"},
        {"like": (1,)},
        {"by_score": True},
        {"filters": Filters(planned="only")},
    ],
)
def test_where_the_fan_or_the_model_decides_otherwise_nothing_changes(chosen, monkeypatch):
    monkeypatch.setattr(Watches, "similarity", lambda self, item: np.zeros(self.n_items))
    fan = Profile(scores=dict.fromkeys(sorted(RECENT)[-5:], 8), planned=frozenset([*range(1, 20), 101, 102, 103]))
    for settings in (Settings(), Settings(recent_share=0)):
        assert recent_in(engine(settings).recommend(fan, **chosen)) == []


def test_the_setting_switches_it_off():
    assert recent_in(engine(Settings(recent_share=0)).recommend(a_list(5, 5))) == []


@pytest.mark.parametrize(("ids", "share"), [({1, 101, 7777}, 0.5), ({7777}, 0), (set(), 0), ({1}, 0), ({101}, 1)])
def test_titles_that_the_model_does_not_cover_do_not_count(ids, share):
    made = engine()
    folded = made.fold_in(Profile(seen=frozenset(ids), planned=frozenset({102}))).folded
    assert eras.recent_share(folded, made.recent) == share
