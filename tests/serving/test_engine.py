"""The engine on toy models whose answers are worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.data.catalogue import Catalogue
from recsys.errors import ArtifactError, ProfileError, RecsysError, UnknownModelError, UnknownTitleError
from recsys.serving import group
from recsys.serving.engine import Engine
from recsys.types import Filters, Profile, Title
from tests.models.fixed import Fixed
from tests.serving.conftest import RATERS, TITLES, Toy


def ids(picks):
    return [pick.anime_id for pick in picks]


class TestRecommend:
    def test_most_raters_first_without_a_chance_to_watch(self, engine):
        assert ids(engine.recommend(Profile(scores={20: 7}), "toy")) == [10, 11, 30, 50]  # 40 is adult

    def test_chance_to_watch_orders_where_the_model_has_one(self, engine):
        assert ids(engine.recommend(Profile(scores={20: 7}), "watcher")) == [50, 30, 11, 10]

    def test_by_score_ignores_the_chance_to_watch_and_needs_raters(self, engine):
        assert ids(engine.recommend(Profile(scores={20: 7}), "watcher", by_score=True)) == [10, 11, 30]  # 50 has 3

    def test_popular_first_for_a_fan_without_known_ratings(self, engine):
        assert ids(engine.recommend(Profile(), "toy")) == [10, 11, 20, 30, 50]
        assert ids(engine.recommend(Profile(scores={777: 9}), "toy"))[:3] == [10, 11, 20]

    @pytest.mark.parametrize("field", ["seen", "dropped", "on_hold", "watching"])
    def test_begun_titles_are_never_recommended(self, engine, field):
        assert 10 not in ids(engine.recommend(Profile(**{field: {10}}), "toy"))

    def test_adult_titles_only_on_request(self, engine):
        assert ids(engine.recommend(Profile(scores={20: 7}), "toy", filters=Filters(adult=True))) == [
            10,
            11,
            30,
            40,
            50,
        ]

    @pytest.mark.parametrize(
        ("filters", "left"),
        [
            (Filters(types=("Movie",)), [20]),
            (Filters(genres=("drama",)), [20, 50]),
            (Filters(genres=("Drama", "Action"), min_raters=4), []),
            (Filters(without_genres=("Action",)), [20, 30]),
            (Filters(genres=("No such",)), []),
            (Filters(year_from=2003, year_to=2010), [11, 20]),
            (Filters(episodes_to=12), [10, 11, 20]),
            (Filters(min_members=800), [10, 11]),
            (Filters(exclude=frozenset({10})), [11, 20, 30, 50]),
            (Filters(planned="only"), [30]),
            (Filters(planned="hide"), [10, 11, 20, 50]),
        ],
    )
    def test_filters(self, engine, filters, left):
        fan = Profile(scores={777: 7, 40: 7}, planned={30})
        assert sorted(ids(engine.recommend(fan, "toy", filters=filters))) == left

    def test_franchise_rules(self, engine):
        rules = Filters(franchise_rules=True)
        assert 11 not in ids(engine.recommend(Profile(scores={20: 7}), "toy", filters=rules))
        assert 11 in ids(engine.recommend(Profile(scores={10: 7}), "toy", filters=rules))
        assert 11 not in ids(engine.recommend(Profile(scores={10: 7}, watching={10}), "toy", filters=rules))
        assert 11 not in ids(engine.recommend(Profile(scores={10: 7}, dropped={10}), "toy", filters=rules))

    @pytest.mark.parametrize("kind", ["recap", "music"])
    def test_what_is_not_of_the_story_is_left_out_by_the_franchise_rules(self, kind):
        titles = [Title(1, "Story"), Title(2, "Aside", kind=kind), Title(3, "Story too")]
        engine = Engine(Catalogue.from_rows(titles), [Fixed([1, 2, 3], [7, 7, 7])], np.array([5, 50, 20]))
        assert ids(engine.recommend(Profile())) == [2, 3, 1]
        rules = Filters(franchise_rules=True)
        assert ids(engine.recommend(Profile(), filters=rules, diversity=0.3)) == [3, 1]
        assert len(engine.candidates(Profile(), filters=rules)) == 2
        assert sorted(ids(group.recommend(engine, [Profile(), Profile(scores={3: 7})], filters=rules))) == [1]

    @pytest.mark.parametrize("also", ["watching", "on_hold", "dropped"])
    def test_a_title_that_is_seen_is_completed_for_its_sequel_whatever_its_other_status(self, engine, also):
        fan = Profile(seen={10}, **{also: {10}})
        assert 11 in ids(engine.recommend(fan, "toy", filters=Filters(franchise_rules=True)))
        assert 11 in ids(engine.recommend(fan, "toy", filters=Filters(continuing=True)))

    def test_continuing(self, engine):
        only = Filters(continuing=True)
        assert ids(engine.recommend(Profile(scores={10: 7}), "toy", filters=only)) == [11]
        assert ids(engine.recommend(Profile(scores={20: 7}), "toy", filters=only)) == []

    @pytest.mark.parametrize(
        ("also_completed", "expected"), [((), [2]), ((2,), [3, 4]), ((2, 3, 4), [5]), ((2, 3, 4, 5), [6])]
    )
    def test_a_series_goes_on_with_its_next_season_then_films_and_side_stories_then_specials(
        self, also_completed, expected
    ):
        """Two films may be next; season 7 requires a title of another story that the fan has not watched."""
        story = [(1, "TV", "main", ()), (2, "TV", "main", (1,)), (3, "Movie", "main", (1,)), (4, "ONA", "main", (1,)),
                 (5, "OVA", "main", (1,)), (6, "Special", "special", (1,)), (7, "TV", "main", (1, 8))]  # fmt: skip
        titles = [
            *(Title(i, f"Story {i}", type=t, kind=kind, requires=r, franchise_id=1) for i, t, kind, r in story),
            *(Title(8, "Third"), Title(9, "Other"), Title(10, "Other: OVA", type="OVA", requires=(9,))),
        ]
        engine = Engine(Catalogue.from_rows(titles), [Fixed(range(1, 11), [7] * 10)], np.arange(10))
        fan = Profile(seen={1, *also_completed})
        rules = Filters(continuing=True, franchise_rules=True)
        (picked,) = ids(engine.recommend(fan, filters=rules))
        assert picked in expected
        other = Profile(seen={1, 9, *also_completed})
        assert set(ids(engine.recommend(other, filters=rules))) == {picked, 10}

    def test_new_series_are_what_does_not_continue_the_list(self, engine):
        only = Filters(new_series=True)
        assert 11 not in ids(engine.recommend(Profile(scores={10: 7}), "toy", filters=only))
        assert 11 in ids(engine.recommend(Profile(scores={20: 7}), "toy", filters=only))

    def test_diversity_keeps_the_best_first(self, engine):
        fan = Profile(scores={30: 7})
        assert ids(engine.recommend(fan, "toy", 2)) == [10, 11]
        assert ids(engine.recommend(fan, "toy", 2, diversity=5)) == [10, 20]

    def test_discovery_changes_the_order_but_not_the_candidates(self, engine):
        fan = Profile(scores={20: 7})
        safe, bold = (engine.recommend(fan, "watcher", 10, discovery=d) for d in (0.0, 1.0))
        assert set(ids(safe)) == set(ids(bold))
        assert ids(safe) != ids(bold)

    def test_shortage_is_explained(self, engine):
        fan = Profile(scores={20: 7})
        text = engine.candidates(fan, "toy", Filters(types=("Movie",))).shortage(10)
        assert text.startswith("No title is left.")
        assert "type" in text
        assert engine.candidates(fan, "toy").shortage(2) is None

    def test_the_parts_of_a_pick(self, engine):
        pick = engine.recommend(Profile(scores={20: 9, 30: 7}), "toy", 1)[0]
        assert (pick.anime_id, pick.title) == (10, "Alpha")
        assert pick.predicted == pytest.approx(9.0)
        assert (pick.low, pick.high) == pytest.approx((8.0, 10.0))
        assert [reason.anime_id for reason in pick.reasons] == [20, 30]
        assert pick.reasons[0].effect == pytest.approx(1.0)

    @pytest.mark.parametrize("bad", [{"n": 0}, {"discovery": 1.5}, {"discovery": -0.1}, {"diversity": -1}])
    def test_arguments_out_of_range(self, engine, bad):
        with pytest.raises(ProfileError):
            engine.recommend(Profile(), "toy", **bad)

    def test_unknown_model_names_the_loaded_ones(self, engine):
        with pytest.raises(UnknownModelError, match="toy, watcher"):
            engine.recommend(Profile(), "hybird")

    @given(
        scores=st.dictionaries(st.sampled_from([t.anime_id for t in TITLES] + [5, 777]), st.floats(1, 10)),
        seen=st.sets(st.sampled_from([t.anime_id for t in TITLES])),
        model=st.sampled_from(["toy", "watcher"]),
        discovery=st.floats(0, 1),
    )
    def test_any_list(self, engine, scores, seen, model, discovery):
        fan = Profile(scores=scores, seen=seen)
        picks = engine.recommend(fan, model, discovery=discovery)
        assert not set(ids(picks)) & fan.begun
        assert len(set(ids(picks))) == len(picks)
        ranks = [pick.rank_score for pick in picks]
        assert ranks == sorted(ranks, reverse=True)
        for pick in picks:
            assert 1 <= pick.low <= pick.predicted <= pick.high <= 10


class TestPredict:
    def test_the_order_is_kept_and_a_fallback_explained(self, engine):
        fan = Profile(scores={20: 8})
        found = engine.predict(fan, [30, 99, 5, 10], "toy")
        assert [p.anime_id for p in found] == [30, 99, 5, 10]
        assert found[0].fallback is None
        assert found[3].predicted == pytest.approx(9.0)
        assert "no ratings" in found[1].fallback
        assert "no such title" in found[2].fallback
        for p in found:
            assert 1 <= p.low <= p.predicted <= p.high <= 10

    def test_a_fan_without_ratings_gets_everybodys_score_as_fallback(self, engine):
        (found,) = engine.predict(Profile(), [10], "toy")
        assert found.predicted == pytest.approx(8.0)
        assert found.fallback

    def test_no_title(self, engine):
        assert engine.predict(Profile(), [], "toy") == []


class TestExplain:
    def test_parts_add_up(self, engine):
        why = engine.explain(Profile(scores={20: 9, 30: 4}), 10, "toy")
        assert why.baseline + sum(r.effect for r in why.reasons) == pytest.approx(why.unclipped)
        assert why.unclipped == pytest.approx(why.predicted)

    def test_a_title_that_the_model_does_not_cover(self, engine):
        with pytest.raises(RecsysError, match="Unrated"):
            engine.explain(Profile(), 99, "toy")


class TestSimilar:
    def test_nearest_first_without_itself_or_adult_titles(self, engine):
        assert ids(engine.similar(10, 2, "toy")) == [11, 20]
        assert 40 not in ids(engine.similar(10, model="toy"))

    def test_unknown_title(self, engine):
        with pytest.raises(UnknownTitleError, match="12345"):
            engine.similar(12345)


def test_a_model_of_another_catalogue_is_refused():
    catalogue = Catalogue.from_rows(TITLES[1:])
    with pytest.raises(ArtifactError, match="10"):
        Engine(catalogue, [Toy()], RATERS[1:])


def test_known(engine):
    assert engine.known([10, 99, 5], "toy") == {10}


def test_models_are_not_changed_by_use(engine):
    before = Toy.means.copy()
    engine.recommend(Profile(scores={10: 1, 20: 10}), "toy", discovery=1)
    np.testing.assert_array_equal(Toy.means, before)


NO_IDS = [2**63, -(2**63) - 1, 10**400, 1.5, "10", None, float("nan"), float("inf"), [10], b"1"]


@pytest.mark.parametrize("wrong", NO_IDS)
def test_what_is_no_anime_id_is_refused(engine, wrong):
    fan = Profile(scores={20: 7})
    calls = [
        lambda: engine.title(wrong), lambda: engine.franchise(wrong), lambda: engine.raters(wrong),
        lambda: engine.has_title(wrong), lambda: engine.similar(wrong, 3, "toy"),
        lambda: engine.explain(fan, wrong, "toy"), lambda: engine.predict(fan, [10, wrong], "toy"),
        lambda: engine.known([wrong, 10], "toy"), lambda: Profile(seen={wrong} if wrong != [10] else [[10]]),
        lambda: Profile(scores={repr(wrong): 5}),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(ProfileError):
            call()


@pytest.mark.parametrize("wrong", [0, -3, 1.5, "3", None, float("nan"), float("inf"), True, 2**63, 10**400])
def test_what_is_no_number_of_titles_is_refused(engine, wrong):
    fan = Profile(scores={20: 7})
    calls = [
        lambda: engine.recommend(fan, "toy", n=wrong), lambda: engine.similar(10, wrong, "toy"),
        lambda: engine.search("a", wrong), lambda: engine.match("a", wrong),
        lambda: group.recommend(engine, [fan, fan], n=wrong, model="toy"),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(ProfileError):
            call()


@pytest.mark.parametrize("wrong", [-0.1, "1", None, float("nan"), True, float("inf"), 10**400])
def test_what_is_no_weight_is_refused(engine, wrong):
    fan = Profile(scores={20: 7})
    calls = [
        lambda: engine.recommend(fan, "toy", discovery=wrong), lambda: engine.recommend(fan, "toy", diversity=wrong),
        lambda: engine.score_all(fan, "toy", discovery=wrong),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(ProfileError):
            call()


@pytest.mark.parametrize("name", ["year_from", "year_to", "episodes_from", "episodes_to", "min_members", "min_raters"])
def test_what_is_no_number_is_no_filter(name):
    for wrong in ("2000", 1.5, float("nan"), 10**400, [1]):
        with pytest.raises(ProfileError, match=name):
            Filters(**{name: wrong})


def test_numbers_of_numpy_are_numbers(engine):
    fan = Profile(scores={np.int64(20): np.float32(7)})
    assert ids(engine.recommend(fan, "toy", n=np.int32(2), discovery=np.float64(0))) == [10, 11]
    assert engine.title(np.int32(10)).anime_id == engine.title(10.0).anime_id == 10


def test_a_prediction_has_the_chances_of_the_same_title_recommended(engine):
    fan = Profile()
    picks = engine.recommend(fan, n=3)
    found = engine.predict(fan, [10**8, *(pick.anime_id for pick in picks)])
    assert np.isnan(found[0].chance_high)  # no such title
    chances = [(pick.chance_high, pick.chance_low) for pick in picks]
    np.testing.assert_allclose([(one.chance_high, one.chance_low) for one in found[1:]], chances)
