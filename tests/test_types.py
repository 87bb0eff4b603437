"""The values of the public API: a list's statuses, and ids as positions."""

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.errors import ProfileError
from recsys.lists import summary
from recsys.types import Profile, positions_of

STATUSES = ("seen", "watching", "on_hold", "dropped", "planned")
IDS = st.frozensets(st.integers(1, 12))


@pytest.mark.parametrize("first", range(len(STATUSES)))
@pytest.mark.parametrize("second", range(len(STATUSES)))
@pytest.mark.parametrize("scored", [False, True])
def test_a_title_in_several_sets_is_only_in_the_one_furthest_along(first, second, scored):
    fan = Profile({7: 8.0} if scored else {}, **{STATUSES[first]: {7}, STATUSES[second]: {7}})
    furthest = STATUSES[min(first, second)]
    completed = furthest == "seen" or (scored and furthest == "planned")
    assert fan.completed == ({7} if completed else set())
    for name in STATUSES:
        assert getattr(fan, name) == ({7} if name == furthest and not (scored and name == "planned") else set()), name
    counts = summary(fan)
    assert (counts.completed, counts.watching, counts.on_hold, counts.dropped, counts.planned) == (
        int(completed), len(fan.watching), len(fan.on_hold), len(fan.dropped), len(fan.planned),
    )  # fmt: skip


@given(scores=st.dictionaries(st.integers(1, 12), st.floats(1, 10)), sets=st.lists(IDS, min_size=5, max_size=5))
def test_every_title_has_one_status(scores, sets):
    fan = Profile(scores, **dict(zip(STATUSES, sets, strict=True)))
    parts = [fan.completed, fan.watching, fan.on_hold, fan.dropped, fan.planned]
    assert sum(map(len, parts)) == len(frozenset().union(scores, *sets))
    assert fan.begun == frozenset().union(*parts[:4])
    assert fan == Profile(fan.scores, fan.seen, fan.planned, fan.dropped, fan.on_hold, fan.watching)
    assert copy.deepcopy(fan) == fan


@pytest.mark.parametrize("bad", [{"scores": {1: 0}}, {"scores": {1: 11}}, {"seen": {0}}, {"planned": {2**31}}])
def test_a_value_that_no_list_can_have_is_an_error(bad):
    with pytest.raises(ProfileError):
        Profile(**bad)


@given(ids=st.sets(st.integers(0, 30)), wanted=st.lists(st.integers(-5, 40)))
def test_positions_of_ids_are_minus_one_where_missing(ids, wanted):
    ascending = sorted(ids)
    expected = [ascending.index(one) if one in ids else -1 for one in wanted]
    array = np.array(ascending, np.int64)
    assert positions_of(array, wanted).tolist() == expected
    assert positions_of(array, np.array(wanted, np.int32)).tolist() == expected
    assert positions_of(array, np.array([wanted, wanted], np.int64)).tolist() == [expected, expected]
    assert positions_of(array.astype(np.uint32), dict.fromkeys(wanted)).tolist() == [
        expected[wanted.index(one)] for one in dict.fromkeys(wanted)
    ]
