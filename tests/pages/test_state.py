"""What stands in an address, and what a visit makes of a list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.parts.state import Visit, decode_ratings, encode_ratings
from recsys import Profile, RecsysError


@given(st.dictionaries(st.integers(1, 2**31 - 1), st.integers(1, 10).map(float)))
def test_ratings_survive_an_address(rated):
    assert decode_ratings(encode_ratings(rated)) == rated


@pytest.mark.parametrize("bad", ["5114", "5114-11", "x-5", "5114-9_", "5114-9-3", "-5", "9" * 30 + "-5", "5114-nan"])
def test_a_link_cut_short_is_said_to_be(bad):
    if bad == "5114-9_":  # an end cut at a seam is whole
        assert decode_ratings(bad) == {5114: 9}
        return
    with pytest.raises(RecsysError, match="link"):
        decode_ratings(bad)


@given(st.text(max_size=60))
def test_any_address_gives_ratings_or_an_error_of_ours(text):
    try:
        scores = decode_ratings(text)
    except RecsysError:
        return
    assert all(1 <= score <= 10 for score in scores.values())


class TestVisit:
    base = Profile(scores={1: 8, 2: 3}, dropped={3}, planned={4})

    def test_scores_given_on_the_page_win(self):
        assert dict(Visit(base=self.base, rated={1: 5, 9: 10}).profile.scores) == {1: 5, 2: 3, 9: 10}

    def test_an_ignored_rating_is_seen_without_a_score(self):
        fan = Visit(base=self.base, ignored=frozenset({1})).profile
        assert 1 not in fan.scores
        assert 1 in fan.begun

    def test_drops_as_dislikes(self):
        assert 3 in Visit(base=self.base, drops_disliked=True).profile.scores
        assert 3 not in Visit(base=self.base).profile.scores

    def test_planned_on_the_page_joins_the_plan(self):
        assert Visit(base=self.base, planned=frozenset({7})).profile.planned == {4, 7}
