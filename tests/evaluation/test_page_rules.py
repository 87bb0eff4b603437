"""Cost of the page's rules in a known case: all liked titles are sequels and of one genre."""

import numpy as np
import pytest

from recsys.data.catalogue import Catalogue
from recsys.data.ratings import Ratings
from recsys.evaluation import page_rules
from recsys.holdout.split import members
from recsys.serving.engine import Engine
from recsys.types import Title
from tests.models.fixed import Fixed

N_FANS, N_LIKED, N_OTHERS = 200, 20, 20
#: The gain of a list whose first title alone is liked, of the best that there could be.
FIRST_ALONE = 1 / (1 / np.log2(np.arange(2, 12))).sum()


class Knows(Fixed):
    """Predicts 10 for sequels and 5 for others, for every fan, and watching in the same order."""

    def __init__(self):
        super().__init__(np.arange(1, N_LIKED + N_OTHERS + 1), [10] * N_LIKED + [5] * N_OTHERS)

    def watch(self, fan):
        return self.predict(fan)


@pytest.fixture(scope="module")
def engine() -> Engine:
    """Titles 1 to 20 continue 101 to 120, which nobody has seen."""
    first = [Title(100 + i, f"Story {i}", type="TV", franchise_id=i) for i in range(1, N_LIKED + 1)]
    second = [
        Title(i, f"Story {i} II", type="TV", franchise_id=i, requires=(100 + i,), genres=("Action",))
        for i in range(1, N_LIKED + 1)
    ]
    others = [
        Title(i, f"Other {i}", type="TV", franchise_id=i, genres=(f"Genre {i}",))
        for i in range(N_LIKED + 1, N_LIKED + N_OTHERS + 1)
    ]
    titles = [*second, *others, *first]
    return Engine(Catalogue.from_rows(titles), [Knows()], np.full(len(titles), 100))


@pytest.fixture(scope="module")
def ratings() -> Ratings:
    """All fans score sequels 9 and others 4; fans with odd ids rated only 13 of the former and 12 of the latter."""
    fans, items = np.meshgrid(np.arange(N_FANS), np.arange(N_LIKED + N_OTHERS), indexing="ij")
    few = (items < 13) | ((items >= N_LIKED) & (items < N_LIKED + 12))
    users, titles = np.nonzero((fans % 2 == 1) | few)
    scores = np.where(titles < N_LIKED, 9.0, 4.0)
    ids = np.arange(1, N_FANS + 1), np.arange(1, N_LIKED + N_OTHERS + 1)
    return Ratings(*ids, users.astype(np.int32), titles.astype(np.int32), scores)


def by_known(engine: Engine, ratings: Ratings, diversity: float) -> dict:
    return page_rules.evaluate(engine, ratings, Knows.name, diversity)["by_known_ratings"]


def test_rules_that_remove_all_liked_titles_cost_everything(engine, ratings):
    for rows in by_known(engine, ratings, diversity=5).values():
        assert rows["no rules"]["ndcg10"]["value"] == pytest.approx(1)
        assert rows["no rules"]["cost_percent"] == {"value": 0, "se": 0}
        for name in ("series rules", "both, as on the page"):
            assert rows[name]["ndcg10"]["value"] == 0
            assert rows[name]["cost_percent"]["value"] == pytest.approx(100)
            assert rows[name]["cost_percent"]["se"] == pytest.approx(0)


def test_diversity_costs_what_it_puts_among_the_liked_and_makes_the_ten_unlike(engine, ratings):
    """At 5 known, at least 15 titles of either kind are left to everybody."""
    rows = by_known(engine, ratings, diversity=5)["5"]
    assert rows["no rules"]["diversity"]["value"] == pytest.approx(0)
    assert rows["diversity"]["diversity"]["value"] == pytest.approx(1)
    # Fewer than ten hidden and liked make the best list, and so the loss, a little smaller.
    assert rows["diversity"]["ndcg10"]["value"] == pytest.approx(FIRST_ALONE, rel=0.05)
    cost = rows["diversity"]["cost_percent"]
    assert cost["value"] == pytest.approx(100 * (1 - rows["diversity"]["ndcg10"]["value"]), abs=1e-3)


def test_no_diversity_costs_nothing(engine, ratings):
    for rows in by_known(engine, ratings, diversity=0).values():
        assert rows["diversity"] == rows["no rules"]


def test_fans_with_fewer_than_ten_hidden_titles_are_left_out(engine, ratings):
    rows = by_known(engine, ratings, diversity=0)
    tested = ratings.user_ids[members(ratings.user_ids, "test")]
    long = int((tested % 2 == 0).sum())  # fan number k has id k + 1
    assert 0 < long < len(tested)
    assert {k: row["no rules"]["fans"] for k, row in rows.items()} == {"5": len(tested), "10": len(tested), "20": long}
