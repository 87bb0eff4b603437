"""One season's titles for a fan, with toy models that cover some of them."""

from datetime import date
from typing import get_args

import numpy as np
import pytest

from recsys.data.catalogue import Catalogue
from recsys.seasons import Season
from recsys.serving import season
from recsys.serving.airing import calendar
from recsys.serving.coverage import no_prediction
from recsys.serving.engine import Engine
from recsys.settings import Settings
from recsys.types import Filters, Profile, Title
from tests.serving.conftest import Toy

FALL = Season.parse("2026-fall")


def new(anime_id: int, name: str, members: int = 0, day: int = 4, **facts) -> Title:
    return Title(anime_id, name, **{
        "type": "TV", "year": 2026, "season": "Fall", "aired_from": date(2026, 10, day),
        "aired_to": date(2026, 12, 20), "members": members, "genres": ("Drama",), **facts,
    })  # fmt: skip


TITLES = [
    Title(10, "Alpha", type="TV", year=2001, franchise_id=10),
    Title(11, "Alpha 2", type="TV", year=2003, franchise_id=10, requires=(10,)),
    new(20, "Known, liked"),
    new(30, "Known, not so liked", 900),
    new(40, "Adult", 5_000, adult=True),
    new(50, "Popular", 700, genres=("Comedy",)),
    new(60, "Alpha 3", 300, franchise_id=10, requires=(10, 11)),
    new(70, "Later", day=9),
    new(71, "Sooner", day=2),
    new(72, "Song", kind="music", type="Music"),
    Title(80, "Long", type="TV", year=2026, season="Summer", aired_from=date(2026, 7, 1), aired_to=date(2026, 12, 1)),
    Title(90, "Over", type="TV", year=2026, season="Summer", aired_from=date(2026, 7, 1), aired_to=date(2026, 9, 20)),
]


class Small(Toy):
    """Covers the first four of the titles, of which two are of the season."""

    label = "Small"
    item_ids = np.array([10, 11, 20, 30])
    means = np.array([8.0, 7.5, 7.0, 6.5])


def made(*raters: int) -> Engine:
    return Engine(Catalogue.from_rows(TITLES), [Small()], np.array([*raters, *[0] * (12 - len(raters))]), Settings())


@pytest.fixture(scope="module")
def engine() -> Engine:
    return made(100, 100, 500, 100)


def listed(engine: Engine, fan: Profile = Profile(), **how) -> season.SeasonList:  # noqa: B008
    dates = calendar(engine.catalogue, np.full(12, np.datetime64("2026-08", "M")))
    scored = engine.score_all(fan) if fan.scores else None
    return season.titles(engine, dates, FALL, fan=fan, scored=scored, **how)


def test_without_a_list_by_members_and_unknown_counts_last_by_day(engine):
    found = listed(engine)
    assert found.new == (30, 50, 60, 71, 20, 70)
    assert found.sequels == ()
    assert found.continuing == (80,)


def test_for_a_fan_known_titles_by_rank_then_the_others_by_members(engine):
    assert listed(engine, Profile(scores={30: 7})).new == (20, 30, 50, 60, 71, 70)


def test_filters_apply_to_new_and_continuing_titles(engine):
    assert listed(engine, filters=Filters(genres=("Comedy",))).ids == (50,)
    assert listed(engine, filters=Filters(adult=True)).new[0] == 40
    assert listed(engine, filters=Filters(types=("Music",))).ids == (72,)


def test_sequels_of_what_the_fan_watched_first_mixed_in_or_hidden(engine):
    fan = Profile(scores={10: 9, 11: 9})
    first, mixed, hidden = (listed(engine, fan, sequels=how) for how in get_args(season.Sequels))
    assert (first.sequels, 60 in first.new, first.hidden_sequels) == ((60,), False, 0)
    assert (mixed.sequels, 60 in mixed.new, mixed.hidden_sequels) == ((), True, 0)
    assert (hidden.sequels, 60 in hidden.ids, hidden.hidden_sequels) == ((), False, 1)
    assert set(first.ids) == set(mixed.ids) == {*hidden.ids, 60}


@pytest.mark.parametrize("fan", [Profile(scores={20: 8}), Profile(scores={10: 9}, dropped={11}),
                                 Profile(scores={10: 9, 60: 5})])  # fmt: skip
def test_no_sequel_comes_first_without_an_earlier_part_after_a_dropped_one_or_when_begun(engine, fan):
    assert listed(engine, fan).sequels == ()


def test_unwanted_titles_are_left_out_and_counted(engine):
    found = listed(engine, unwanted=frozenset({30, 80, 90}))
    assert not {30, 80} & set(found.ids)
    assert found.not_wanted == 2  # 90 is not of this season


@pytest.mark.parametrize(
    ("fan", "of", "missing", "dropped"),
    [
        (Profile(), None, (10, 11), False),
        (Profile(scores={10: 8}), 10, (11,), False),
        (Profile(scores={10: 8}, seen={11}), 11, (), False),
        (Profile(scores={10: 8}, watching={11}), 11, (), False),
        (Profile(scores={10: 8}, on_hold={11}), 11, (11,), False),
        (Profile(scores={10: 8}, dropped={11}), 11, (), True),
        (Profile(planned={10, 11}), None, (10, 11), False),
    ],
)
def test_a_sequel_says_what_it_continues_and_what_is_missing(engine, fan, of, missing, dropped):
    assert season.sequel(engine, 60, fan) == season.Sequel(of, missing, dropped)


def test_a_first_part_is_no_sequel(engine):
    assert season.sequel(engine, 20, Profile(scores={10: 8})) is None


def test_why_there_is_no_prediction_follows_from_what_the_model_covers(engine):
    assert no_prediction(engine, [20]) is None
    assert no_prediction(engine, []) is None
    few = "No prediction yet: Small was trained on too few ratings of this title."
    assert no_prediction(engine, [50]) == few  # as old as the newest that it covers
    old = Engine(
        Catalogue.from_rows([*TITLES[:2], *TITLES[4:]]), [_of([10, 11])], np.array([9, 9] + [0] * 8), Settings()
    )
    assert no_prediction(old, [50]) == "No prediction yet: Small was trained before this title came out."
    assert no_prediction(old, [10, 50, 60]) == (
        "No prediction yet for 2 of 3 titles: Small was trained before they came out."
    )
    assert no_prediction(old, [10, 50]) == "No prediction yet for 1 of 2 titles: Small was trained before it came out."


def test_a_model_that_covers_unrated_titles_was_trained_before_the_others_joined():
    assert no_prediction(made(9, 9, 0, 0), [50]) == (
        "No prediction yet: Small was trained before this title joined the catalogue."
    )


def _of(ids: list[int]) -> Small:
    model = Small()
    model.item_ids, model.means = np.array(ids), Small.means[: len(ids)]
    return model
