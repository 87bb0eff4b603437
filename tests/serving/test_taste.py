"""Statistics of a fan's scores, on titles few enough to work them out by hand."""

import math

import numpy as np
import pytest

from recsys.data.catalogue import Catalogue
from recsys.serving import norms, taste
from recsys.serving.engine import Engine
from recsys.types import Profile, Title
from tests.serving.conftest import RATERS, TITLES, Toy

#: Means 8, 7, 6, none; Action twice, one studio thrice.
CATALOGUE = Catalogue.from_rows(
    [
        Title(1, "A", type="TV", year=1999, genres=("Action", "Drama"), studios=("Ink",), mean_score=8.0),
        Title(2, "B", type="Movie", year=2004, genres=("Action",), studios=("Ink", "Quill"), mean_score=7.0),
        Title(3, "C", type="TV", year=2009, genres=("Drama",), studios=("Ink",), mean_score=6.0),
        Title(4, "D", genres=("Comedy",)),
    ]
)


class TestLevel:
    def test_difference_on_the_same_titles_and_its_standard_error(self):
        level = taste.level(CATALOGUE, Profile(scores={1: 9, 2: 7, 3: 8, 4: 1}))  # differences 1, 0, 2; 4 has no mean
        assert (level.n, level.own, level.everybody) == (3, pytest.approx(8), pytest.approx(7))
        assert level.difference == pytest.approx(1)
        assert level.standard_error == pytest.approx(1 / math.sqrt(3))  # variance 1 over three

    def test_one_score_has_no_standard_error(self):
        level = taste.level(CATALOGUE, Profile(scores={2: 5}))
        assert (level.n, level.difference, level.standard_error) == (1, pytest.approx(-2), None)

    @pytest.mark.parametrize("fan", [Profile(), Profile(seen={1, 2}), Profile(scores={4: 9, 777: 2})])
    def test_nothing_to_compare(self, fan):
        assert taste.level(CATALOGUE, fan).n == 0


class TestFacets:
    def test_facets_without_data_are_left_out(self):
        assert list(taste.facets(CATALOGUE)) == ["Genre", "Studio", "Decade", "Type"]
        assert "Studio" not in taste.facets(Catalogue.from_rows(TITLES))

    def test_groups(self):
        facets = taste.facets(CATALOGUE)
        studio, decade = facets["Studio"], facets["Decade"]
        pairs = [(int(t), studio.labels[g]) for t, g in zip(studio.titles, studio.groups, strict=True)]
        assert sorted(pairs) == [(0, "Ink"), (1, "Ink"), (1, "Quill"), (2, "Ink")]
        assert [decade.labels[g] for g in decade.groups] == ["1990s", "2000s", "2000s"]


class TestLeanings:
    fan = Profile(scores={1: 9, 2: 7, 3: 8, 4: 1})  # beyond everybody and the fan's level of 1: 0, -1, 1

    def test_shrunken_effects_worked_out_by_hand(self):
        found = {one.label: one for one in taste.leanings(CATALOGUE, taste.facets(CATALOGUE)["Genre"], self.fan)}
        noise = (20 * 1.12**2 + 2) / 23
        damped = 2 + 20
        drama, action = found["Drama"], found["Action"]
        assert (drama.n, drama.own, drama.everybody) == (2, pytest.approx(8.5), pytest.approx(7))
        assert drama.effect == pytest.approx(1 / damped)
        assert action.effect == pytest.approx(-1 / damped)
        assert drama.high - drama.low == pytest.approx(2 * 1.2816 * math.sqrt(noise / damped))
        assert list(found) == ["Drama", "Action"]  # most liked first; Comedy's only title has no mean
        assert not drama.is_clear

    def test_groups_with_too_few_titles_are_left_out(self):
        studio = taste.facets(CATALOGUE)["Studio"]
        assert [one.label for one in taste.leanings(CATALOGUE, studio, self.fan, at_least=2)] == ["Ink"]
        assert taste.leanings(CATALOGUE, studio, Profile(seen={1})) == []

    def test_sixty_titles_are_clear_and_three_are_not(self):
        titles = [Title(i, str(i), genres=("Kids",) if i <= 60 else ("War",), mean_score=7.0) for i in range(1, 121)]
        catalogue = Catalogue.from_rows(titles)
        genre = taste.facets(catalogue)["Genre"]
        few = Profile(scores={1: 9, 2: 9, 3: 9, **{i: 6 + i % 2 * 2 for i in range(61, 118)}})
        many = Profile(scores={i: 8 if i <= 60 else 6 for i in range(1, 121)})
        unsure, sure = (taste.leanings(catalogue, genre, fan)[0] for fan in (few, many))
        assert unsure.label == sure.label == "Kids"
        assert unsure.own - unsure.everybody == pytest.approx(2)
        assert unsure.effect < 0.35
        assert not unsure.is_clear
        assert sure.own - sure.everybody == pytest.approx(1)
        assert sure.effect > 0.7
        assert sure.is_clear


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(Catalogue.from_rows(TITLES), [Toy()], RATERS)


class TestLeftOut:
    fan = Profile(scores={10: 9, 20: 6, 30: 5, 777: 10})  # deviations from 7: 2, -1, -2; the model knows no 777

    def test_each_is_predicted_from_the_others(self, engine):
        found = taste.left_out(engine, self.fan)
        given = dict(zip(found.anime_ids.tolist(), found.given.tolist(), strict=True))
        assert given == {10: 9, 20: 6, 30: 5}
        expected = dict(zip(found.anime_ids.tolist(), found.expected.tolist(), strict=True))
        assert expected == pytest.approx({10: 8 - 1.5, 20: 7 + 0, 30: 6.5 + 0.5})
        assert found.rmse == pytest.approx(math.sqrt((2.5**2 + 1 + 2**2) / 3))

    def test_most_surprising_first(self, engine):
        above, below = taste.left_out(engine, self.fan).most_surprising(1)
        assert [(one.anime_id, one.given, one.expected) for one in above] == [(10, 9, pytest.approx(6.5))]
        assert [(one.anime_id, one.given, one.expected) for one in below] == [(30, 5, pytest.approx(7))]
        assert [one.anime_id for one in taste.left_out(engine, self.fan).most_surprising(5)[1]] == [30, 20]

    def test_intervals_are_those_of_the_others_too(self, engine):
        found = taste.left_out(engine, self.fan)
        assert (found.high - found.expected).tolist() == pytest.approx([1, 1, 1])  # the toy's interval: +- 1
        assert found.held.tolist() == [False, True, False]  # errors 2.5, -1, -2

    def test_one_and_none(self, engine):
        one = taste.left_out(engine, Profile(scores={10: 9}))
        assert one.expected.tolist() == [8.0]  # nothing else is known: everybody's
        assert math.isnan(taste.left_out(engine, Profile(seen={10})).rmse)


class TestInfluences:
    def test_change_share_and_direction(self, engine):
        found = taste.influences(engine, Profile(scores={10: 10, 20: 6}), [30, 50, 99])  # 99 is not covered
        # Each rating adds (score - 7) / 2 to every prediction: 1.5 and -.5.
        assert [one.anime_id for one in found] == [10, 20]
        assert [one.moved for one in found] == pytest.approx([1.5, 0.5])
        assert [one.share for one in found] == pytest.approx([0.75, 0.25])
        assert [(one.raised, one.lowered) for one in found] == [(2, 0), (0, 2)]

    def test_no_rating_or_no_title(self, engine):
        assert taste.influences(engine, Profile(), [30]) == []
        assert taste.influences(engine, Profile(scores={10: 9}), []) == []


class Store:
    """Three fans: 20 scores one above the mean of title 2, 20 two below that of title 3, and one with too few."""

    def all_ratings(self):
        fans = np.repeat([5, 8, 9], [20, 20, 2])
        titles = np.where(fans == 5, 2, 3)
        return fans, titles, np.where(fans == 5, 8.0, np.where(fans == 8, 4.0, 10.0))


class TestNorms:
    def test_levels_are_of_fans_with_enough_scores(self):
        found = norms.levels(Store(), CATALOGUE)
        assert found.values.tolist() == [-2, 1]
        assert found.middle == pytest.approx(-0.5)

    def test_share_below(self):
        norm = norms.Norm(np.array([1.0, 2.0, 2.0, 3.0]))
        assert [norm.below(x) for x in (0, 2, 2.5, 9)] == [0, 0.5, 0.75, 1]
        assert math.isnan(norms.Norm(np.empty(0)).below(1))

    def test_errors_are_left_out_rmses(self, engine):
        class Same:
            def all_ratings(self):
                ids = np.array([10, 11, 20, 30, 40, 50])
                return np.repeat(1, 24), np.resize(ids, 24), np.full(24, 7.0)

        # A list with a title four times is no list, but the same six scores of 7: expected is each title's mean.
        expected = math.sqrt(np.mean(np.square(Toy.means - 7)))
        assert norms.errors(Same(), engine, "toy").values == pytest.approx([expected])
