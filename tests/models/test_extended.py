"""A trained hybrid takes titles that it was not trained with, from their facts alone."""

import json

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from recsys.data import content, manifest
from recsys.data.catalogue import Catalogue
from recsys.errors import ArtifactError
from recsys.models import store
from recsys.models.placement import Newcomers
from recsys.serving import loading
from recsys.types import Title
from tests.training import small

NONE = np.zeros(0, np.intp)
#: One before all trained titles, one between them and one after: an Odd one of 2010, Even ones of 2022.
EXTRA = [
    Title(5, "First", type="TV", genres=("Odd",), year=2010),
    Title(900, "Later", type="TV", genres=("Even",), year=2022),
    Title(901, "Later 2", type="TV", genres=("Odd",), year=2022),
]


@pytest.fixture(scope="module")
def core(small_models):
    return small_models["hybrid"].model


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.from_rows([*small.titles(), *EXTRA])


@pytest.fixture(scope="module")
def longer(core, catalogue):
    return loading.extended(core, catalogue)


def fans(model, ids: list[int]):
    """Scored, only begun, both, and empty lists of the titles `ids`."""
    items = np.searchsorted(model.item_ids, ids)
    half = len(items) // 2
    scores = np.where(model.item_ids[items] % 2 == 0, 9.0, 5.0)
    yield model.fold_in(items, scores, NONE)
    yield model.fold_in(NONE, np.empty(0), items, np.full(len(items), small.WATCHING, np.int8))
    yield model.fold_in(items[:half], scores[:half], items[half:])
    yield model.fold_in(NONE, np.empty(0), NONE)


def test_ids_ascend_and_are_those_of_the_catalogue(core, longer, catalogue):
    np.testing.assert_array_equal(longer.item_ids, catalogue.ids)
    np.testing.assert_array_equal(longer.item_ids[longer.rated], core.item_ids[core.rated])
    recent = set(longer.item_ids[longer.watching.recent].tolist())
    assert recent == {title.anime_id for title in [*small.titles(), *EXTRA] if title.year >= 2021}


def test_old_titles_keep_their_predictions(core, longer):
    own = np.searchsorted(longer.item_ids, core.item_ids)
    ids = [10, 13, 26, 41, 70, 75]
    for before, after in zip(fans(core, ids), fans(longer, ids), strict=True):
        np.testing.assert_allclose(longer.predict(after)[own], core.predict(before), atol=1e-5)
        old, new = core.band(before, np.arange(core.n_items)), longer.band(after, own)
        np.testing.assert_allclose(new, old, atol=1e-5)
        np.testing.assert_allclose(longer.net.watch(after.embedding)[own], core.net.watch(before.embedding), atol=1e-5)
        np.testing.assert_allclose(longer.explain(after, int(own[3]))[1], core.explain(before, 3)[1], atol=1e-5)
        assert after.kind.share == pytest.approx(before.kind.share)


def test_new_titles_are_scored_and_ranked_by_their_camp(longer):
    watchers = longer.fold_in(
        NONE, np.empty(0), np.searchsorted(longer.item_ids, [70, 72, 74]), np.full(3, small.WATCHING, np.int8)
    )
    first, even, odd = np.searchsorted(longer.item_ids, [5, 900, 901])
    watch = longer.watch(watchers)
    assert watch[even] > watch[odd]
    assert watch[even] > watch[first]
    scored = longer.fold_in(np.searchsorted(longer.item_ids, [10, 11, 12, 13]), np.array([9.0, 5, 9, 5]), NONE)
    predicted = longer.predict(scored)
    assert predicted[even] > predicted[odd] + 0.5
    low, high = longer.band(scored, np.array([even]))
    assert low < predicted[even] < high


def test_a_new_title_on_a_list_counts(longer):
    """It is an input too: what was watched of it moves the order of others."""
    even, odd = np.searchsorted(longer.item_ids, [900, 901])
    watch = [longer.watch(longer.fold_in(NONE, np.empty(0), np.array([item]))) for item in (even, odd)]
    own = longer.watching.recent & (longer.item_ids % 2 == 0)
    own[even] = False
    assert (watch[0] - watch[1])[own].mean() > 0


def test_ids_that_it_has_are_left_out(core, catalogue):
    table = content.features(catalogue, np.arange(len(catalogue)), core.placement.names)
    every = Newcomers(catalogue.ids, table, catalogue.franchise_ids)
    franchises = catalogue.franchise_ids[catalogue.positions(core.item_ids)]
    again = core.extended(every, franchises)
    np.testing.assert_array_equal(again.item_ids, catalogue.ids)
    nothing_new = Newcomers(core.item_ids, table[catalogue.positions(core.item_ids)], franchises)
    same = core.extended(nothing_new, franchises)
    np.testing.assert_array_equal(same.item_ids, core.item_ids)
    fan, copy = (next(fans(model, [10, 13])) for model in (core, same))
    np.testing.assert_array_equal(same.watch(copy), core.watch(fan))


def test_an_extended_model_is_saved_and_loaded(longer, tmp_path):
    store.save(longer, tmp_path / "model.safetensors")
    loaded = store.load("hybrid", tmp_path / "model.safetensors")
    np.testing.assert_array_equal(loaded.item_ids, longer.item_ids)
    for before, after in zip(fans(longer, [5, 10, 13, 901]), fans(loaded, [5, 10, 13, 901]), strict=True):
        np.testing.assert_allclose(loaded.predict(after), longer.predict(before), atol=5e-3)
        np.testing.assert_allclose(loaded.watch(after), longer.watch(before), atol=2e-2)


def test_a_model_can_be_extended_twice(core, longer, catalogue):
    """As at once: a title of the second time is placed by its relatives among the trained ones."""
    step = loading.extended(core, Catalogue.from_rows([*small.titles(), EXTRA[0]]))
    twice = loading.extended(step, catalogue)
    np.testing.assert_array_equal(twice.item_ids, longer.item_ids)
    for before, after in zip(fans(longer, [10, 13, 70, 73]), fans(twice, [10, 13, 70, 73]), strict=True):
        np.testing.assert_allclose(twice.predict(after), longer.predict(before), atol=1e-4)
        np.testing.assert_allclose(twice.watch(after), longer.watch(before), atol=1e-4)


def test_other_models_stay_as_they_are(small_models, catalogue):
    for name in ("svd", "neural"):
        model = small_models[name].model
        assert loading.extended(model, catalogue) is model


@pytest.fixture(scope="module")
def file(core, tmp_path_factory):
    path = tmp_path_factory.mktemp("hybrid") / "hybrid.safetensors"
    store.save(core, path)
    return path


def _descending(array: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(array[::-1])


def _last_is(value):
    def changed(array: np.ndarray) -> np.ndarray:
        array = array.copy()
        array.flat[-1] = value
        return array

    return changed


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("past_titles", _descending),
        ("today_titles", _last_is(60_000)),
        ("today_titles", _last_is(-1)),
        ("past_targets", _last_is(65_000)),
        ("past_values", lambda array: np.ascontiguousarray(array[:, 1:])),
        ("today_base", lambda array: array[1:].copy()),
        ("watch_odds", _last_is(np.nan)),
        ("watch_fill", _last_is(np.inf)),
        ("place_regression", _last_is(np.nan)),
        ("place_regression", lambda array: array[:1].copy()),
        ("place_noise", _last_is(-1.0)),
        ("place_deviation", lambda array: array[1:].copy()),
        ("place_watch_in", lambda array: np.ascontiguousarray(array[:, 1:])),
        ("svd_noise", _last_is(-1.0)),
        ("svd_item_ids", _descending),
        ("net_habit_list", lambda array: array[1:].copy()),
        ("net_bias", _last_is(np.nan)),
    ],
)
def test_a_damaged_array_is_refused_with_the_name_of_the_file(file, tmp_path, name, change):
    arrays = load_file(file)
    path = tmp_path / file.name
    save_file({**arrays, name: change(arrays[name])}, path, metadata=description(file))
    with pytest.raises(ArtifactError, match=path.name):
        store.load("hybrid", path)


def description(file) -> dict[str, str]:
    from safetensors import safe_open

    with safe_open(file, framework="numpy") as opened:
        return opened.metadata()


def test_an_unknown_feature_is_refused_with_the_name_of_the_file(core, catalogue, file, tmp_path):
    header = json.loads(description(file)["recsys"])
    names = header["config"]["placement"]["names"]
    names[names.index("continues another")] = "colour of the cover"
    with manifest.writing(tmp_path, data_set="made up", licence="CC0-1.0") as batch:
        path = batch.path(store.file_name("hybrid"))
        path.parent.mkdir(exist_ok=True)
        save_file(load_file(file), path, metadata={"recsys": json.dumps(header)})
        batch.model("hybrid", file=store.file_name("hybrid"))
    with pytest.raises(ArtifactError, match=r"hybrid.*colour of the cover"):
        loading.load_model(manifest.read(tmp_path), "hybrid", catalogue)
