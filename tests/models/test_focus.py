"""How focused a list is on one genre, and what it changes."""

from dataclasses import replace

import numpy as np
import pytest

from recsys.models.focus import Genres

#: Twelve titles: four of a usual genre, four of a rare one, four of both. The rows stand in another order.
MATRIX = np.array([[1, 0]] * 4 + [[0, 1]] * 4 + [[1, 1]] * 4, bool)[::-1]
GENRES = Genres(MATRIX, np.arange(12)[::-1], np.array([0.6, 0.1]))
USUAL, RARE, BOTH = np.arange(4), np.arange(4, 8), np.arange(8, 12)


def focus(items, weights=None):
    return GENRES.focus(np.asarray(items), np.ones(len(items), np.float32) if weights is None else np.array(weights))


def test_by_hand():
    """Three titles of the rare genre are 3 log(1 / 0.1) = 6.9 nats of evidence: 1.9 of the 4 between the bounds."""
    assert focus(RARE[:3]) == pytest.approx((3 * np.log(10) - 5) / 4)


def test_a_rare_genre_tells_more_than_a_usual_one():
    assert focus(RARE) == 1
    assert focus(USUAL) == 0


@pytest.mark.parametrize("items", [[], [4], [4, 5]])
def test_one_or_two_titles_are_no_evidence(items):
    assert focus(items) == 0


def test_a_genre_that_is_missing_is_none():
    assert Genres(MATRIX, GENRES.rows, np.array([0.6, 0.95])).focus(USUAL, np.ones(4)) == 0


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
    assert empty.focus(RARE, np.ones(4)) == 0


def test_the_network_counts_more_for_a_focused_list(small_models):
    """Of the trained hybrid: the order goes from the mixed one to the network's, and reasons shrink alike."""
    model = small_models["hybrid"].model
    items, none = np.arange(3), np.empty(0, np.intp)
    n_items = model.n_items
    focused = Genres(np.ones((n_items, 1), bool), np.arange(n_items), np.array([0.01]))
    after = model.with_parts(watching=replace(model.watching, genres=focused))
    old, new = (one.fold_in(items, np.array([9.0, 8, 9]), none) for one in (model, after))
    assert (old.kind.focus, new.kind.focus) == (0, 1)
    chance = model.net.watch(old.embedding)
    orders = [np.corrcoef(one.watch(fan), chance)[0, 1] for one, fan in ((model, old), (after, new))]
    assert orders[0] < orders[1] < 1
    pulls = [one.pulls(fan, np.array([5, 6])) for one, fan in ((model, old), (after, new))]
    np.testing.assert_allclose(pulls[0], pulls[1] * (1 + new.kind.net_weight), rtol=1e-5)
