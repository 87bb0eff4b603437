"""How focused a list is on one genre, and what it changes."""

from dataclasses import replace

import numpy as np
import pytest

from recsys.models.focus import NONE, Genres

#: Twelve titles: four of a usual genre, four of a rare one, four of both. The rows stand in another order.
MATRIX = np.array([[1, 0]] * 4 + [[0, 1]] * 4 + [[1, 1]] * 4, bool)[::-1]
GENRES = Genres(MATRIX, np.arange(12)[::-1], np.array([0.6, 0.1]))
USUAL, RARE, BOTH = np.arange(4), np.arange(4, 8), np.arange(8, 12)


def focus(items, weights=None):
    return found(items, weights).degree


def found(items, weights=None):
    return GENRES.focus(np.asarray(items), np.ones(len(items), np.float32) if weights is None else np.array(weights))


def test_by_hand():
    """Three titles of the rare genre are 3 log(1 / 0.1) = 6.9 nats of evidence: 1.9 of the 4 between the bounds."""
    assert focus(RARE[:3]) == pytest.approx((3 * np.log(10) - 5) / 4)


def test_a_rare_genre_tells_more_than_a_usual_one():
    assert focus(RARE) == 1
    assert focus(USUAL) == 0


def test_it_is_of_the_genre_with_most_evidence():
    assert found([8, 9, 10, 0]).genre == 1
    assert GENRES.having(1).tolist() == [False] * 4 + [True] * 8


@pytest.mark.parametrize("items", [[], [4], [4, 5]])
def test_one_or_two_titles_are_no_evidence(items):
    assert focus(items) == 0


def test_a_genre_that_is_missing_is_none():
    assert Genres(MATRIX, GENRES.rows, np.array([0.6, 0.95])).focus(USUAL, np.ones(4)).degree == 0


def test_titles_that_hardly_count_are_hardly_evidence():
    liked, disliked = [1, 1, 1], [0.08, 0.08]
    assert focus([4, 5, 6, 0, 1], liked + disliked) > 0
    assert focus([4, 5, 6, 0, 1]) == 0
    assert focus([4, 5, 6], [1, 0.01, 0.01]) == 0


@pytest.mark.parametrize(("n", "expected"), [(20, 1), (50, 0), (500, 0)])
def test_long_lists_have_none(n, expected):
    assert focus(np.resize(RARE, n)) == expected


def test_it_falls_with_the_length():
    assert 0 < focus(np.resize(RARE, 40)) < focus(np.resize(RARE, 30)) < 1


def test_a_catalogue_without_genres_has_no_focus():
    empty = Genres(np.zeros((12, 0), bool), GENRES.rows, np.zeros(0))
    assert empty.focus(RARE, np.ones(4)) == NONE


@pytest.fixture(scope="module")
def hybrid(small_models):
    return small_models["hybrid"].model


class TestOfAHybrid:
    def served(self, hybrid, having):
        """The fan, the order and the pulls of two titles, where the titles `having` have the only genre."""
        genres = None if having is None else Genres(having[:, None], np.arange(len(having)), np.array([0.01]))
        model = hybrid.with_parts(watching=replace(hybrid.watching, genres=genres))
        fan = model.fold_in(np.array([0, 2, 4]), np.array([9.0, 8, 9]), np.empty(0, np.intp))
        assert fan.kind.focus.degree == (0 if genres is None else 1)
        return fan, model.watch(fan), model.pulls(fan, np.array([5, 6]))

    def test_the_network_counts_more(self, hybrid):
        every = np.ones(hybrid.n_items, bool)
        (_, before, pulls), (fan, after, fewer) = (self.served(hybrid, having) for having in (None, every))
        chance = hybrid.net.watch(fan.embedding)
        assert np.corrcoef(before, chance)[0, 1] < np.corrcoef(after, chance)[0, 1] < 1
        np.testing.assert_allclose(pulls, fewer * (1 + fan.kind.net_weight), rtol=1e-5)

    def test_titles_of_the_genre_count_more(self, hybrid):
        every, even = np.ones(hybrid.n_items, bool), np.arange(hybrid.n_items) % 2 == 0
        more = self.served(hybrid, every)[1] - self.served(hybrid, even)[1]
        np.testing.assert_allclose(more[even], 0, atol=1e-5)
        assert (more[~even] > 0.4).all()

    def test_a_shelf_of_what_is_being_watched_has_no_focus(self, hybrid):
        genres = Genres(np.ones((hybrid.n_items, 1), bool), np.arange(hybrid.n_items), np.array([0.01]))
        watching = replace(hybrid.watching, genres=genres)
        lists = [watching.kind(np.arange(4), np.ones(4, np.float32), 0, n_watching) for n_watching in (2, 3)]
        assert [one.focus.degree for one in lists] == [1, 0]
