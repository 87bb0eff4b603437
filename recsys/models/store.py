"""Models as safetensors files: arrays and a JSON description, no code."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from recsys.errors import ArtifactError
from recsys.models import fields
from recsys.models.base import Model
from recsys.models.hybrid import Hybrid
from recsys.models.neural import Neural
from recsys.models.popularity import Popularity
from recsys.models.svd import SVD

FORMAT_VERSION = 1

#: Every model by its name, in the order in which models are shown, the simplest first.
REGISTRY: dict[str, type[Model]] = {model.name: model for model in (Popularity, SVD, Neural, Hybrid)}


def file_name(name: str) -> str:
    return f"models/{name}.safetensors"


def save(model: Model, path: Path, **described: Any) -> None:
    """Write `model` to `path`; the file's header keeps `described` (data hash, metrics, …)."""
    header = {"format_version": FORMAT_VERSION, "model": model.name, "config": model.config, **described}
    arrays = {name: np.ascontiguousarray(array) for name, array in model.to_arrays().items()}
    try:
        save_file(arrays, path, metadata={"recsys": json.dumps(header, allow_nan=False)})
    except SafetensorError as error:  # of the file system
        raise ArtifactError(f"Cannot write {path} ({error}). Free space there, or choose another folder.") from None


def load(name: str, path: Path, without: str | None = None) -> Model:
    """The model called `name` from `path`, but for the arrays whose names begin with `without`. Raises `ArtifactError`,
    naming the file, unless it is exactly that."""
    remedy = "Restore it from the repository or train the model again (see README)."
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            header = json.loads(metadata["recsys"])
            if header["format_version"] != FORMAT_VERSION:
                raise ArtifactError(
                    f"{path} has model format version {header['format_version']!r}; this program reads version "
                    f"{FORMAT_VERSION}. {remedy}"
                )
            if header["model"] != name:
                raise ArtifactError(f"{path} holds the model {header['model']!r}, not {name!r}. {remedy}")
            kept = (key for key in file.keys() if without is None or not key.startswith(without))
            arrays = {key: file.get_tensor(key) for key in kept}
        fields.check(arrays, header["config"])
        return REGISTRY[name].from_arrays(arrays, header["config"])
    except OSError as error:
        raise ArtifactError(f"Cannot read {path}: {error.strerror or error}. {remedy}") from None
    except (SafetensorError, KeyError, ValueError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise ArtifactError(f"{path} is damaged or is not a {name} model ({error}). {remedy}") from None
