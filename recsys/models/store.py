"""Models as safetensors files: arrays and a JSON description, nothing that can run."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from recsys.errors import ArtifactError
from recsys.models.base import Model

FORMAT_VERSION = 1

#: The models that exist, in the order in which they are shown. A new model is one line here.
REGISTRY: dict[str, str] = {
    "popularity": "recsys.models.popularity:Popularity",
    "svd": "recsys.models.svd:SVD",
    "neural": "recsys.models.neural:Neural",
    "hybrid": "recsys.models.hybrid:Hybrid",
}


def model_class(name: str) -> type[Model]:
    module, attribute = REGISTRY[name].split(":")
    return getattr(import_module(module), attribute)


def file_name(name: str) -> str:
    return f"models/{name}.safetensors"


def save(model: Model, path: Path, **described: Any) -> None:
    """Write `model` to `path`; `described` (data hash, metrics, …) is kept in the file's own description."""
    header = {"format_version": FORMAT_VERSION, "model": model.name, "config": model.config, **described}
    arrays = {name: np.ascontiguousarray(array) for name, array in model.to_arrays().items()}
    save_file(arrays, path, metadata={"recsys": json.dumps(header, allow_nan=False)})


def load(name: str, path: Path) -> Model:
    """The model called `name` from `path`. Raises `ArtifactError`, naming the file, unless it is exactly that."""
    again = "Restore it from the repository or train the model anew (see README)."
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            header = json.loads(metadata["recsys"])
            if header["format_version"] != FORMAT_VERSION:
                raise ArtifactError(
                    f"{path} has model format version {header['format_version']!r}; this program reads version "
                    f"{FORMAT_VERSION}. {again}"
                )
            if header["model"] != name:
                raise ArtifactError(f"{path} holds the model {header['model']!r}, not {name!r}. {again}")
            arrays = {key: file.get_tensor(key) for key in file.keys()}
        for key, array in arrays.items():
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                raise ValueError(f"{key} holds a value that is not a number")
        return model_class(name).from_arrays(arrays, header["config"])
    except OSError as error:
        raise ArtifactError(f"Cannot read {path}: {error.strerror or error}. {again}") from None
    except (SafetensorError, KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
        raise ArtifactError(f"{path} is damaged or is not a {name} model ({error}). {again}") from None
