"""Titles like some and unlike others, odds, and nothing below the usual score, on toy models."""

import numpy as np
import pytest

from recsys.data.catalogue import Catalogue
from recsys.errors import ProfileError, RecsysError, UnknownTitleError
from recsys.models.odds import KNOTS, Odds
from recsys.serving.engine import Engine
from recsys.types import Filters, Profile, Title
from tests.models.fixed import Fixed

N = 40


class Line(Fixed):
    """Titles 1 to 40 in a row: neighbours are alike. Predicts 4 to 9, and watching for every fan in the order of ids,
    the first most likely; a watched title makes those next to it likelier."""

    name = label = "line"
    watches_unscored = True

    def __init__(self):
        super().__init__(np.arange(1, N + 1), np.linspace(4, 9, N))

    def similarity(self, item):
        return np.exp(-0.5 * np.square((np.arange(N) - item) / 2.0))

    def watch(self, fan):
        return -0.01 * np.arange(N, dtype=float) + sum(0.02 * self.similarity(i) for i in fan.seen)

    def band(self, fan, items):
        return self.predict(fan)[items] - 1, self.predict(fan)[items] + 1


def line(odds: Odds | None = None) -> Engine:
    titles = [Title(i, f"Title {i}", type="TV", genres=("Action",)) for i in range(1, N + 1)]
    return Engine(Catalogue.from_rows(titles), [Line()], np.full(N, 100), odds={"line": odds} if odds else {})


@pytest.fixture(scope="module")
def engine() -> Engine:
    return line()


#: Without the titles that everybody watches.
LATER = Filters(exclude=frozenset(range(1, 11)))


def ids(picks):
    return [pick.anime_id for pick in picks]


class TestSeeds:
    def test_titles_like_the_seeds_come_first_without_the_seeds(self, engine):
        found = ids(engine.recommend(Profile(), n=4, filters=LATER, like=[20, 30]))
        assert not {20, 30} & set(found)
        assert set(found) <= {18, 19, 21, 22, 28, 29, 31, 32}
        assert {19, 21} & set(found)
        assert {29, 31} & set(found)

    def test_beside_a_list(self, engine):
        fan = Profile(scores={1: 8, 19: 7})
        assert ids(engine.recommend(fan, n=2, like=[20]))[0] == 21
        assert 19 not in ids(engine.recommend(fan, n=30, like=[20]))

    def test_titles_like_those_to_be_unlike_go_down(self, engine):
        usual = ids(engine.recommend(Profile(), n=5))
        away = ids(engine.recommend(Profile(), n=5, unlike=[1]))
        assert usual == [1, 2, 3, 4, 5]
        assert not {1, 2} & set(away)

    def test_a_title_to_be_unlike_takes_from_the_side_of_a_seed_where_it_is(self, engine):
        assert ids(engine.recommend(Profile(), n=1, filters=LATER, like=[20], unlike=[18])) == [21]
        assert ids(engine.recommend(Profile(), n=1, filters=LATER, like=[20], unlike=[22])) == [19]

    def test_predicted_scores_are_those_of_the_list_alone(self, engine):
        (pick,) = engine.recommend(Profile(), n=1, like=[20])
        assert pick.predicted == pytest.approx(Line().scores[pick.anime_id - 1])

    def test_seeds_only_beside_the_list_change_nothing_on_it(self, engine):
        fan = Profile(scores={5: 8}, planned={20})
        assert 20 not in ids(engine.recommend(fan, n=N, like=[20]))

    def test_one_seed_is_the_most_similar_title_s_order(self, engine):
        assert set(ids(engine.similar(20, 2))) == {19, 21}

    @pytest.mark.parametrize(
        ("bad", "error"),
        [
            ({"like": [20], "unlike": [20]}, ProfileError),
            ({"like": 20}, ProfileError),
            ({"unlike": "20"}, ProfileError),
            ({"like": [999]}, UnknownTitleError),
            ({"unlike": [999]}, UnknownTitleError),
        ],
    )
    def test_bad_seeds(self, engine, bad, error):
        with pytest.raises(error):
            engine.recommend(Profile(), **bad)

    def test_a_seed_that_the_model_does_not_cover(self):
        titles = [*(Title(i, f"Title {i}") for i in range(1, N + 1)), Title(99, "Unrated")]
        engine = Engine(Catalogue.from_rows(titles), [Line()], np.full(N + 1, 100))
        with pytest.raises(RecsysError, match="Unrated"):
            engine.recommend(Profile(), like=[99])


class TestOdds:
    def test_from_today_s_order_to_that_by_the_chance_of_a_high_score(self, engine):
        assert ids(engine.recommend(Profile(), n=3, odds=0)) == [1, 2, 3]
        assert ids(engine.recommend(Profile(), n=3, odds=1)) == [40, 39, 38]
        chances = [
            np.mean([pick.chance_high for pick in engine.recommend(Profile(), n=5, odds=odds)]) for odds in (0, 0.5, 1)
        ]
        assert chances == sorted(chances)

    def test_picks_tell_chances_that_fit_the_model(self):
        sure = line(Odds(high=tuple(3 + knot for knot in KNOTS), low=tuple(-6 - knot for knot in KNOTS)))
        plain, fitted = (one.recommend(Profile(), n=N) for one in (line(), sure))
        for one, other in zip(plain, fitted, strict=True):
            assert 0 <= one.chance_low + one.chance_high <= 1
            assert other.chance_high > one.chance_high
        assert [pick.chance_high for pick in engine_order(plain)] == sorted(pick.chance_high for pick in plain)

    @pytest.mark.parametrize("odds", [-0.1, 1.1, float("nan")])
    def test_out_of_range(self, engine, odds):
        with pytest.raises(ProfileError, match="odds"):
            engine.recommend(Profile(), odds=odds)


def engine_order(picks):
    """By predicted score, lowest first."""
    return sorted(picks, key=lambda pick: pick.predicted)


class TestUsualScore:
    FAN = Profile(scores=dict.fromkeys(range(26, 36), 8.0))  # predicted 7.2 to 8.4, on average 7.8: the usual score

    def test_nothing_clearly_below_it_is_recommended(self, engine):
        found = engine.recommend(self.FAN, n=N)
        assert found
        assert min(pick.predicted for pick in found) >= 7.3

    def test_the_adventurous_see_everything(self, engine):
        assert len(engine.recommend(self.FAN, n=N, discovery=1)) == N - 10
        between = engine.recommend(self.FAN, n=N, discovery=0.5)
        assert len(engine.recommend(self.FAN, n=N)) < len(between) < N - 10

    def test_it_is_counted(self, engine):
        left = engine.candidates(self.FAN, discovery=0)
        assert left.removed["predicted below the usual score"] > 0
        assert len(left) == len(engine.recommend(self.FAN, n=N))
        assert len(engine.candidates(self.FAN)) == N - 10

    def test_fans_with_few_scores_have_none(self, engine):
        few = Profile(scores=dict.fromkeys(range(26, 35), 8.0))
        assert len(engine.recommend(few, n=N)) == N - 9

    def test_a_list_of_favourites_alone_leaves_titles(self, engine):
        fond = Profile(scores=dict.fromkeys(range(26, 36), 10.0))
        assert ids(engine.recommend(fond, n=N)) == ids(engine.recommend(self.FAN, n=N))

    def test_what_the_fan_has_chosen_is_shown(self, engine):
        fan = Profile(scores=self.FAN.scores, planned={1, 40})
        assert sorted(ids(engine.recommend(fan, filters=Filters(planned="only")))) == [1, 40]
