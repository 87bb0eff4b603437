"""Titles without ratings: held-out, known and asked ratings, figures by hand, and the small data set's genres."""

from types import SimpleNamespace

import numpy as np
import pytest

from recsys.evaluation import cold_titles
from recsys.evaluation.cold_titles import Questions
from recsys.holdout.split import members
from recsys.training import content
from tests.training import small
from tests.training.trained import HYBRID


class Listening:
    """Replaces a hybrid and records known ratings. Its network predicts the title's id, its factors 6."""

    item_ids = np.arange(12, 10 + small.N_TITLES)  # without the first two titles
    n_items = len(item_ids)
    net = SimpleNamespace(predict=lambda embedding, items: Listening.item_ids[items].astype(np.float32))
    svd = SimpleNamespace(base=np.full(n_items, 6, np.float32), factors=np.zeros((n_items, 1), np.float32))

    def __init__(self) -> None:
        self.known: list[dict[int, float]] = []

    def fold_in(self, items, scores, seen, statuses=None):
        self.known.append(dict(zip(self.item_ids[items].tolist(), scores.tolist(), strict=True)))
        return SimpleNamespace(embedding=None, folded=SimpleNamespace(z=np.zeros(1)))


def test_held_out_titles_lose_all_that_fans_did_with_them_and_no_other_any(tmp_path):
    run = small.run(tmp_path)
    titles = cold_titles.held_out(run.ratings, seed=0)
    np.testing.assert_array_equal(titles, cold_titles.held_out(run.ratings, seed=0))
    assert 0 < titles.sum() < len(titles) / 2
    left = cold_titles.without(run, titles)
    for kind in ("ratings", "unscored"):
        before, after = (np.bincount(getattr(one.lists, kind).items, minlength=len(titles)) for one in (run, left))
        assert before[titles].any()
        np.testing.assert_array_equal(after, np.where(titles, 0, before))


def test_the_rest_is_known_and_the_held_out_is_asked():
    ratings, model = small.ratings(), Listening()
    titles = np.arange(small.N_TITLES) % 6 == 1
    asked = cold_titles.ask(model, ratings, titles, "test")  # pyright: ignore[reportArgumentType]
    lists = []
    for fan in np.flatnonzero(members(ratings.user_ids, "test")):
        own = ratings.users == fan
        truth = dict(zip(ratings.item_ids[ratings.items[own]].tolist(), ratings.scores[own].tolist(), strict=True))
        known = {anime_id: score for anime_id, score in truth.items() if anime_id in Listening.item_ids}
        cold = {anime_id: score for anime_id, score in known.items() if titles[anime_id - 10]}
        if cold:
            lists.append((cold, {anime_id: score for anime_id, score in known.items() if anime_id not in cold}))
    assert model.known == [rest for _, rest in lists]
    for i, (cold, rest) in enumerate(lists):
        assert dict(zip(asked.net[i].tolist(), asked.actual[i].tolist(), strict=True)) == cold
        assert set(asked.svd[i]) == {6}
        np.testing.assert_allclose(asked.fan_mean[i], np.mean(list(rest.values())))


def test_the_best_share_is_that_which_made_the_scores():
    net, svd = [np.array([8.0, 4]), np.array([7.0])], [np.array([4.0, 6]), np.array([3.0])]
    for share, found in ((0.25, 0.25), (1.5, 1), (-0.5, 0)):
        actual = [share * n + (1 - share) * s for n, s in zip(net, svd, strict=True)]
        assert cold_titles.best_share(Questions(actual, svd, net, svd)) == pytest.approx(found)


def test_errors_against_the_fans_mean_by_hand():
    """Squared errors are 1, 1, and 4 against the mean's 4, 4 and 4; leaving out one fan leaves 2 (of 4) or 1 (of 4)."""
    actual = [np.array([5.0, 5.0]), np.array([5.0])]
    asked = Questions(actual, [a + 2 for a in actual], [], [])
    row = cold_titles._against([np.array([6.0, 4.0]), np.array([7.0])], asked)
    assert row["rmse"]["value"] == pytest.approx(np.sqrt(6 / 3), abs=1e-5)
    assert row["below"]["value"] == pytest.approx(100 * (1 - np.sqrt(6 / 12)), abs=1e-3)
    # Without the first fan the error is 2, without the second 1; the mean's is 2 either way.
    assert row["rmse"]["se"] == pytest.approx(np.sqrt(np.var([2, 1])), abs=1e-5)
    assert row["below"]["se"] == pytest.approx(100 * np.sqrt(np.var([0, 0.5])), abs=1e-3)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    run = small.run(tmp_path_factory.mktemp("cold"))
    return run, cold_titles.evaluate(run, HYBRID)


@pytest.mark.parametrize("facts", ["mean and members known", "mean and members unknown"])
def test_genres_predict_scores_of_unrated_titles(found, facts):
    """Scores are 9 or 5 by genre with a deviation of 0.75, so a fan's mean has an error above 1.5."""
    run, both = found
    assert len(both) == 2
    figures = both[facts]
    assert figures["titles"] == cold_titles.held_out(run.ratings, 0).sum()
    assert figures["fans"] <= members(run.ratings.user_ids, "test").sum()
    assert figures["fan_mean"] > 1.5
    assert figures["network"]["rmse"]["value"] < 1.2
    assert figures["hybrid"]["below"]["value"] > 30
    assert 0 <= figures["share"] <= 1


def test_the_two_variants_ask_the_same_and_know_other_facts(found):
    known, unknown = found[1].values()
    for same in ("titles", "fans", "ratings", "fan_mean"):
        assert known[same] == unknown[same]
    assert known["svd"]["rmse"] != unknown["svd"]["rmse"]


def test_facts_of_reception_are_taken_away_from_the_held_out_titles_alone(tmp_path):
    known = content.load(small.write_catalogue(tmp_path / "catalogue.parquet"))
    titles = known.item_ids[:9]
    less = known.unreceived(titles)
    assert known.received[:9].any()
    assert not less.received[:9].any()
    np.testing.assert_array_equal(less.received[9:], known.received[9:])
    others = ~known.reception
    np.testing.assert_array_equal(less.features[:, others], known.features[:, others])
