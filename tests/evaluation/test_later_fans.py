"""Models of earlier lists on fans of later years: who is measured, what is known of titles, and figures by hand."""

import numpy as np
import pytest

from recsys.data.catalogue import Catalogue
from recsys.data.ratings import Lists, Ratings, Unscored
from recsys.evaluation import later_fans
from recsys.holdout.split import members
from recsys.types import Title
from tests.models.fixed import Fixed

N_FANS, N_TITLES, N_OLD = 200, 60, 45
IDS = np.arange(1, N_TITLES + 1)


class Popular(Fixed):
    """Knows the old titles alone and ranks them by id, the highest first; every score is predicted as 8."""

    name = "popular"

    def __init__(self) -> None:
        super().__init__(IDS[:N_OLD], np.full(N_OLD, 8.0))

    def watch(self, fan):
        return self.item_ids.astype(float)

    def band(self, fan, items):
        return np.full(len(items), 7.5), np.full(len(items), 8.5)


def lists() -> Lists:
    """Every fan scores all titles 9, but fans from 101 on score titles that the model does not know 6; the fans from
    151 on give no scores."""
    users, items = (
        grid.ravel().astype(np.int32) for grid in np.meshgrid(range(N_FANS), range(N_TITLES), indexing="ij")
    )
    scores = np.where((users >= 100) & (items >= N_OLD), 6.0, 9.0)
    scored = users < 150
    begun = Unscored(users[~scored], items[~scored], np.full((~scored).sum(), 2, np.int8))
    ids = np.arange(1, N_FANS + 1)
    return Lists(Ratings(ids, IDS, users[scored], items[scored], scores[scored]), begun)


@pytest.fixture(scope="module")
def groups():
    years = np.repeat([2016, 2020, 2025], [100, 50, 50])
    return later_fans.groups(lists(), years)


def test_only_the_test_part_of_the_earliest_fans_is_measured_and_all_later_fans(groups):
    assert [(one.year, len(one.parts)) for one in groups] == [(2016, 1), (2020, 3), (2025, 3)]
    assert groups[0].parts == ("test",)
    assert [len(one.lists.ratings.user_ids) for one in groups] == [100, 50, 50]


def test_a_group_has_no_title_and_no_fan_of_others():
    ids = np.array([7, 8, 9]), np.array([10, 20, 30])
    users, items = np.array([0, 1, 2], np.int32), np.array([0, 1, 2], np.int32)
    both = Lists(Ratings(*ids, users, items, np.array([5.0, 6.0, 7.0])), Unscored.none())
    found = later_fans.only(both, np.array([False, True, True])).ratings
    assert (found.user_ids.tolist(), found.item_ids.tolist()) == ([8, 9], [20, 30])
    assert (found.users.tolist(), found.items.tolist(), found.scores.tolist()) == ([0, 1], [0, 1], [6.0, 7.0])


@pytest.mark.parametrize(("year", "known"), [(2015, True), (2016, False), (None, False)])
def test_what_is_known_only_today_is_taken_from_later_titles(year, known):
    title = later_fans.without_reception(Title(1, "Star", year=year, mean_score=7.5, members=9, scored_by=5), 2016)
    assert (title.mean_score, title.members, title.scored_by) == ((7.5, 9, 5) if known else (None, 0, 0))


def test_figures_by_hand(groups):
    catalogue = Catalogue.from_rows([Title(i, f"Title {i}", type="TV") for i in IDS.tolist()])
    rows = later_fans.evaluate({"popular": Popular()}, catalogue, catalogue, groups)
    assert list(rows) == ["popular, 2016", "popular, 2020", "popular, 2025"]
    first, later, unscored = rows.values()
    tested = int(members(np.arange(1, 101), "test").sum())
    assert first["ndcg10"]["value"] == first["ndcg10_known"]["value"] == 1
    assert (first["fans"], first["rmse"]["value"], first["band"]["value"]) == (tested, 1, 0)
    assert later["fans"] == 50
    assert 1 < later["rmse"]["value"] < 2  # scores of 9 are off by 1, those of 6 by 2
    assert unscored["ndcg10"]["value"] == unscored["ndcg10_known"]["value"] == 1
    assert unscored["ndcg10_fans"]["value"] == 50
    assert "rmse" not in unscored
