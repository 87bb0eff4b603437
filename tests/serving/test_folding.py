"""A fan folded in once for several calls."""

import weakref

import pytest

from recsys.serving.engine import Engine
from recsys.settings import Settings
from recsys.types import Filters, Profile


@pytest.fixture
def fan():
    return Profile(scores={20: 7}, seen={30})


@pytest.mark.parametrize("model", ["toy", "watcher"])
def test_calls_answer_for_a_folding_as_for_the_list(engine, fan, model):
    folding = engine.fold_in(fan, model)
    for discovery in (0.0, 1.0):
        for filters in (Filters(), Filters(types=("TV",))):
            expected = engine.recommend(fan, model, filters=filters, discovery=discovery)
            assert engine.recommend(folding, model, filters=filters, discovery=discovery) == expected
            expected = engine.score_all(fan, model, discovery, filters).rank_score.tolist()
            assert engine.score_all(folding, model, discovery, filters).rank_score.tolist() == expected
    assert engine.predict(folding, [10, 999], model) == engine.predict(fan, [10, 999], model)
    assert engine.explain(folding, 10, model) == engine.explain(fan, 10, model)


def test_the_list_is_folded_in_once(engine, fan, monkeypatch):
    folding = engine.fold_in(fan, "watcher")
    folded = []
    original = type(folding.aligned).fold_in
    monkeypatch.setattr(type(folding.aligned), "fold_in", lambda self, fan: folded.append(fan) or original(self, fan))
    for discovery in (0.0, 0.5, 1.0):
        engine.recommend(folding, "watcher", discovery=discovery)
    engine.explain(folding, 10, "watcher")
    assert folded == [fan]


def test_only_the_foldings_used_last_keep_what_they_computed(engine):
    engine = Engine(engine.catalogue, [engine.aligned("toy").model], engine.rater_counts, Settings(kept_foldings=2))
    first, second, third = (engine.fold_in(Profile(scores={1: score})) for score in (9, 5, 2))
    kept, released = first.folded, weakref.ref(second.folded)
    assert first.folded is kept  # and the second one is now the oldest
    assert third.folded is third.folded
    assert released() is None
    assert first.folded is kept
    assert second.folded.scores.tolist() == second.aligned.fold_in(second.fan).scores.tolist()


def test_another_model_folds_the_list_in_again(engine, fan):
    folding = engine.fold_in(fan, "toy")
    assert engine.recommend(folding, "watcher") == engine.recommend(fan, "watcher")
    assert engine.fold_in(folding, "toy") is folding


def test_picks_have_as_many_reasons_as_wanted(engine, fan):
    assert all(pick.reasons == () for pick in engine.recommend(fan, "toy", reasons=0))
    assert all(len(pick.reasons) == 1 for pick in engine.recommend(fan, "toy", reasons=1))


def test_foldings_of_one_model_share_what_is_the_same_for_all_fans(engine):
    fans = [Profile(scores={1: 9}), Profile(scores={2: 3})]
    first, second = (engine.fold_in(fan, "toy") for fan in fans)
    assert first.raters is second.raters
    assert first.raters.tolist() == engine.rater_counts[first.aligned.positions].tolist()


@pytest.mark.parametrize("model", ["toy", "watcher"])
def test_chances_of_all_titles_are_those_of_predictions(engine, fan, model):
    folding = engine.fold_in(fan, model)
    ids = folding.aligned.model.item_ids.tolist()
    expected = [one.chance_high for one in engine.predict(folding, ids, model)]
    assert folding.chance_high.tolist() == pytest.approx(expected)
    picks = engine.recommend(folding, model, odds=1.0)
    assert len({pick.chance_high for pick in picks}) > 1
    assert [pick.chance_high for pick in picks] == sorted((pick.chance_high for pick in picks), reverse=True)
