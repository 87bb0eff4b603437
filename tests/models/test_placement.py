"""Placing titles by their facts and franchise, by hand."""

import numpy as np
import pytest

from recsys.models.band import Band
from recsys.models.fan_net import TABLES
from recsys.models.placement import Newcomers, Placement
from recsys.models.svd import SVD

NAMES = ("genre Made-up", "mean score", "mean score known", "year from 2018", "year from 2021", "year from 2023")
#: Base and one factor: 6 and 1, one point more for the genre; if the mean is known, 7 and 2, and half of the mean.
PLAIN = np.array([[6, 1], [1, 0.5], [0, 0], [0, 0], [0, 0], [0, 0], [0, 0]])
RECEIVED = np.array([[7, 2], [1, 0.5], [0.5, 0], [0, 0], [0, 0], [0, 0], [0, 0]])
#: Three trained titles: two of franchise 70, one by itself.
FRANCHISES = np.array([70, 70, 30])
DIMENSIONS = {"watch_in": (3,), "watch_out": (3,), "watch_bias": (), "taste_in": (2,), "taste_out": (2,), "bias": ()}


@pytest.fixture
def placement() -> Placement:
    rng = np.random.default_rng(0)
    return Placement(
        NAMES,
        {name: rng.normal(size=(len(NAMES), *DIMENSIONS[name])).astype(np.float16) for name in TABLES},
        np.stack([PLAIN, RECEIVED]).astype(np.float16),
        np.array([1.5, 1.0], np.float32),
        np.array([[0, 1, 0, 0, 0, 0, 0], [1, 0, 2, 0, 0, 0, 0]], np.float16),
        np.array([0, 0, 0, 0.5, 2, 3], np.float16),
        np.array([[2, 0.5], [1, 0], [-3, -1]], np.float16),
        np.array([1, 0.5, 1], np.float16),
        1.0,
    )


def newcomers(*franchises: int, **facts: float) -> Newcomers:
    """Titles of these franchises, all with the same facts."""
    row = np.array([facts.get(name.replace(" ", "_").replace("-", "_"), 0) for name in NAMES], np.float32)
    return Newcomers(np.arange(len(franchises)) + 1, np.tile(row, (len(franchises), 1)), np.array(franchises))


def test_the_prior_by_content_depends_on_whether_the_mean_is_known(placement):
    base, factors, noise = placement.svd(newcomers(-1, genre_Made_up=1), FRANCHISES)
    assert (base[0], factors[0, 0], noise[0]) == pytest.approx((7, 1.5, 1.5))
    base, factors, noise = placement.svd(newcomers(-1, genre_Made_up=1, mean_score=2, mean_score_known=1), FRANCHISES)
    assert (base[0], factors[0, 0], noise[0]) == pytest.approx((9, 2.5, 1.0))


def test_a_sequel_leans_on_what_came_before(placement):
    """The mean deviation of its relatives, by their shares, with one title more at none: (1·2 + .5·1) / (1.5 + 1)."""
    base, factors, _ = placement.svd(newcomers(70, 30, 99, -1), FRANCHISES)
    np.testing.assert_allclose(base, [6 + 2.5 / 2.5, 6 - 3 / 2, 6, 6], atol=1e-5)
    np.testing.assert_allclose(factors[:, 0], [1 + 0.5 / 2.5, 1 - 1 / 2, 1, 1], atol=1e-5)


def test_titles_without_a_franchise_are_not_relatives(placement):
    base, _, _ = placement.svd(newcomers(-1, 70), np.array([-1, -1, -1]))
    np.testing.assert_allclose(base, [6, 6])


def test_likes_depend_on_whether_the_mean_is_known(placement):
    liked = [
        placement.liked(newcomers(-1, genre_Made_up=1, **facts).features)[0] for facts in ({}, {"mean_score": 1.5})
    ]
    assert liked == [1, 1]
    received = newcomers(-1, genre_Made_up=1, mean_score=1.5, mean_score_known=1)
    assert placement.liked(received.features)[0] == 1 + 2 * 1.5


def test_no_newcomer(placement):
    nobody = Newcomers(np.zeros(0, np.int64), np.zeros((0, len(NAMES)), np.float32), np.zeros(0, np.int64))
    base, factors, noise = placement.svd(nobody, FRANCHISES)
    assert base.shape == noise.shape == (0,)
    assert factors.shape == (0, 1)


def test_tables_and_odds_are_the_sum_over_the_facts(placement):
    new = newcomers(-1, genre_Made_up=1, year_from_2023=1, mean_score=-0.5)
    for name, table in placement.tables(new).items():
        own = placement.net[name].astype(np.float32)
        assert table.shape == (1, *DIMENSIONS[name])
        np.testing.assert_allclose(table[0], own[0] + own[5] - 0.5 * own[1], atol=1e-5)
    assert placement.odds(new) == pytest.approx([3])


@pytest.mark.parametrize(
    ("year", "recent"), [("year_from_2018", False), ("year_from_2021", True), ("year_from_2023", True)]
)
def test_titles_from_2021_on_are_recent(placement, year, recent):
    assert placement.recent(newcomers(-1, **{year: 1})).tolist() == [recent]


def svd() -> SVD:
    band = Band(np.zeros(1), -np.ones(1), np.ones(1))
    ones = np.ones(3, np.float32)
    return SVD(np.array([1, 2, 3]), 6 * ones, np.ones((3, 1), np.float32), ones, band, 10.0)


def net() -> dict[str, np.ndarray]:
    return {name: np.zeros((3, *size), np.float32) for name, size in DIMENSIONS.items()}


def test_arrays_there_and_back(placement):
    again = Placement.from_arrays(placement.to_arrays(), placement.config, svd(), net())
    new = newcomers(70, -1, genre_Made_up=1, mean_score=1, mean_score_known=1)
    for before, after in zip(placement.svd(new, FRANCHISES), again.svd(new, FRANCHISES), strict=True):
        np.testing.assert_array_equal(before, after)
    rounded = placement.rounded()
    np.testing.assert_array_equal(rounded.tables(new)["bias"], again.tables(new)["bias"])


@pytest.mark.parametrize("name", ["regression", "noise", "likes", "today", "deviation", "share", *TABLES])
def test_arrays_of_another_shape_are_refused(placement, name):
    arrays = placement.to_arrays()
    arrays[f"place_{name}"] = arrays[f"place_{name}"][:-1]
    with pytest.raises(ValueError, match=name):
        Placement.from_arrays(arrays, placement.config, svd(), net())


@pytest.mark.parametrize(
    ("arrays", "config"),
    [
        ({"place_noise": np.array([1, -1], np.float32)}, {}),
        ({"place_noise": np.array([0, 1], np.float32)}, {}),
        ({}, {"shrink": 0.0}),
        ({}, {"shrink": float("nan")}),
        ({}, {"names": ["mean score unknown", *NAMES[1:2], "x", *NAMES[3:]]}),
    ],
)
def test_values_without_sense_are_refused(placement, arrays, config):
    with pytest.raises(ValueError, match="placement"):
        Placement.from_arrays({**placement.to_arrays(), **arrays}, {**placement.config, **config}, svd(), net())
