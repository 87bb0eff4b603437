"""Model files whose content does not fit, however it differs: an error that names the file, or finite predictions."""

import json

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from recsys.errors import ArtifactError
from recsys.models import fields, order, store
from tests.models.contract import answers


def set_first(value):
    def change(array: np.ndarray) -> np.ndarray:
        changed = array.copy()
        changed.flat[0] = value
        return changed

    return change


def extreme(array: np.ndarray, sign: int) -> np.ndarray:
    info = np.finfo(array.dtype) if array.dtype.kind == "f" else np.iinfo(array.dtype)
    return set_first(info.max if sign > 0 else info.min)(array)


CHANGES = {
    "largest": lambda array: extreme(array, 1),
    "smallest": lambda array: extreme(array, -1),
    "not a number": lambda array: set_first(np.nan if array.dtype.kind == "f" else 0)(array),
    "all zero": np.zeros_like,
    "extra dimension": lambda array: array[..., None],
    "flat": lambda array: array.reshape(-1),
    "a single value": lambda array: np.array(array.flat[0]),
    "empty": lambda array: array[:0],
    "one less": lambda array: array[:-1],
    "reversed": lambda array: np.ascontiguousarray(array[::-1]),
    "truth values": lambda array: array.astype(bool),
    "wider": lambda array: array.astype(np.float64 if array.dtype.kind == "f" else np.int64),
    "a million": lambda array: np.full_like(array, min(1e6, 60_000 if array.dtype.itemsize < 4 else 1e6)
                                            if array.dtype.itemsize > 1 else 100),
}  # fmt: skip


def parts(path):
    with safe_open(path, framework="numpy") as file:
        return {key: file.get_tensor(key) for key in file.keys()}, json.loads(file.metadata()["recsys"])  # noqa: SIM118


def refused_or_finite(name, path, arrays, header) -> bool:
    save_file({key: np.ascontiguousarray(array).reshape(array.shape) for key, array in arrays.items()}, path,
              metadata={"recsys": header if isinstance(header, str) else json.dumps(header)})  # fmt: skip
    try:
        model = store.load(name, path)
    except ArtifactError as error:
        if str(path) not in str(error):
            raise
        return True
    everything = np.arange(model.n_items)
    for items, seen in (
        (everything[:0], everything[:0]),
        (everything[:3], everything[3:5]),
        (everything, everything[:0]),
    ):
        fan = model.fold_in(items, np.linspace(1, 10, len(items)), seen)
        assert all(np.isfinite(values).all() for values in answers(model, fan).values())
        ranks = order.served(model, fan, model.predict(fan), np.ones(model.n_items, int), discovery=0.5)
        assert np.isfinite(ranks).all()
        assert np.isfinite(model.explain(fan, 0)[1]).all()
        assert np.isfinite(model.similarity(0)).all()
    return False


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", store.REGISTRY)
def test_any_changed_array_is_refused_or_gives_finite_predictions(small_models, tmp_path, name):
    path = tmp_path / "model.safetensors"
    store.save(small_models[name].model, path)
    arrays, header = parts(path)
    assert not refused_or_finite(name, path, arrays, header)
    for key, array in arrays.items():
        assert key in fields.FIELDS
        refused = {how: refused_or_finite(name, path, {**arrays, key: change(array)}, header)
                   for how, change in CHANGES.items()}  # fmt: skip
        assert refused["extra dimension"], key
        assert refused["largest"] or array.dtype.kind != "f", key


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", store.REGISTRY)
def test_any_changed_number_of_the_configuration_is_refused_or_gives_finite_predictions(small_models, tmp_path, name):
    path = tmp_path / "model.safetensors"
    store.save(small_models[name].model, path)
    arrays, header = parts(path)

    def changed(config, before=()):
        for key, value in config.items():
            if isinstance(value, dict):
                yield from changed(value, (*before, key))
            for wrong in (1e308, -1e308, 0, -1, "5", None, True, [], [[1]], {}, [1e308], float("nan"), float("inf")):
                yield (*before, key), wrong

    for place, wrong in changed(header["config"]):
        other = json.loads(json.dumps(header))
        inner = other["config"]
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = wrong
        refused = refused_or_finite(name, path, arrays, other)
        assert refused or wrong not in (1e308, -1e308), place
    for config in ([], None, 5, "x"):
        assert refused_or_finite(name, path, arrays, {**header, "config": config})
    for text in ("[" * 100_000, "[]", "5", "{", '{"format_version": 1, "model": ' + "[" * 100_000):
        assert refused_or_finite(name, path, arrays, text)
