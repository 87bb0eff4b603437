"""The cost of a ten that is as recent as the list, in a known case."""

import numpy as np
import pytest

from recsys.data.catalogue import Catalogue
from recsys.data.ratings import Lists, Ratings, Unscored
from recsys.evaluation import eras
from recsys.serving.engine import Engine
from recsys.settings import Settings
from recsys.types import Title
from tests.models.fixed import Fixed

N_OLD, N_RECENT = 60, 20


class Old(Fixed):
    """Ranks titles by id: all older ones come before the recent ones."""

    watches_unscored = True

    def watch(self, fan):
        return -self.item_ids.astype(float)


@pytest.fixture(scope="module")
def rows():
    """Every fan begins the same number of both kinds, so that half of all that is hidden is recent."""
    ids = np.arange(1, N_OLD + N_RECENT + 1)
    catalogue = Catalogue.from_rows(
        [Title(i, f"{i}", type="TV", year=2000 if i <= N_OLD else 2024) for i in ids.tolist()]
    )
    rng = np.random.default_rng(1)
    lists = [np.sort(rng.permutation(N_OLD)[:10]) for _ in range(200)]
    lists = [np.concatenate([old, N_OLD + np.sort(rng.permutation(N_RECENT)[:10])]) for old in lists]
    users, items = np.repeat(np.arange(200), 20), np.concatenate(lists)
    nothing = np.zeros(0, np.intp)
    ratings = Ratings(np.arange(200), ids, nothing, nothing, np.zeros(0))
    unscored = Unscored(users, items, np.full(len(items), 1, np.int8))
    model, raters = Old(ids, np.full(len(ids), 7.0)), np.full(len(ids), 9)
    engine, free = (Engine(catalogue, [model], raters, Settings(recent_share=share)) for share in (1, 0))
    return eras.evaluate(engine, free, Lists(ratings, unscored))["rows"]


def test_the_rule_adds_three_recent_titles(rows):
    for name, row in rows.items():
        assert row["recent_free"]["value"] == 0
        assert row["recent"]["value"] == (0.3 if name.startswith(("25%", "50%")) else pytest.approx(0.15, abs=0.1)), (
            name
        )


def test_fans_are_counted_once_for_each_way_to_give_the_list(rows):
    ways = {name.partition(", ")[2] for name in rows}
    assert ways == {"given as watching", "given as completed"}
    counts = [sum(row["fans"] for name, row in rows.items() if name.endswith(way)) for way in ways]
    assert counts[0] == counts[1] > 10


def test_recent_titles_are_more_often_right_here(rows):
    """Of the recent titles left, a third is hidden, of the older ones a tenth."""
    for name, row in rows.items():
        if row["fans"] > 10:
            assert row["ndcg10_by_eras"]["value"] > 0, name
