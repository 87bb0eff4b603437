"""Simulated fans are distributed like the fans that they were fitted to, and copy none of them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recsys.data import manifest
from recsys.data.ratings import RatingsStore, load_arrays
from recsys.simulation import community, exposure, resemblance, today
from recsys.simulation.lists import Lists, draw_names, joined, load_lists, write_lists
from recsys.statuses import COMPLETED, DROPPED, ON_HOLD, PLANNED, WATCHING
from tests.simulation import known_population

TITLES = known_population.titles()
RECENT = known_population.RECENT


@pytest.fixture(scope="module")
def real() -> Lists:
    """Fans with scores, whose lists were read before the recent titles came out."""
    return before_recent(known_population.fans(900))


def before_recent(lists: Lists) -> Lists:
    return lists.only(~RECENT[lists.items])


def history(lists: Lists) -> Lists:
    """Titles begun, without those that are being watched."""
    return lists.only((lists.statuses != PLANNED) & (lists.statuses != WATCHING))


@pytest.fixture(scope="module")
def watching() -> Lists:
    return known_population.watchers(700)


@pytest.fixture(scope="module")
def population(real: Lists, watching: Lists) -> community.Population:
    return community.fit(real, watching, TITLES, known_population.model(), np.random.default_rng(0))


@pytest.fixture(scope="module")
def drawn(population: community.Population) -> Lists:
    return community.draw(population, TITLES, known_population.model(), 500, np.random.default_rng(1))


def test_lists_are_sorted_complete_and_long_enough(drawn: Lists) -> None:
    order = drawn.fans.astype(np.int64) * known_population.N_ITEMS + drawn.items
    assert (np.diff(order) > 0).all()
    assert drawn.n_fans == 500 == len(np.unique(drawn.fans))
    assert set(np.unique(drawn.scores)) <= set(range(11))
    given = np.bincount(drawn.fans, drawn.scores > 0)
    assert given[given > 0].min() >= community.MIN_RATINGS


def test_some_fans_give_no_scores(drawn: Lists) -> None:
    given = np.bincount(drawn.fans, drawn.scores > 0)
    assert 0 < (given == 0).mean() < 0.15


def test_every_status_is_drawn_and_only_completed_titles_have_scores(drawn: Lists) -> None:
    assert set(np.unique(drawn.statuses)) == {WATCHING, COMPLETED, ON_HOLD, DROPPED, PLANNED}
    assert (drawn.statuses[drawn.scores > 0] == COMPLETED).all()


def test_a_fifth_of_a_list_is_recent_and_some_fans_have_stopped(drawn: Lists) -> None:
    shares = resemblance.recent_shares(drawn.begun(), RECENT)
    assert shares.mean() == pytest.approx(today.RECENT_SHARE, abs=0.05)
    assert 0.1 < (shares == 0).mean() < 0.6


def test_what_fans_are_watching_is_as_recent_as_on_real_watching_lists(drawn: Lists) -> None:
    far = resemblance.shelf_distances(drawn.shelves(), known_population.watchers(500, seed=5), RECENT)
    assert far["being watched, shares of recent titles: Kolmogorov-Smirnov"] < 0.2
    assert far["being watched, log popularity: correlation"] > 0.7


def test_fans_watch_recent_titles_of_the_kind_that_they_watch_otherwise(drawn: Lists) -> None:
    """Drawing recent titles without the fan's taste would lose this correlation."""
    begun = drawn.begun()
    both = [share_of_first_kind(begun.only(RECENT[begun.items] == recent)) for recent in (True, False)]
    enough = np.isfinite(both).all(axis=0)
    assert np.corrcoef(both[0][enough], both[1][enough])[0, 1] > 0.3


def share_of_first_kind(lists: Lists) -> np.ndarray:
    """(n_fans,), NaN for fewer than three titles."""
    lengths = lists.lengths()
    first = np.bincount(lists.fans, known_population.KIND[lists.items] > 0, lists.n_fans)
    return np.where(lengths >= 3, first / np.maximum(lengths, 1), np.nan)


def test_without_watching_lists_nobody_has_recent_titles(real: Lists) -> None:
    nobody = real.take(np.array([], np.intp))
    fitted = community.fit(real, nobody, TITLES, known_population.model(), np.random.default_rng(0))
    lists = community.draw(fitted, TITLES, known_population.model(), 40, np.random.default_rng(1))
    assert not RECENT[lists.items].any()
    assert not (lists.statuses == WATCHING).any()


def test_fans_are_like_the_real_ones(real: Lists, drawn: Lists) -> None:
    """The distance to other fans of the same population is hardly larger than between two draws of real fans."""
    others, more = (before_recent(known_population.fans(550, seed=seed)) for seed in (7, 8))
    far = resemblance.distances(history(drawn), others, ~RECENT)
    chance = resemblance.distances(more, others, ~RECENT)
    for measure, value in far.items():
        if "lengths" in measure:
            continue  # a simulated list also has recent titles
        if "correlation" in measure:
            assert value > chance[measure] - 0.1, measure
        else:
            assert value < chance[measure] + 0.08, measure


@pytest.mark.parametrize("too_much", [-0.7, 0.7])
def test_the_deviation_of_a_fans_scores_is_like_real_ones_for_any_initial_noise(
    real: Lists, population: community.Population, too_much: float
) -> None:
    begun = replace(population, habits=population.habits.noisier(too_much))
    fitted = community.cut_like(real, begun, TITLES, known_population.model(), np.random.default_rng(0))
    before, after = (
        deviation(community.draw(each, TITLES, known_population.model(), 900, np.random.default_rng(1)))
        / deviation(real)
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
    simulated_to_real = resemblance.nearest_overlap(before_recent(history(drawn)), real, known_population.N_ITEMS)
    assert simulated_to_real.mean() <= real_to_real.mean() + 0.02
    assert simulated_to_real.max() < 1


def test_only_listed_titles_are_drawn_and_those_not_aired_yet_are_only_planned(
    population: community.Population,
) -> None:
    number = np.arange(known_population.N_ITEMS)
    titles = replace(TITLES, listed=number % 3 > 0, aired=number % 4 > 0)
    lists = community.draw(population, titles, known_population.model(), 50, np.random.default_rng(2))
    assert titles.listed[lists.items].all()
    assert titles.aired[lists.begun().items].all()
    assert not titles.aired[lists.items].all()


def test_a_seed_gives_the_same_fans_again(population: community.Population) -> None:
    first, again, other = (
        community.draw(population, TITLES, known_population.model(), 20, np.random.default_rng(seed))
        for seed in (3, 3, 4)
    )
    assert np.array_equal(first.items, again.items)
    assert np.array_equal(first.scores, again.scores)
    assert not np.array_equal(first.items, other.items)


def test_drawn_lists_have_the_requested_lengths() -> None:
    logits = np.random.default_rng(0).normal(size=(4, 4000)).astype(np.float32)
    logits[3, 7:] = -np.inf
    lists = exposure.pick(logits, np.array([0, 5, 3900, 20]), np.random.default_rng(1))
    assert lists.sum(axis=1).tolist() == [0, 5, 3900, 7]


def test_titles_are_drawn_by_their_logits() -> None:
    logits = np.tile(np.array([2.0, 0.0, -2.0], np.float32), (20_000, 1))
    shares = exposure.pick(logits, np.full(20_000, 1), np.random.default_rng(0)).mean(axis=0)
    assert shares[0] > 2 * shares[1] > 4 * shares[2] > 0


def observed(real: Lists, watching: Lists) -> exposure.Observed:
    both, n_items = joined([real, watching]), known_population.N_ITEMS
    eras = np.repeat([0, 1], [real.n_fans, watching.n_fans])
    return exposure.Observed(both.watched(n_items), eras, np.stack([~RECENT, np.ones(n_items, bool)]), RECENT)


def test_exposure_recovers_kinds_and_popularity(real: Lists, watching: Lists) -> None:
    fitted = exposure.fit(observed(real, watching), np.random.default_rng(0), n_factors=2)
    kinds = np.abs([np.corrcoef(column, known_population.KIND)[0, 1] for column in fitted.factors.T])
    assert kinds.max() > 0.6
    for kind, titles in ((exposure.SCORED, ~RECENT), (exposure.WATCHING, ~RECENT)):
        assert np.corrcoef(fitted.bias[kind, titles], known_population.POPULARITY[titles])[0, 1] > 0.9


def test_titles_that_came_after_the_lists_are_placed_by_content(real: Lists, watching: Lists) -> None:
    """Their popularity on lists with scores, which none of those lists shows, is that of earlier titles like them."""
    seen = observed(real, watching)
    fitted = exposure.fit(seen, np.random.default_rng(0), n_factors=2)
    placed = exposure.place(fitted, seen, TITLES, np.arange(known_population.N_ITEMS))
    bias = placed.bias[exposure.SCORED]
    assert np.corrcoef(bias[RECENT], known_population.POPULARITY[RECENT])[0, 1] > 0.9
    assert np.array_equal(bias[~RECENT], fitted.bias[exposure.SCORED, ~RECENT])


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
    lists = (fan.seen, fan.watching, fan.on_hold, fan.dropped, fan.planned)
    assert set().union(*lists) == set(ids[unscored].tolist())
    first = drawn.take(np.array([0]))
    assert fan.watching == set(ids[first.items[first.statuses == WATCHING]].tolist())
    assert fan.planned == set(ids[first.items[first.statuses == PLANNED]].tolist())
    assert len(load_arrays(tmp_path).scores) == rows["ratings.parquet"]
    back, silent = load_lists(tmp_path, ids)
    scoring = np.unique(drawn.fans[drawn.scores > 0])
    assert silent.n_fans == drawn.n_fans - len(scoring)
    drawn = drawn.take(scoring).begun()
    assert np.array_equal(back.items, drawn.items)
    assert np.array_equal(back.scores, drawn.scores)


def test_the_unscored_titles_of_a_fan_without_scores_go_to_nobody_else(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    tables = {
        "ratings.parquet": {"user_id": [1, 3], "anime_id": [10, 11], "score": [8, 9]},
        "unscored.parquet": {"user_id": [2, 3, 4], "anime_id": [12, 10, 12], "status": [1, 2, 1]},
    }
    with manifest.writing(tmp_path) as batch:
        for name, columns in tables.items():
            pq.write_table(pa.table(columns), batch.path(name))
    read, watching = load_lists(tmp_path, np.array([10, 11, 12]))
    assert watching.items.tolist() == [2, 2]
    assert watching.statuses.tolist() == [WATCHING, WATCHING]
    assert [(fan, item, score) for fan, item, score in zip(read.fans, read.items, read.scores, strict=True)] == [
        (0, 0, 8), (1, 0, 0), (1, 1, 9),
    ]  # fmt: skip
