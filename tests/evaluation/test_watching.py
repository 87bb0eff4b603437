"""The evaluation on lists without scores: measures by hand, and all systems on the small data set."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.sparse import csr_matrix

from recsys.data import manifest
from recsys.data.catalogue import Catalogue
from recsys.evaluation import watching
from recsys.holdout.split import members
from recsys.holdout.watching import Half
from recsys.models import store
from tests.models.fixed import Fixed
from tests.training import small

#: Five titles, of which the last two are recent, and fans who watch in two camps: 0, 1 and 3 together, 2 and 4.
RECENT = np.array([False, False, False, True, True])
LISTS = csr_matrix(np.array([[1, 1, 0, 1, 0]] * 4 + [[0, 0, 1, 0, 1]] * 2, np.float32))


def half(known: list[int], hidden: list[int], statuses: list[int] | None = None) -> Half:
    return Half(np.array(known), np.array(statuses or [2] * len(known), np.int8), np.array(hidden))


def test_measures_by_hand():
    """The order is 4, 3, 2, 1, 0. Of the first fan, title 3 is second, or first where 4 is known; of the second fan no
    recent title is hidden."""
    fans = [half([0], [3]), half([4], [2, 1]), half([4, 0], [3, 1])]
    found = watching.measure(lambda half: np.arange(5.0), [fans], RECENT).values
    second, third = 1 / np.log2([3, 4])
    ideal = 1 + second
    expected = [second, (second + third) / ideal, (1 + third) / ideal]
    np.testing.assert_allclose(found["ndcg10"], expected)
    np.testing.assert_allclose(found["recall10"], 1)
    np.testing.assert_allclose(found["ndcg10_recent"], [second, np.nan, 1])
    np.testing.assert_allclose(found["recall10_recent"], [1, np.nan, 1])


def test_recent_titles_are_ranked_among_themselves():
    """Older titles, which are all ranked before, do not matter there."""
    order = np.array([9.0, 9, 9, 2, 1])
    found = watching.measure(lambda half: order, [[half([0], [3])]], RECENT).values
    assert found["ndcg10_recent"].tolist() == [1]
    assert found["ndcg10"][0] < 1


def test_a_fan_counts_with_the_mean_over_the_halves_of_the_list():
    """Of the first fan title 3 is first, then second; of the second fan a recent title is hidden in one half alone, and
    of the third in none."""
    draws = [[half([4], [3]), half([4], [2]), half([4], [2])], [half([0], [3]), half([0], [4]), half([4], [2])]]
    found = watching.measure(lambda half: np.arange(5.0), draws, RECENT).values
    second = 1 / np.log2(3)
    np.testing.assert_allclose(found["ndcg10"], [(1 + second) / 2, (second + 1) / 2, second])
    np.testing.assert_allclose(found["ndcg10_recent"], [(1 + second) / 2, 1, np.nan])


def test_popularity_counts_lists():
    np.testing.assert_array_equal(watching.popularity_order(LISTS)(half([0], [1])), [4, 4, 2, 4, 2])


@pytest.mark.parametrize("make", [lambda x: watching.ease_order(x, 1.0), lambda x: watching.ials_order(x, 4, 5.0, 0)])
def test_personal_baselines_find_the_camp(make):
    order = make(LISTS)
    first, other = order(half([0], [1])), order(half([2], [4]))
    assert min(first[[1, 3]]) > max(first[[2, 4]])
    assert other[4] > max(other[[0, 1, 3]])


def test_ease_ranks_titles_of_no_list_last():
    x = csr_matrix(np.column_stack([LISTS.toarray(), np.zeros(6, np.float32)]))
    scores = watching.ease_order(x, 1.0)(half([0, 5], [1]))
    assert np.argmin(scores) == 5
    assert np.isfinite(scores).all()


class Knows(Fixed):
    """Ranks the titles that are on the list, by status, and then all by id."""

    def fold_in(self, items, scores, seen, statuses=None):
        self.folded = self.item_ids[seen].tolist(), None if statuses is None else statuses.tolist()
        return super().fold_in(items, scores, seen)

    def watch(self, fan):
        return self.item_ids.astype(float)


def test_the_served_order_is_at_positions_of_the_catalogue():
    catalogue = Catalogue.from_rows(small.titles())
    ids = catalogue.ids[[1, 4, 6]]
    model = Knows(ids, [5, 5, 5])
    fan = half([6, 0, 1], [4], [1, 1, 4])
    raters = np.ones(len(catalogue), np.int64)
    scores = watching.as_served(model, catalogue, raters)(fan)
    assert model.folded == (ids[[2, 0]].tolist(), [1, 4])
    assert np.argsort(-scores)[:3].tolist() == [6, 4, 1]
    assert np.isneginf(np.delete(scores, [1, 4, 6])).all()
    watching.as_served(model, catalogue, raters, completed=True)(fan)
    assert model.folded[1] is None


def test_baselines_learn_from_training_fans_without_scores_alone():
    lists, catalogue = small.lists(), Catalogue.from_rows(small.titles())
    x = watching.watched(lists, catalogue)
    own = members(lists.ratings.user_ids, "train")[lists.unscored.users]
    counts = np.bincount(catalogue.positions(lists.ratings.item_ids[lists.unscored.items[own]]), minlength=x.shape[1])
    np.testing.assert_array_equal(np.asarray(x.sum(axis=0)).ravel(), counts)


@pytest.fixture(scope="module")
def figures(small_models, tmp_path_factory):
    """Of all shipped models, trained on the small data set."""
    folder = tmp_path_factory.mktemp("artifacts")
    with manifest.writing(folder, data_set="made up", licence="CC0-1.0") as batch:
        small.write_catalogue(batch.path("catalogue.parquet"))
        pq.write_table(pa.table({"anime_id": [10], "n_ratings": [3]}), batch.path("title_stats.parquet"))
        for name in store.REGISTRY:
            file = store.file_name(name)
            store.save(small_models[name].model, batch.path(file))
            batch.model(name, file=file)
    return watching.evaluate(small.lists(), folder)


def test_all_systems_are_measured_on_the_same_fans(figures):
    assert set(store.REGISTRY) | {watching.RIVAL, watching.POPULARITY} < set(figures["rows"])
    assert "hybrid, given as completed" in figures["rows"]
    for row in figures["rows"].values():
        assert row["ndcg10"]["fans"] == figures["fans"]
        assert 0 < row["ndcg10_recent"]["fans"] <= figures["fans"]
        assert set(watching.MEASURES) < set(row)


def test_personal_models_beat_popularity_on_lists_of_two_camps(figures):
    rows = figures["rows"]
    for name in ("neural", "hybrid", watching.RIVAL):
        gain = rows[name]["ndcg10_over_popularity"]
        assert gain["value"] > 2 * gain["se"] > 0, name
    assert rows["popularity"]["ndcg10"]["value"] < rows[watching.POPULARITY]["ndcg10"]["value"]
    assert rows[watching.RIVAL]["ndcg10_over_ease"]["value"] == 0
