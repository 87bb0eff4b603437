"""Browsing the catalogue, and the models side by side, on the toy catalogue of conftest.py."""

import pytest

from recsys.errors import ProfileError
from recsys.serving.browse import browse, keep, side_by_side
from recsys.types import Filters, Profile


def test_most_members_first_and_unrated_titles_too(engine):
    assert browse(engine).tolist() == [10, 11, 20, 30, 50, 99]


def test_titles_without_a_mean_score_come_last_by_members(engine):
    assert browse(engine, order="mean").tolist() == [10, 20, 11, 30, 50, 99]


def test_newest_first_and_unknown_years_last(engine):
    assert browse(engine, Filters(adult=True), order="newest").tolist() == [99, 30, 50, 20, 11, 10, 40]


def test_predicted_best_first_then_titles_with_few_raters_or_none(engine):
    scored = engine.score_all(Profile(scores={30: 7}))
    assert browse(engine, order="predicted", scored=scored).tolist() == [10, 11, 20, 30, 50, 99]
    assert browse(engine, Filters(adult=True), "predicted", scored).tolist() == [40, 10, 11, 20, 30, 50, 99]


def test_filters_apply(engine):
    assert browse(engine, Filters(genres=("Action",), year_from=2003)).tolist() == [11, 50, 99]
    assert browse(engine, Filters(types=("Movie",))).tolist() == [20]
    assert browse(engine, Filters(min_members=1_000)).tolist() == []


def test_min_raters_applies_in_every_order_and_is_0_by_default(engine):
    assert browse(engine, Filters(min_raters=300)).tolist() == [10, 11, 20]
    assert browse(engine, Filters(min_raters=3)).tolist() == [10, 11, 20, 30, 50]
    assert keep(engine, [50, 10, 30], Filters(min_raters=4)) == [10, 30]
    assert 99 in browse(engine, Filters(min_raters=0))


def test_keep_does_not_change_the_order(engine):
    assert keep(engine, [50, 10, 40, 30], Filters()) == [50, 10, 30]
    assert keep(engine, [], Filters()) == []


@pytest.mark.parametrize("order", ["predicted", "best"])
def test_an_unknown_order_is_an_error(engine, order):
    with pytest.raises(ProfileError, match="newest"):
        browse(engine, order=order)


def test_side_by_side_has_the_picks_of_each_model_and_what_they_have_in_common(engine):
    found = side_by_side(engine, Profile(scores={10: 9}), 2, Filters(min_raters=0))
    toy, watcher = (tuple(pick.anime_id for pick in found.picks[name]) for name in ("toy", "watcher"))
    assert toy == (11, 20)
    assert watcher == (50, 30)
    assert found.overlaps() == {("toy", "watcher"): 0}
    assert found.named_by(11) == ("toy",)
    more = side_by_side(engine, Profile(scores={10: 9}), 4, Filters(min_raters=0))
    assert more.overlaps() == {("toy", "watcher"): 4}
    assert more.named_by(20) == ("toy", "watcher")
    assert more.named_by(10) == ()
