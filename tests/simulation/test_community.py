"""Simulated fans are distributed like the fans that they were fitted to, and copy none of them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recsys.data import manifest
from recsys.data.ratings import RatingsStore, load_arrays
from recsys.simulation import community, exposure, resemblance
from recsys.simulation.lists import Lists, draw_names, load_lists, write_lists
from tests.simulation import known_population

ALL = np.ones(known_population.N_ITEMS, dtype=bool)


@pytest.fixture(scope="module")
def real() -> Lists:
    return known_population.fans(900)


@pytest.fixture(scope="module")
def population(real: Lists) -> community.Population:
    return community.fit(real, known_population.model(), np.random.default_rng(0))


@pytest.fixture(scope="module")
def drawn(population: community.Population) -> Lists:
    return community.draw(population, known_population.model(), 500, np.random.default_rng(1), ALL)


def test_lists_are_sorted_complete_and_long_enough(drawn: Lists) -> None:
    order = drawn.fans.astype(np.int64) * known_population.N_ITEMS + drawn.items
    assert (np.diff(order) > 0).all()
    assert drawn.n_fans == 500 == len(np.unique(drawn.fans))
    assert set(np.unique(drawn.scores)) <= set(range(11))
    assert np.bincount(drawn.fans, drawn.scores > 0).min() >= community.MIN_RATINGS


def test_fans_are_like_the_real_ones(real: Lists, drawn: Lists) -> None:
    """The distance to other fans of the same population is hardly larger than between two draws of real fans."""
    others, more = known_population.fans(550, seed=7), known_population.fans(550, seed=8)
    far = resemblance.distances(drawn, others, known_population.N_ITEMS)
    chance = resemblance.distances(more, others, known_population.N_ITEMS)
    for measure, value in far.items():
        if "correlation" in measure:
            assert value > chance[measure] - 0.1, measure
        else:
            assert value < chance[measure] + 0.08, measure


@pytest.mark.parametrize("too_much", [-0.7, 0.7])
def test_the_deviation_of_a_fans_scores_is_like_real_ones_for_any_initial_noise(
    real: Lists, population: community.Population, too_much: float
) -> None:
    begun = replace(population, spread=population.spread + np.array([too_much, 0]))
    fitted = community.cut_like(real, begun, known_population.model(), np.random.default_rng(0))
    before, after = (
        deviation(community.draw(each, known_population.model(), 900, np.random.default_rng(1), ALL)) / deviation(real)
        for each in (begun, fitted)
    )
    assert abs(np.log(before)) > 0.1
    assert after == pytest.approx(1, abs=0.03)


def deviation(lists: Lists) -> float:
    """The median standard deviation of scores over fans with at least 30."""
    scores = (lists.of(fan)[1] for fan in range(lists.n_fans))
    return float(np.median([np.std(some) for some in scores if len(some) >= 30]))


def watching_and_rating(lists: Lists) -> float:
    """Correlation over fans between the share of titles of the first kind and how much higher they rate that kind."""
    first_kind, scored = known_population.KIND[lists.items] > 0, lists.scores > 0
    share = np.bincount(lists.fans, first_kind) / np.bincount(lists.fans)
    counts = [np.bincount(lists.fans, kind & scored, lists.n_fans) for kind in (first_kind, ~first_kind)]
    sums = [np.bincount(lists.fans, lists.scores * kind, lists.n_fans) for kind in (first_kind, ~first_kind)]
    both = (counts[0] > 2) & (counts[1] > 2)
    preference = sums[0][both] / counts[0][both] - sums[1][both] / counts[1][both]
    return float(np.corrcoef(share[both], preference)[0, 1])


def test_fans_rate_higher_what_they_watch_more_of(real: Lists, drawn: Lists) -> None:
    """Drawing the taste for watching and the taste for rating independently would lose this correlation."""
    assert watching_and_rating(drawn) > 0.6 * watching_and_rating(real) > 0.15


def test_no_list_is_a_near_copy(real: Lists, drawn: Lists) -> None:
    real_to_real = resemblance.nearest_overlap(real, real, known_population.N_ITEMS)
    simulated_to_real = resemblance.nearest_overlap(drawn, real, known_population.N_ITEMS)
    assert simulated_to_real.mean() <= real_to_real.mean() + 0.02
    assert simulated_to_real.max() < 1


def test_only_allowed_titles_are_drawn(population: community.Population) -> None:
    allowed = np.arange(known_population.N_ITEMS) % 3 > 0
    lists = community.draw(population, known_population.model(), 50, np.random.default_rng(2), allowed)
    assert allowed[lists.items].all()


def test_a_seed_gives_the_same_fans_again(population: community.Population) -> None:
    first, again, other = (
        community.draw(population, known_population.model(), 20, np.random.default_rng(seed), ALL) for seed in (3, 3, 4)
    )
    assert np.array_equal(first.items, again.items)
    assert np.array_equal(first.scores, again.scores)
    assert not np.array_equal(first.items, other.items)


def test_drawn_lists_have_the_requested_lengths() -> None:
    logits = np.random.default_rng(0).normal(size=(3, 4000)).astype(np.float32)
    lists = exposure.draw(logits, np.array([5.0, 300.0, 3900.0]), np.random.default_rng(1))
    assert lists.sum(axis=1) == pytest.approx([5, 300, 3900], abs=50)


def test_exposure_recovers_kinds_and_popularity(real: Lists) -> None:
    fitted = exposure.fit(real.watched(known_population.N_ITEMS), np.random.default_rng(0), n_factors=2)
    kinds = np.abs([np.corrcoef(column, known_population.KIND)[0, 1] for column in fitted.factors.T])
    assert kinds.max() > 0.6
    assert np.corrcoef(fitted.bias, known_population.POPULARITY)[0, 1] > 0.95


def test_fans_are_taken_in_the_given_order(real: Lists) -> None:
    some = real.take(np.array([5, 2]))
    for new, old in enumerate((5, 2)):
        for mine, theirs in zip(some.of(new), real.of(old), strict=True):
            assert np.array_equal(mine, theirs)


def test_names_are_different_and_of_no_real_fan() -> None:
    names = draw_names(3000, np.random.default_rng(0))
    assert len(set(names)) == 3000
    assert all("." in name and name.isascii() and name == name.lower() for name in names)


def test_a_community_is_marked_as_simulated_and_other_files_stay(tmp_path: Path, drawn: Lists) -> None:
    with manifest.writing(tmp_path) as batch:
        columns = {"anime_id": [10], "n_ratings": [1], **{f"score_{s}": [int(s == 9)] for s in range(1, 11)}}
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.table(columns), batch.path("title_stats.parquet"))
    ids = known_population.model().item_ids
    rows = write_lists(drawn, ids, tmp_path, np.random.default_rng(0), drawn_from={"model": "abc"})
    described = manifest.read(tmp_path)
    for name in rows:
        assert described.files[name]["simulated"] is True
        assert described.files[name]["rows"] == rows[name]
        assert described.files[name]["drawn_from"] == {"model": "abc"}
    store = RatingsStore(tmp_path)
    assert store.simulated
    assert store.n_fans == drawn.n_fans
    assert store.all_scores().tolist() == [0] * 8 + [1, 0]
    items, scores, unscored = drawn.of(0)
    name = store._run("SELECT username FROM names WHERE user_id = ?", [1])[0][0]
    fan = store.profile(name)
    assert dict(fan.scores) == dict(zip(ids[items].tolist(), scores.tolist(), strict=True))
    assert fan.seen == set(ids[unscored].tolist())
    assert len(load_arrays(tmp_path).scores) == rows["ratings.parquet"]
    back = load_lists(tmp_path, ids)
    assert np.array_equal(back.items, drawn.items)
    assert np.array_equal(back.scores, drawn.scores)


def test_the_unscored_titles_of_a_fan_without_scores_go_to_nobody_else(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    tables = {
        "ratings.parquet": {"user_id": [1, 3], "anime_id": [10, 11], "score": [8, 9]},
        "unscored.parquet": {"user_id": [2, 3, 4], "anime_id": [12, 10, 12]},
    }
    with manifest.writing(tmp_path) as batch:
        for name, columns in tables.items():
            pq.write_table(pa.table(columns), batch.path(name))
    read = load_lists(tmp_path, np.array([10, 11, 12]))
    assert [(fan, item, score) for fan, item, score in zip(read.fans, read.items, read.scores, strict=True)] == [
        (0, 0, 8), (1, 0, 0), (1, 1, 9),
    ]  # fmt: skip
