"""The chance to watch: two linear models and the network, mixed by the kind of list, by hand."""

from dataclasses import replace

import numpy as np
import pytest

from recsys.models.linear import SparseLinear
from recsys.models.rerank import FACTS, Reranker
from recsys.models.trees import MOST_LEAVES, Trees
from recsys.models.watching import EMPTY_SHARE, HALF_SHARE, Mixing, Parts, Watching

N_ITEMS = 8
#: Titles 6 and 7 are recent; the linear model of the past does not have them.
RECENT = np.arange(N_ITEMS) >= 6
NONE = np.zeros(0, np.intp)
CHANCE = np.array([3.0, 1, 0, -1, -2, 2, -3, 0])
TODAY_CHANCE = np.array([1.0, 2, -1, 0, 3, -2, 1, 2])
#: Of the two recent titles, the fans with scores would like the first.
LIKES = np.array([0, 0, 0, 0, 0, 0, 2, 1], np.float32)


def linear(titles, seed: int) -> SparseLinear:
    rng, n = np.random.default_rng(seed), len(titles)
    targets = np.argsort(rng.random((n, n)), axis=1)[:, :3].astype(np.uint16)
    base = rng.normal(size=n).astype(np.float32)
    return SparseLinear.of(
        N_ITEMS, np.array(titles), base, base / 2, targets, rng.normal(size=(n, 3)).astype(np.float16)
    )


@pytest.fixture
def watching() -> Watching:
    odds = np.where(RECENT, 4, -1).astype(np.float32)
    fill = np.array([[0.5, 2], [-0.5, 3]], np.float32)
    mixing = Mixing((1.0, 10.0), (1.0, 3.0), (0.0, 0.5), 0.5, (-1.0, 1.0, 2.0), gap=2.0)
    return Watching(linear(range(6), 1), linear(range(6), 3), linear(range(2, 8), 2), odds, RECENT, LIKES, fill, mixing)


def kind_of(watching: Watching, items, n_scored: int = 0, n_watching: int = 0):
    items = np.array(items, np.intp)
    return watching.kind(items, np.ones(len(items)), n_scored, n_watching)


def test_an_empty_list_is_between_the_past_and_today(watching):
    kind = kind_of(watching, [])
    assert (kind.share, kind.recent, kind.by_title) == (EMPTY_SHARE, 0, 0)


def test_the_share_of_recent_titles_counts_up_to_a_limit(watching):
    assert kind_of(watching, [0, 1]).recent == 0
    assert kind_of(watching, [6, 7]).recent == pytest.approx(1)
    assert kind_of(watching, [0, 6]).recent == pytest.approx(0.5 / (0.5 + HALF_SHARE) * (1 + HALF_SHARE))


def test_odds_of_a_list_without_scores_by_hand(watching):
    kind = kind_of(watching, [0, 6])
    odds = -1 + (4 - 1) / np.sqrt(2) + 2 * kind.recent
    assert kind.share == pytest.approx(1 / (1 + np.exp(-odds)))


def test_a_list_of_recent_titles_is_of_today_and_scores_of_the_past_are_not(watching):
    assert kind_of(watching, [6, 7]).share > 0.97
    assert kind_of(watching, [0, 1, 2], n_scored=3).share < 0.01
    assert kind_of(watching, [0, 1, 2]).share < 0.1
    # Scores of recent titles alone: the list is of today all the same.
    assert kind_of(watching, [6, 7], n_scored=2).share > 0.9


def test_a_list_that_is_half_scored_lies_between(watching):
    shares = [kind_of(watching, [0, 1, 6, 7], n_scored=n).share for n in (0, 2, 4)]
    assert shares == sorted(shares, reverse=True)
    assert len(set(shares)) == 3


def test_titles_being_watched_make_a_list_one_of_today_if_they_are_more_than_half(watching):
    shares = [kind_of(watching, [0, 1, 2, 3], n_watching=n).share for n in (0, 2, 3, 4)]
    assert shares[0] == shares[1] < shares[2] < shares[3]


def test_parts_are_standardised_and_gaps_are_filled_from_the_network(watching):
    kind = kind_of(watching, [2, 6])
    parts = watching.parts(kind, CHANCE, TODAY_CHANCE)
    np.testing.assert_allclose(parts.past_chance, (CHANCE - CHANCE.mean()) / CHANCE.std(), atol=1e-6)
    np.testing.assert_allclose(parts.today_chance, (TODAY_CHANCE - TODAY_CHANCE.mean()) / TODAY_CHANCE.std(), atol=1e-6)
    past, long, today = (
        own.scores(kind.items, kind.weights, kind.recent) for own in (watching.past, watching.long, watching.today)
    )
    share = 0.5 * (np.log(3) - np.log(2)) / (np.log(11) - np.log(2))  # 2 titles; 0 at 1 title, .5 at 10
    for part, own, raw in (
        (parts.past, watching.past, (1 - share) * past + share * long),
        (parts.today, watching.today, today),
    ):
        np.testing.assert_allclose(part[own.titles], (raw - raw.mean()) / raw.std(), atol=1e-5)
    np.testing.assert_allclose(parts.past[6:], 0.5 + 2 * parts.past_chance[6:], atol=1e-5)
    np.testing.assert_allclose(parts.today[:2], -0.5 + 3 * parts.today_chance[:2], atol=1e-5)


@pytest.mark.parametrize(("n", "long"), [(1, 0.0), (10, 0.5), (50, 0.5)])
def test_pulls_add_up_to_the_linear_scores(watching, n, long):
    """The linear model for long lists counts by the number of titles; without its bases a score is a sum of pulls."""
    kind = replace(kind_of(watching, np.arange(n) % N_ITEMS), share=0.0)
    parts = [own.scores(kind.items, kind.weights, kind.recent) for own in (watching.past, watching.long)]
    bases = [own.base + kind.recent * own.era_base for own in (watching.past, watching.long)]
    expected = (1 - long) * (parts[0] - bases[0]) + long * (parts[1] - bases[1])
    pulls = watching.pulls(kind, watching.past.titles)
    np.testing.assert_allclose(pulls.sum(axis=1), expected, atol=1e-3)


def test_a_network_that_says_the_same_of_all_is_no_division_by_zero(watching):
    same = np.ones(N_ITEMS)
    assert np.isfinite(watching.scores(kind_of(watching, [2]), same, same)).all()


def random_parts() -> Parts:
    past, past_chance, today, today_chance = (np.random.default_rng(seed).normal(size=N_ITEMS) for seed in range(4))
    return Parts(past, past_chance, today, today_chance, RECENT, np.log([1, 2]))


def test_mix_by_hand(watching):
    """At 1 title the network's weight is 1 beside the past, at 10 or more 3; beside today it is .5."""
    parts = random_parts()
    today = (parts.today + 0.5 * parts.today_chance) / 1.5
    for n, weight, share in ((1, 1, 0.25), (30, 3, 0.0)):
        past = (parts.past + weight * parts.past_chance) / (1 + weight)
        past[RECENT] = today[RECENT] - 2
        kind = replace(kind_of(watching, [0] * n), share=share)
        expected = (1 - share) * past + share * today
        np.testing.assert_allclose(watching.mixing.mix(kind, parts), expected, atol=1e-6)


def test_recent_titles_of_a_scored_list_are_ordered_by_likes_too_and_keep_their_values(watching):
    parts = replace(random_parts(), today=np.array([0.0, 0, 0, 0, 0, 0, 1, 2]), today_chance=np.zeros(N_ITEMS))
    plain, scored = kind_of(watching, [0]), kind_of(watching, [0], n_scored=1)
    got = [watching.mixing.mix(replace(kind, share=1.0), parts)[6:] for kind in (plain, scored)]
    np.testing.assert_allclose(got[0], np.array([1, 2]) / 1.5, atol=1e-6)
    np.testing.assert_allclose(got[1], np.array([2, 1]) / 1.5, atol=1e-6)


def test_scores_are_the_mixed_parts(watching):
    kind = kind_of(watching, [2, 7])
    expected = watching.mixing.mix(kind, watching.parts(kind, CHANCE, TODAY_CHANCE))
    np.testing.assert_array_equal(watching.scores(kind, CHANCE, TODAY_CHANCE), expected)


def test_more_titles_leave_the_linear_scores_as_they_were(watching):
    """Two titles come in front; only what the network says is standardised over more titles."""
    places = np.arange(N_ITEMS) + 2
    recent, odds = np.append([True, False], RECENT), np.append([1, 2], watching.odds).astype(np.float32)
    likes = np.append([0, 0], watching.likes).astype(np.float32)
    longer = watching.extended(places, recent, odds, likes)
    before, after = kind_of(watching, [2, 6]), kind_of(longer, [4, 8])
    assert (after.recent, after.share) == (before.recent, before.share)
    old, more = watching.parts(before, CHANCE, CHANCE), np.append([0.0, 0.0], CHANCE)
    new = longer.parts(after, more, more)
    for side, own in (("past", watching.past), ("today", watching.today)):
        was, became = getattr(old, side)[own.titles], getattr(new, side)[places[own.titles]]
        np.testing.assert_allclose(became, was, atol=1e-6)


@pytest.fixture
def reranking(watching) -> Watching:
    """A tree prefers titles of more than 4 fans, titles 4 and 5 of today's, 2 to 7."""
    values = np.zeros((1, MOST_LEAVES), np.float32)
    values[0, 1] = 100
    parts = np.array([[4]], np.uint8), np.array([[4]], np.float32), np.array([[0xFFFE]], np.uint16)
    facts = np.ones((6, len(FACTS)), np.float32)
    facts[:, 0] = [1, 2, 5, 5, 3, 4]
    return replace(watching, reranker=Reranker(Trees(*parts, values), facts, np.full(6, -1)))


def test_the_reranker_counts_by_the_share_of_the_list_without_scores(watching, reranking):
    parts = watching.parts(kind_of(watching, [2, 3]), CHANCE, TODAY_CHANCE)
    kinds = [replace(kind_of(watching, [2, 3], n_scored=n), share=1.0) for n in (0, 1, 2)]
    changes = [reranking.changes(kind, parts) for kind in kinds]
    order = reranking.mixing.today(parts.today, parts.today_chance)
    left = np.arange(4, N_ITEMS)
    before, after = (set(left[np.argsort(-values[left])[:2]].tolist()) for values in (order, order + changes[0]))
    assert before != after == {4, 5}
    assert not changes[0][:4].any()
    rows, recent = reranking.today.rows, reranking.recent
    half = reranking.reranker.changes(kinds[0].items, rows, order, recent, weight=0.5)
    np.testing.assert_array_equal(changes[1], half)
    assert np.all(changes[2] == 0)


def test_a_list_of_an_uncertain_era_is_hardly_reranked(watching, reranking):
    """The trees prefer titles 4 and 5 by far; a tenth of their weight is less than the places differ."""
    kind = kind_of(watching, [2, 3])
    parts = watching.parts(kind, CHANCE, TODAY_CHANCE)
    values = reranking.reranker.trees.values / 20
    mild = replace(
        reranking, reranker=replace(reranking.reranker, trees=replace(reranking.reranker.trees, values=values))
    )
    today, unsure = (mild.changes(replace(kind, share=share), parts) for share in (1.0, 0.5))
    assert today.any()
    assert not unsure.any()


def test_the_reranker_orders_today_alone(watching, reranking):
    """A list of scores is ordered as without it, and one without scores in the share of today."""
    scored = kind_of(watching, [2, 3], n_scored=2)
    pairs = [model.scores(scored, CHANCE, TODAY_CHANCE) for model in (watching, reranking)]
    np.testing.assert_array_equal(*pairs)
    for share in (0.0, 0.3, 1.0):
        kind = replace(kind_of(watching, [2, 3]), share=share)
        plain, got = (model.scores(kind, CHANCE, TODAY_CHANCE) for model in (watching, reranking))
        changes = reranking.changes(kind, watching.parts(kind, CHANCE, TODAY_CHANCE))
        np.testing.assert_allclose(got - plain, share * changes, atol=1e-5)


def test_the_reranker_moves_with_the_titles_and_is_kept(reranking):
    again = Watching.from_arrays(reranking.to_arrays(), reranking.config, N_ITEMS)
    longer = again.extended(np.arange(N_ITEMS) + 2, *(np.append(column[:2], column) for column in (
        RECENT, reranking.odds, reranking.likes)))  # fmt: skip
    shared = np.append([0.0, 0.0], TODAY_CHANCE)
    kinds = [replace(kind_of(model, items), share=1.0) for model, items in ((reranking, [2, 3]), (longer, [4, 5]))]
    before = reranking.changes(kinds[0], reranking.parts(kinds[0], CHANCE, TODAY_CHANCE))
    after = longer.changes(kinds[1], longer.parts(kinds[1], shared, shared))
    assert before.any()
    np.testing.assert_array_equal(after[4:] > 0, before[2:] > 0)


def test_arrays_there_and_back(watching):
    again = Watching.from_arrays(watching.to_arrays(), watching.config, N_ITEMS)
    kind = kind_of(watching, [2, 7])
    assert kind_of(again, [2, 7]).share == pytest.approx(kind.share)
    np.testing.assert_allclose(again.scores(kind, CHANCE, CHANCE), watching.scores(kind, CHANCE, CHANCE), atol=1e-5)


@pytest.mark.parametrize(
    ("name", "shape"),
    [("watch_odds", (7,)), ("watch_recent", (9,)), ("watch_likes", (7,)), ("watch_fill", (2,)), ("watch_fill", (2, 3))],
)
def test_arrays_of_another_shape_are_refused(watching, name, shape):
    arrays = {**watching.to_arrays(), name: np.zeros(shape, np.float32)}
    with pytest.raises(ValueError, match=name):
        Watching.from_arrays(arrays, watching.config, N_ITEMS)


def test_linear_models_of_the_past_of_different_titles_are_refused(watching):
    arrays = watching.to_arrays() | linear(range(1, 7), 3).to_arrays("long")
    with pytest.raises(ValueError, match="long_titles and past_titles"):
        Watching.from_arrays(arrays, watching.config, N_ITEMS)


@pytest.mark.parametrize(
    "changed",
    [
        {"counts": []},
        {"counts": [1.0]},
        {"counts": [5.0, 5.0]},
        {"counts": [5.0, 2.0]},
        {"long_shares": [0.5]},
        {"odds": [1.0, 2.0]},
    ],
)
def test_a_wrong_configuration_is_refused(watching, changed):
    with pytest.raises(ValueError, match=r"counts|unpack"):
        Watching.from_arrays(watching.to_arrays(), {**watching.config, **changed}, N_ITEMS)
