"""`neural` and `hybrid`, trained on a small data set with known answers."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recsys.data.catalogue import Catalogue
from recsys.models import store
from recsys.serving import loading
from tests.training import small

NONE = np.empty(0, np.intp)


@pytest.fixture(scope="module")
def trained(small_models):
    return {name: small_models[name].model for name in ("neural", "hybrid")}


@pytest.mark.parametrize("name", ["neural", "hybrid"])
def test_groups_differ_in_scores_and_in_watching(trained, name):
    model = trained[name]
    even = model.item_ids % 2 == 0
    fan = model.fold_in(np.array([0, 1, 2, 3]), np.array([9.0, 5, 9, 5]), NONE)
    predicted, watch = model.predict(fan), model.watch(fan)
    assert predicted[even].mean() > predicted[~even].mean() + 1
    assert watch[even].mean() > watch[~even].mean()


def test_a_model_file_holds_the_titles_that_a_training_fan_has_begun(trained):
    for model in trained.values():
        np.testing.assert_array_equal(model.item_ids, np.arange(10, 10 + small.N_TITLES + small.N_RECENT))


@pytest.mark.parametrize("name", ["neural", "hybrid"])
def test_watchers_are_recommended_recent_titles_of_their_camp(trained, name):
    """A list of titles that the fan is watching is one of today; the same list with scores of the past is not."""
    model = trained[name]
    recent = np.arange(small.N_TITLES, small.N_TITLES + small.N_RECENT)
    own = recent[model.item_ids[recent] % 2 == 0]
    known, rest = own[:3], own[3:]
    fan = model.fold_in(NONE, np.empty(0), known, np.full(3, small.WATCHING, np.int8))
    order = np.argsort(-model.watch(fan))
    assert np.isin(order[~np.isin(order, known)][:5], rest).sum() >= 4
    old = model.fold_in(np.array([0, 2, 4]), np.full(3, 9.0), NONE)
    assert np.isin(np.argsort(-model.watch(old))[:10], recent).sum() == 0


def test_a_predicted_score_moves_with_what_was_watched(trained):
    """Only watched titles are known, and yet a camp's own titles are expected to be scored higher by it."""
    even = np.arange(0, 24, 2)
    for model in trained.values():
        fans = [model.fold_in(NONE, np.empty(0), begun) for begun in (even, even + 1)]
        first, other = (model.predict(fan) for fan in fans)
        own = np.arange(24, small.N_TITLES, 2)
        assert (first - other)[own].mean() > 0 > (first - other)[own + 1].mean()
        baseline, effects = model.explain(fans[0], 30)
        assert effects.shape == (12,)
        assert np.abs(effects).max() > 0
        assert baseline + effects.sum() == pytest.approx(first[30], abs=1e-3)


def test_unrated_titles_are_scored_by_their_genre(trained):
    model = trained["hybrid"]
    model = loading.extended(model, Catalogue.from_rows(small.titles()))
    assert model.n_items == small.N_TITLES + small.N_RECENT + small.N_UNRATED
    new = ~model.rated
    assert new.sum() == small.N_RECENT + small.N_UNRATED
    fan = model.fold_in(np.array([0, 1, 2, 3]), np.array([9.0, 5, 9, 5]), NONE)
    predicted, even = model.predict(fan), model.item_ids % 2 == 0
    assert predicted[new & even].min() > predicted[new & ~even].max()


@pytest.mark.parametrize("name", ["neural", "hybrid"])
def test_a_saved_model_gives_the_same_values(trained, name, tmp_path):
    model = trained[name]
    store.save(model, tmp_path / "model.safetensors")
    loaded = store.load(name, tmp_path / "model.safetensors")
    items, scores = np.array([4, 7, 8]), np.array([9.0, 4, 8])
    before, after = model.fold_in(items, scores, NONE), loaded.fold_in(items, scores, NONE)
    np.testing.assert_allclose(loaded.predict(after), model.predict(before), atol=2e-3)
    np.testing.assert_allclose(loaded.watch(after), model.watch(before), atol=2e-3)
    np.testing.assert_allclose(loaded.band(after, items), model.band(before, items), atol=2e-3)


@pytest.mark.parametrize("name", ["neural", "hybrid"])
def test_reasons_add_up_and_have_the_right_sign(trained, name):
    model = trained[name]
    fan = model.fold_in(np.array([0, 1, 2]), np.array([10.0, 6, 9]), NONE)
    baseline, effects = model.explain(fan, 4)
    assert 1 < baseline + effects.sum() < 11
    inside = np.clip(baseline + effects.sum(), 1, 10)
    assert inside == pytest.approx(model.predict(fan)[4], abs=1e-3)
    assert effects[0] > effects[1]


@pytest.mark.parametrize("name", ["neural", "hybrid"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rated=st.dictionaries(st.integers(0, small.N_TITLES - 1), st.floats(1, 10)), seen=st.sets(st.integers(0, 59)))
def test_any_fan_gets_finite_answers(trained, name, rated, seen):
    model = trained[name]
    items, scores = np.array(list(rated), np.intp), np.array(list(rated.values()), float)
    fan = model.fold_in(items, scores, np.array(sorted(seen), np.intp))
    predicted, watch = model.predict(fan), model.watch(fan)
    every = np.arange(model.n_items)
    low, high = model.band(fan, every)
    for values in (predicted, watch, low, high, model.variance(fan, every), *model.explain(fan, 3)):
        assert np.isfinite(values).all()
    assert predicted.min() >= 1
    assert predicted.max() <= 10
    assert (low <= predicted + 1e-4).all()
    assert (predicted <= high + 1e-4).all()


@pytest.mark.parametrize("name", ["neural", "hybrid"])
def test_similarity_is_1_for_itself_and_higher_within_the_genre(trained, name):
    model = trained[name]
    alike = model.similarity(2)
    even = model.item_ids % 2 == 0
    assert alike[2] == pytest.approx(1)
    assert alike.max() <= 1 + 1e-6
    assert alike[even].mean() > alike[~even].mean()
