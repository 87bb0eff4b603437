"""The contract of all models, as one class of tests. A model's suite is a subclass that names it: test_contract.py."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from recsys.errors import ArtifactError
from recsys.evaluation.fold_in import figures
from recsys.holdout import split
from recsys.holdout.reveal import fan_lists
from recsys.models import store
from recsys.models.base import Model
from tests.training import small
from tests.training.trained import SmallModels

NONE = np.empty(0, np.intp)
#: Any list of ratings: positions of the small world's rated titles, any score on the scale.
LISTS = st.dictionaries(st.integers(0, small.N_TITLES - 1), st.floats(1, 10), max_size=small.N_TITLES)
ANY = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.differing_executors])


def fold_in(model: Model, ratings: dict[int, float], seen: np.ndarray = NONE):
    return model.fold_in(np.array(list(ratings), dtype=np.intp), np.array(list(ratings.values()), dtype=float), seen)


def answers(model: Model, fan) -> dict[str, np.ndarray]:
    """All of a model's predictions for a fan."""
    watch = model.watch(fan)
    low, high = model.band(fan, np.arange(model.n_items))
    said = {"predicted": model.predict(fan), "low": low, "high": high}
    return said if watch is None else {**said, "watch": watch}


def assert_sensible(model: Model, fan) -> None:
    said = answers(model, fan)
    for name, values in said.items():
        assert values.shape == (model.n_items,), name
        assert np.isfinite(values).all(), name
    assert said["low"].min() >= 1
    assert said["high"].max() <= 10
    assert (said["low"] <= said["predicted"] + 1e-5).all()
    assert (said["predicted"] <= said["high"] + 1e-5).all()


class ModelContract:
    """`name` in the registry; `rmse`: lowest and highest error expected on the small world's test fans with 10 known
    ratings (pure noise is 0.75); `personal`: whether it can tell the two camps apart. The fixture `model` is the model
    trained on the small world."""

    name: str
    rmse: tuple[float, float]
    personal = True

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, small_models: SmallModels) -> Model:
        return small_models[cls.name].model

    @pytest.fixture(scope="class")
    @classmethod
    def file(cls, model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
        path = tmp_path_factory.mktemp("models") / f"{cls.name}.safetensors"
        store.save(model, path)
        return path

    def test_its_name_is_that_in_the_registry(self, model):
        assert model.name == self.name
        assert type(model) is store.REGISTRY[self.name]

    def test_ids_ascend_and_cover_the_rated_titles(self, model):
        assert (np.diff(model.item_ids) > 0).all()
        assert set(range(10, 10 + small.N_TITLES)) <= set(model.item_ids.tolist())

    def test_the_right_titles_come_first(self, model):
        """The small world is a checkerboard: whoever scores even titles 9 and odd ones 5 wants the other even ones."""
        told = {item: 9.0 if model.item_ids[item] % 2 == 0 else 5.0 for item in range(10)}
        predicted = model.predict(fold_in(model, told))
        unseen = np.arange(10, small.N_TITLES)
        even = model.item_ids[unseen] % 2 == 0
        order = unseen[np.argsort(-predicted[unseen], kind="stable")]
        if self.personal:
            assert set(order[: even.sum()]) == set(unseen[even])
        else:
            assert np.ptp(predicted[unseen]) < 2

    def test_errors_are_as_expected(self, model):
        fans = fan_lists(small.ratings(), "test", model.item_ids)
        (row,) = figures(model, fans, counts=(10,))
        assert self.rmse[0] < row.rmse < self.rmse[1]

    def test_bands_cover_about_80_percent(self, model):
        """Bands are calibrated on 30 validation fans and tested on 30 others: within 15 points, not 3."""
        assert split.members(small.ratings().user_ids, "validation").sum() > 20
        for row in figures(model, fan_lists(small.ratings(), "test", model.item_ids), counts=(0, 3, 10)):
            assert 0.65 < row.coverage < 0.95, row.known

    @pytest.mark.parametrize(
        ("ratings", "seen"),
        [
            ({}, NONE),
            ({}, np.arange(5)),
            ({0: 1.0}, NONE),
            ({7: 10.0}, NONE),
            (dict.fromkeys(range(40), 10.0), NONE),
            (dict.fromkeys(range(40), 1.0), NONE),
            (dict.fromkeys(range(small.N_TITLES), 7.0), NONE),
            ({item: (1.0, 5.0, 10.0)[item % 3] for item in range(30)}, np.arange(30, 40)),
        ],
        ids=["empty", "seen only", "one bad", "one good", "all tens", "all ones", "everything", "one-five-ten"],
    )
    def test_extreme_lists(self, model, ratings, seen):
        assert_sensible(model, fold_in(model, ratings, seen))

    @ANY
    @given(ratings=LISTS)
    def test_any_list(self, model, ratings):
        assert_sensible(model, fold_in(model, ratings))

    def test_a_list_without_scores_is_served_personally_if_the_model_says_so(self, model):
        """Each camp's titles, begun without a score, move what the model ranks if and only if it uses such titles."""
        even = np.flatnonzero(model.item_ids[:12] % 2 == 0)
        camps = [fold_in(model, {}, begun) for begun in (even, even + 1)]
        empty = fold_in(model, {})
        if not model.watches_unscored:
            for fan in camps:
                for name, values in answers(model, fan).items():
                    np.testing.assert_array_equal(values, answers(model, empty)[name])
            return
        unseen = np.arange(12, small.N_TITLES)
        own = unseen[model.item_ids[unseen] % 2 == 0]
        first, other = (model.watch(fan) for fan in camps)
        assert first[own].mean() - first[own + 1].mean() > 0 > other[own].mean() - other[own + 1].mean()
        assert set(unseen[np.argsort(-first[unseen])[:10]]) <= set(own)

    def test_unknown_statuses_are_completed(self, model):
        begun = np.arange(6)
        completed = model.fold_in(NONE, np.empty(0), begun, np.full(6, small.COMPLETED, np.int8))
        for name, values in answers(model, fold_in(model, {}, begun)).items():
            np.testing.assert_array_equal(values, answers(model, completed)[name])

    @ANY
    @given(ratings=LISTS, seed=st.integers(0, 99))
    def test_the_order_of_a_list_does_not_matter(self, model, ratings, seed):
        shuffled = dict(np.random.default_rng(seed).permutation(list(ratings.items())).tolist())
        before = answers(model, fold_in(model, ratings))
        after = answers(model, fold_in(model, {int(item): score for item, score in shuffled.items()}))
        for name, values in before.items():
            np.testing.assert_allclose(after[name], values, atol=2e-3, err_msg=name)

    def test_a_generous_fan_gets_higher_predictions(self, model):
        means = [model.predict(fold_in(model, dict.fromkeys(range(20), score))).mean() for score in (3.0, 6.0, 9.0)]
        assert means[0] < means[1] < means[2]

    def test_many_bands_equal_those_of_single_titles(self, model):
        fan = fold_in(model, {0: 9.0, 1: 5.0, 2: 8.0})
        low, high = model.band(fan, np.arange(model.n_items))
        for item in (0, 5, model.n_items - 1):
            np.testing.assert_allclose(np.ravel(model.band(fan, np.array([item]))), [low[item], high[item]], atol=1e-5)
        assert all(len(ends) == 0 for ends in model.band(fan, NONE))

    @ANY
    @given(ratings=LISTS, seen=st.sets(st.integers(0, 59), max_size=5), item=st.integers(0, small.N_TITLES - 1))
    def test_reasons_add_up(self, model, ratings, seen, item):
        begun = np.array(sorted(seen - ratings.keys()), np.intp)
        fan = fold_in(model, ratings, begun)
        baseline, effects = model.explain(fan, item)
        assert effects.shape == (len(ratings) + len(begun),)
        assert np.isfinite(effects).all()
        if not model.watches_unscored:
            assert not effects[len(ratings) :].any()
        total = float(np.clip(baseline + effects.sum(), 1, 10))
        assert total == pytest.approx(float(model.predict(fan)[item]), abs=1e-3)

    @pytest.mark.parametrize("n", [1, 2, 12])
    def test_leaving_out_by_formula_equals_folding_in_again(self, model, n):
        ratings, seen = {i: float(3 + 5 * i % 7) for i in range(n)}, np.arange(20, 23)
        found = model.left_out(fold_in(model, ratings, seen))
        for place, left in enumerate(ratings):
            fan = fold_in(model, {i: score for i, score in ratings.items() if i != left}, seen)
            again = [model.predict(fan)[left], *np.ravel(model.band(fan, np.array([left])))]
            np.testing.assert_allclose([values[place] for values in found], again, atol=1e-3)

    def test_similarity_is_highest_to_itself(self, model):
        for item in (0, 11):
            alike = model.similarity(item)
            assert alike.shape == (model.n_items,)
            assert alike.max() <= 1 + 1e-6
            assert np.argmax(alike) == item

    def test_predicting_does_not_change_the_model(self, model):
        before = {name: array.copy() for name, array in model.to_arrays().items()}
        fan = fold_in(model, {0: 9.0, 1: 5.0})
        first = answers(model, fan)
        model.explain(fan, 3)
        model.similarity(3)
        for name, values in answers(model, fan).items():
            np.testing.assert_array_equal(values, first[name])
        for name, array in model.to_arrays().items():
            np.testing.assert_array_equal(array, before[name])

    def test_saved_and_loaded_it_predicts_the_same(self, model, file):
        loaded = store.load(self.name, file)
        np.testing.assert_array_equal(loaded.item_ids, model.item_ids)
        for ratings in ({}, {3: 4.0}, dict.fromkeys(range(50), 8.0)):
            before = answers(model, fold_in(model, ratings))
            for name, values in answers(loaded, fold_in(loaded, ratings)).items():
                np.testing.assert_allclose(values, before[name], atol=2e-3, err_msg=name)

    def test_a_file_that_is_no_model_is_refused_by_name(self, file, tmp_path):
        whole = file.read_bytes()
        harmless = tmp_path / "ran"
        contents = {
            "pickle": _pickle_that_touches(harmless),
            "truncated": whole[: len(whole) // 2],
            "headless": whole[:5],
            "empty": b"",
            "text": b"hello",
        }
        for kind, content in contents.items():
            path = tmp_path / f"{kind}.safetensors"
            path.write_bytes(content)
            with pytest.raises(ArtifactError, match=path.name):
                store.load(self.name, path)
        with pytest.raises(ArtifactError, match="missing"):
            store.load(self.name, tmp_path / "missing.safetensors")
        assert not harmless.exists()

    @pytest.mark.parametrize(
        ("changed", "names"),
        [({"format_version": 99}, "99"), ({"model": "other"}, "other"), ({"config": {}}, "damaged"), (None, "damaged")],
        ids=["version", "another model", "no configuration", "no description"],
    )
    def test_a_wrong_description_is_refused(self, model, file, tmp_path, changed, names):
        header = {"format_version": store.FORMAT_VERSION, "model": self.name, "config": model.config}
        metadata = None if changed is None else {"recsys": json.dumps({**header, **changed})}
        if changed == {"config": {}} and not model.config:
            pytest.skip("needs no configuration")
        self.assert_refused(load_file(file), metadata, tmp_path, names)

    def test_wrong_arrays_are_refused(self, model, file, tmp_path):
        header = {"format_version": store.FORMAT_VERSION, "model": self.name, "config": model.config}
        metadata = {"recsys": json.dumps(header)}
        whole = load_file(file)
        for name, array in whole.items():
            self.assert_refused({key: value for key, value in whole.items() if key != name}, metadata, tmp_path, name)
            if array.shape[0] == model.n_items:
                shorter = np.ascontiguousarray(array[:-1])
                self.assert_refused({**whole, name: shorter}, metadata, tmp_path, f"without the last {name}")
            if array.dtype.kind == "f" and array.size:
                spoilt = array.copy()
                spoilt.flat[0] = np.nan
                self.assert_refused({**whole, name: spoilt}, metadata, tmp_path, f"NaN in {name}")

    def assert_refused(self, arrays, metadata, folder: Path, why: str) -> None:
        path = folder / f"{self.name}.safetensors"
        save_file(arrays, path, metadata=metadata)
        try:
            store.load(self.name, path)
        except ArtifactError as error:
            named = str(path) in str(error)
        else:
            pytest.fail(f"{self.name} was loaded from a wrong file: {why}")
        assert named


def _pickle_that_touches(path: Path) -> bytes:
    """A pickle, in protocol 0 by hand, that makes the file `path` when it is loaded."""
    return f"cio\nopen\n(S{str(path)!r}\nS'w'\ntR.".encode()
