"""Groups on a toy catalogue worked out by hand: two fans with opposite tastes, and one title that both would like."""

import math

import numpy as np
import pytest

from recsys.data.catalogue import Catalogue
from recsys.errors import ProfileError
from recsys.serving import group
from recsys.serving.engine import Engine
from recsys.settings import Settings
from recsys.types import Filters, Profile
from tests.serving.conftest import RATERS, TITLES, Toy

ALL = Filters(min_raters=0)
ANN, BOB = Profile(scores={10: 8}), Profile(scores={11: 8})


class Opposites(Toy):
    """What each title is predicted depends on the first title scored: Ann's 10, Bob's 11, or anything else."""

    name = "opposites"
    tastes = {  # noqa: RUF012
        #         10   11   20   30   40   50
        0: np.array([7.0, 7.0, 9.0, 7.0, 9.0, 4.0]),  # Ann: mean of 20, 30, 50 is 20/3, their variance 38/9
        1: np.array([7.0, 7.0, 5.0, 6.5, 9.0, 8.0]),  # Bob: mean 6.5, variance 1.5
    }

    def predict(self, fan):
        return self.tastes.get(int(fan.items[0]) if len(fan.items) else -1, self.means)

    def watch(self, fan):
        return self.predict(fan)


@pytest.fixture(scope="module")
def opposites() -> Engine:
    return Engine(Catalogue.from_rows(TITLES), [Opposites()], RATERS, Settings(min_raters=50))


def ids(picks):
    return [pick.anime_id for pick in picks]


class TestRecommend:
    def test_average_and_least_misery(self, opposites):
        average = group.recommend(opposites, [ANN, BOB], "average", filters=ALL)
        assert ids(average) == [30, 50, 20]
        # In standard deviations: Ann's 30 is (7 - 20/3) / sqrt(38/9), Bob's (6.5 - 6.5) / sqrt(1.5).
        assert average[0].group_score == pytest.approx((1 / 3) / math.sqrt(38 / 9) / 2)
        misery = group.recommend(opposites, [ANN, BOB], "misery", filters=ALL)
        assert ids(misery) == [30, 20, 50]
        assert misery[1].group_score == pytest.approx(-1.5 / math.sqrt(1.5))  # Bob's 20

    def test_predictions_in_the_order_of_the_fans(self, opposites):
        shares = group.recommend(opposites, [BOB, ANN], filters=ALL)[0].shares
        assert [share.predicted for share in shares] == [6.5, 7.0]
        assert [(share.low, share.high) for share in shares] == [(5.5, 7.5), (6.0, 8.0)]

    def test_no_score_below_the_floor(self, opposites):
        assert ids(group.recommend(opposites, [ANN, BOB], "floor", filters=ALL, floor=6)) == [30]
        assert group.recommend(opposites, [ANN, BOB], "floor", filters=ALL, floor=7.5) == []

    def test_a_fan_with_low_scores_counts_equally(self, opposites, monkeypatch):
        before = {how: ids(group.recommend(opposites, [ANN, BOB], how, filters=ALL)) for how in ("average", "misery")}
        harsh = {**Opposites.tastes, 1: (Opposites.tastes[1] - 5) / 2 + 2}
        monkeypatch.setattr(Opposites, "tastes", harsh)
        assert {how: ids(group.recommend(opposites, [ANN, BOB], how, filters=ALL)) for how in before} == before

    def test_begun_and_filtered_titles_are_left_out(self, opposites):
        cy = Profile(scores={20: 8}, watching={30})
        assert ids(group.recommend(opposites, [ANN, cy], filters=ALL)) == [11, 50]
        enough = Filters(min_raters=50)
        assert set(ids(group.recommend(opposites, [ANN, BOB], filters=enough))) == {30, 20}  # 50 has 3 raters

    def test_titles_that_some_have_seen_on_request(self, opposites):
        cy = Profile(scores={11: 8, 30: 9.5}, seen={10}, dropped={20})
        picks = group.recommend(opposites, [ANN, cy], filters=ALL, allow_begun=True)
        assert set(ids(picks)) == {30, 50, 11}  # 20 was dropped, 10 is known to both
        share = next(pick for pick in picks if pick.anime_id == 30).shares[1]
        assert (share.given, share.begun) == (9.5, True)
        low = Profile(scores={11: 8, 30: 3})
        assert 30 in ids(group.recommend(opposites, [ANN, cy], "floor", filters=ALL, allow_begun=True, floor=4))
        assert 30 not in ids(group.recommend(opposites, [ANN, low], "floor", filters=ALL, allow_begun=True, floor=4))

    def test_planned_titles_are_marked(self, opposites):
        cy = Profile(scores={11: 8}, planned={20})
        by_id = {pick.anime_id: pick.shares for pick in group.recommend(opposites, [ANN, cy], filters=ALL)}
        assert [share.planned for share in by_id[20]] == [False, True]

    def test_titles_that_any_of_them_planned(self, opposites):
        fans = [Profile(scores={10: 8}, planned={20}), Profile(scores={11: 8}, planned={50})]
        assert set(ids(group.recommend(opposites, fans, filters=Filters(min_raters=0, planned="only")))) == {20, 50}
        assert ids(group.recommend(opposites, fans, filters=Filters(min_raters=0, planned="hide"))) == [30]

    def test_the_chance_that_all_like_a_title(self, opposites):
        pick = group.recommend(opposites, [ANN, BOB], filters=ALL)[0]
        ann, bob = (share.likes for share in pick.shares)
        # 7 with a band of 1 is above 6.5, and Bob's 6.5 is at it: the normal distribution's half.
        assert bob == pytest.approx(0.5)
        assert 0.6 < ann < 0.9
        assert pick.all_like == pytest.approx(ann * bob)

    def test_a_score_given_is_certain(self, opposites):
        for score, chance in ((7, 1), (6.5, 0)):
            cy = Profile(scores={11: 8, 30: score})
            picks = group.recommend(opposites, [ANN, cy], filters=ALL, allow_begun=True)
            assert next(pick for pick in picks if pick.anime_id == 30).shares[1].likes == chance

    def test_each_ones_strongest_reason(self, engine):
        fans = [Profile(scores={10: 9, 11: 4}), Profile(scores={11: 5})]
        shares = group.recommend(engine, fans, filters=ALL, model="toy")[0].shares
        assert [share.reason and share.reason.anime_id for share in shares] == [10, None]  # 5 lowers every score

    def test_drivers_where_the_model_tells(self, opposites, monkeypatch):
        monkeypatch.setattr(Opposites, "pulls", lambda self, fan, items: np.ones((len(items), len(fan.items))))
        cy = Profile(scores={11: 8, 30: 9})
        picks = group.recommend(opposites, [ANN, cy], filters=ALL, allow_begun=True)
        pick = next(pick for pick in picks if pick.anime_id == 30)
        assert [[driver.anime_id for driver in share.drivers] for share in pick.shares] == [[10], []]  # Cy has seen it
        assert pick.shares[0].reason is None

    def test_franchise_rules_hold_for_every_fan(self, opposites):
        knows_alpha, new = Profile(seen={10}), Profile(scores={50: 7})
        rules = Filters(min_raters=0, franchise_rules=True)
        assert 11 not in ids(group.recommend(opposites, [knows_alpha, new], filters=rules))
        assert 11 in ids(group.recommend(opposites, [knows_alpha, Profile(seen={10}, scores={50: 7})], filters=rules))

    def test_fans_without_ratings_still_get_titles(self, opposites):
        assert ids(group.recommend(opposites, [Profile(), Profile(seen={20})], filters=ALL))[0] == 10

    @pytest.mark.parametrize("n", [1, 6])
    def test_two_to_five_fans(self, opposites, n):
        with pytest.raises(ProfileError, match="2 to 5"):
            group.recommend(opposites, [ANN] * n)

    @pytest.mark.parametrize("wrong", [{"how": "median"}, {"n": 0}, {"how": "floor", "floor": 11}])
    def test_wrong_arguments(self, opposites, wrong):
        with pytest.raises(ProfileError):
            group.recommend(opposites, [ANN, BOB], **wrong)


def test_candidates_are_counted_for_the_group_and_each_fan(opposites):
    assert group.candidates(opposites, [ANN, BOB], filters=ALL) == (3, [3, 3])
    assert group.candidates(opposites, [ANN, BOB], filters=ALL, floor=8) == (0, [1, 1])
    assert group.candidates(opposites, [ANN, BOB], filters=ALL, floor=6) == (1, [2, 2])


class TestAgreements:
    ids = (10, 11, 20, 30, 40, 50, 99, 100)  # as many as are needed for a correlation

    def profile(self, scores):
        return Profile(scores=dict(zip(self.ids, scores, strict=False)))

    def test_same_opposite_and_hand_worked(self, engine):
        up = self.profile([1, 2, 3, 4, 5, 6, 7, 8])
        down = self.profile([8, 7, 6, 5, 4, 3, 2, 1])
        swapped = self.profile([2, 1, 4, 3, 6, 5, 8, 7])  # sum of squared differences 8: r = 1 - 6 x 8 / (8 x 63)
        found = group.agreements(engine, [up, down, swapped], "toy")
        assert [(one.first, one.second) for one in found] == [(0, 1), (0, 2), (1, 2)]
        assert [one.scores for one in found] == pytest.approx([-1, 1 - 48 / 504, 48 / 504 - 1])
        assert all(one.common == 8 for one in found)
        middle, reach = math.atanh(1 - 48 / 504), 1.2816 / math.sqrt(5)
        assert (found[1].low, found[1].high) == pytest.approx((math.tanh(middle - reach), math.tanh(middle + reach)))

    def test_too_few_common_titles_or_no_spread(self, engine):
        few, constant = self.profile([1, 2, 3]), self.profile([7] * 8)
        found = group.agreements(engine, [few, self.profile(range(1, 9)), constant], "toy")
        assert [(one.common, one.scores) for one in found] == [(3, None), (3, None), (8, None)]

    def test_taste_correlates_predictions_beyond_everybodys(self, opposites, engine):
        # Everybody: 8 7.5 7 6.5 9 6. Ann beyond: -1 -.5 2 .5 0 -2; Bob: -1 -.5 -2 0 0 2.
        expected = np.corrcoef([-1, -0.5, 2, 0.5, 0, -2], [-1, -0.5, -2, 0, 0, 2])[0, 1]
        assert group.agreements(opposites, [ANN, BOB])[0].taste == pytest.approx(expected)
        assert group.agreements(engine, [ANN, BOB], "toy")[0].taste is None  # this model knows a level only


def test_splits_are_titles_whose_scores_differ_most():
    fans = [Profile(scores={1: 9, 2: 4, 3: 7}), Profile(scores={1: 3, 2: 5, 4: 1}), Profile(scores={1: 5, 3: 7})]
    found = group.splits(fans)
    assert [(one.anime_id, one.apart) for one in found] == [(1, 6), (2, 1)]  # on 3 they agree, 4 has one score
    assert found[0].given == ((0, 9), (2, 5), (1, 3))
    assert [one.anime_id for one in group.splits(fans, 1)] == [1]
