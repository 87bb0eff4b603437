"""Keep a trained model that cannot be written to its folder, and install it later."""

import shlex
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from recsys.data import manifest
from recsys.errors import ArtifactError


def write(name: str, write_to: Callable[[Path], None], out: Path, spare: Iterable[Path]) -> None:
    """Write the model `name` to `out` by `write_to(folder)`; if that fails, to a new folder in one of `spare`, the
    first that works.

    Raises `ArtifactError` if it could not be written to `out`: it says why, where the model is, and how to install it.
    """
    try:
        write_to(out)
    except (ArtifactError, OSError) as error:
        spare = list(spare)
        kept = next((folder for base in spare if (folder := _keep(name, write_to, base))), None)
        if kept is None:
            advice = f"The trained {name} is lost: neither {' nor '.join(map(str, spare))} could take it."
        else:
            command = ["python", "-m", "scripts.train", name, "--install", str(kept), "--out", str(out)]
            advice = f"The trained {name} is kept in {kept}. To install it: {shlex.join(command)}"
        reason = (
            str(error) if isinstance(error, ArtifactError) else f"Cannot write to {out}: {error.strerror or error}."
        )
        raise ArtifactError(f"{reason} {advice}") from None


def install(name: str, kept: Path, out: Path) -> None:
    """Copy the model `name` that `write` kept, and what belongs to it, to `out` with their descriptions.

    Raises `ArtifactError` if `kept` does not hold that model undamaged, or `out` has no room.
    """
    described = manifest.read(kept)
    if set(described.models) != {name}:
        raise ArtifactError(f"{kept} does not hold a kept {name}, but: {', '.join(described.models) or 'no model'}.")
    with manifest.writing(out) as batch:
        for file in described.files:
            copy(described, file, batch)
        batch.model(name, **described.models[name])


def copy(described: manifest.Manifest, file: str, batch: manifest.Batch) -> None:
    """Add an artifact of another folder to a change, with its description."""
    entry = {key: value for key, value in described.files[file].items() if key not in ("sha256", "bytes")}
    shutil.copyfile(described.path(file), batch.path(file, **entry))


def _keep(name: str, write_to: Callable[[Path], None], base: Path) -> Path | None:
    """The new folder in `base` with the model, or None if it cannot be written there."""
    folder = None
    try:
        folder = Path(tempfile.mkdtemp(prefix=f"kept-{name}-", dir=base)).resolve()
        write_to(folder)
    except (ArtifactError, OSError):
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        return None
    return folder
