"""Halves of lists without scores."""

import numpy as np
import pytest

from recsys.data.ratings import Lists, Ratings, Unscored
from recsys.holdout import watching
from recsys.holdout.split import SHARES, members
from tests.training import small

LISTS = small.lists()
IDS = LISTS.ratings.item_ids


def own_titles(user: int) -> dict[int, int]:
    """The titles of the fan at position `user`, and their statuses."""
    rows = LISTS.unscored.users == user
    return dict(zip(LISTS.unscored.items[rows].tolist(), LISTS.unscored.statuses[rows].tolist(), strict=True))


@pytest.mark.parametrize("part", SHARES)
def test_the_fans_are_those_of_the_part_who_give_no_scores(part):
    user_ids = LISTS.ratings.user_ids
    mine = [u for u in np.flatnonzero(members(user_ids, part)).tolist() if u >= small.N_FANS]
    mine = [u for u in mine if len(own_titles(u)) >= watching.FEWEST]
    got = list(watching.halves(LISTS, part, IDS))
    assert len(got) == len(mine) > 10
    for user, half in zip(mine, got, strict=True):
        known = dict(zip(half.known.tolist(), half.statuses.tolist(), strict=True))
        assert {**known, **{title: own_titles(user)[title] for title in half.hidden.tolist()}} == own_titles(user)
        assert all(own_titles(user)[title] == status for title, status in known.items())
        assert len(half.known) - len(half.hidden) in (0, 1)


def test_a_half_depends_on_the_seed_and_the_fans_id_alone():
    before = list(watching.halves(LISTS, "test", IDS))
    again = list(watching.halves(LISTS, "test", IDS))
    other = list(watching.halves(LISTS, "test", IDS, seed=1))
    scored = LISTS.ratings
    # Without the fans with scores: all positions move, the ids stay.
    fewer = Lists(
        Ratings(scored.user_ids[small.N_FANS :], IDS, *(np.zeros(0, kind) for kind in (np.int32, np.int32, float))),
        Unscored(LISTS.unscored.users - small.N_FANS, LISTS.unscored.items, LISTS.unscored.statuses),
    )
    moved = list(watching.halves(fewer, "test", IDS))
    for one, two, three in zip(before, again, moved, strict=True):
        assert one.known.tolist() == two.known.tolist() == three.known.tolist()
    assert any(one.known.tolist() != two.known.tolist() for one, two in zip(before, other, strict=True))


def test_titles_that_are_not_asked_for_are_left_out_and_positions_are_theirs():
    kept = IDS[::2]
    for half in watching.halves(LISTS, "test", kept):
        both = np.concatenate([half.known, half.hidden])
        assert len(both) >= watching.FEWEST
        assert both.max() < len(kept)
    assert list(watching.halves(LISTS, "test", IDS[:1])) == []


def test_the_known_half_is_given_with_its_statuses_or_as_completed():
    class Model:
        def fold_in(self, items, scores, seen, statuses=None):
            return items, scores, seen, statuses

    half = watching.Half(np.array([3, 5]), np.array([1, 4], np.int8), np.array([7]))
    items, scores, seen, statuses = half.fold_in(Model())  # pyright: ignore[reportArgumentType]
    assert len(items) == len(scores) == 0
    assert (seen.tolist(), statuses.tolist()) == ([3, 5], [1, 4])
    assert half.fold_in(Model(), completed=True)[3] is None  # pyright: ignore[reportArgumentType]
