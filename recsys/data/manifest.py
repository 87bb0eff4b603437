"""`artifacts/manifest.json`: what each artifact is, how it was made, and its checksum.

A set of files changes in one step. New files are written into a staging folder, which is then renamed to `.commit`:
that is the step. Moving the files into place afterwards may be interrupted; the next reader or writer finishes it.
A process killed before the step leaves the old artifacts, one killed after it the new ones.
"""

import errno
import functools
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from recsys.data.provenance import how_made as _how_made
from recsys.errors import ArtifactError

try:
    import fcntl
except ImportError:  # Windows: one writer at a time is then up to the user
    fcntl = None

FORMAT_VERSION = 1
NAME = "manifest.json"
_COMMIT = ".commit"
_STAGING = ".staging-"
_STALE_SECONDS = 24 * 3600
#: Errors of a disk without room for a file.
_FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
_AS_BEFORE = "Nothing in it was changed. Free space, or choose another folder."
#: How often artifacts are read that are changed meanwhile.
_TRIES = 10
#: The types of an entry's values, where it has them.
_TYPES: Mapping[str, tuple[type, ...]] = {
    "sha256": (str,), "bytes": (int,), "rows": (int,), "made": (dict,), "data_set": (str,), "licence": (str,),
    "file": (str,), "data": (dict,), "trained_on": (dict,), "training": (dict,), "metrics": (dict,), "seed": (int,),
    "config": (dict,), "sparsity": (dict,), "options": (dict,), "read_from": (list,), "simulated": (bool,),
}  # fmt: skip
_P = ParamSpec("_P")
_R = TypeVar("_R")


@dataclass(frozen=True)
class Manifest:
    """`files` maps a path relative to the folder to its entry (sha256, bytes, how it was made); `models` maps a model's
    name to its entry (file, configuration, held-out metrics)."""

    folder: Path
    files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    models: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def path(self, name: str) -> Path:
        """The path of an artifact whose checksum holds. Raises `ArtifactError` otherwise, naming the file."""
        path = self.folder / name
        entry = self.files.get(name)
        if entry is None:
            raise ArtifactError(f"{self.folder / NAME} lists no {name}. {_remedy(self.folder)}")
        try:
            size, digest = path.stat().st_size, sha256(path)
        except OSError as error:
            raise ArtifactError(f"Cannot read {path}: {error.strerror}. {_remedy(self.folder)}") from None
        if size != entry.get("bytes") or digest != entry.get("sha256"):
            raise ArtifactError(
                f"{path} is damaged or was replaced: its checksum is not the one in {NAME}. {_remedy(self.folder)}"
            )
        return path


def _remedy(folder: Path) -> str:
    return f"Restore {folder}{os.sep} from the repository (git checkout -- {folder}) or write it again (see README)."


def consistent(
    work: Callable[Concatenate[str | Path, _P], _R],
) -> Callable[Concatenate[str | Path, _P], _R]:
    """Decorates a function that reads artifacts of the folder that is its first argument: if somebody changed them
    meanwhile, it reads them again. Otherwise it could mix old and new files, and call new ones damaged."""

    @functools.wraps(work)
    def read_again(folder: str | Path, *arguments: _P.args, **options: _P.kwargs) -> _R:
        for _ in range(_TRIES):
            before = read(folder)
            try:
                result = work(folder, *arguments, **options)
            except ArtifactError:
                if read(folder) == before:
                    raise
            else:
                if read(folder) == before:
                    return result
        raise ArtifactError(
            f"{folder} is being changed all the time. Try again when nothing is written to it any more."
        )

    return read_again


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(folder: str | Path) -> Manifest:
    """The manifest of `folder`, after finishing an interrupted change.

    Raises `ArtifactError` if it is missing, is not JSON of the expected form, or has another format version.
    """
    folder = Path(folder)
    _finish_commit(folder)
    path = folder / NAME
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        version = content["format_version"]
        files, models = content.get("files", {}), content.get("models", {})
        if not all(isinstance(entry, dict) for group in (files, models) for entry in group.values()):
            raise TypeError
    except FileNotFoundError:
        raise ArtifactError(f"{path} is missing. {_remedy(folder)}") from None
    except OSError as error:
        raise ArtifactError(f"Cannot read {path}: {error.strerror}. {_remedy(folder)}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ArtifactError(f"{path} is damaged: it is not a manifest. {_remedy(folder)}") from None
    if version != FORMAT_VERSION:
        raise ArtifactError(
            f"{path} has format version {version!r}; this program reads version {FORMAT_VERSION}. {_remedy(folder)}"
        )
    for name, entry in [*files.items(), *models.items()]:
        for key, value in entry.items():
            kinds = _TYPES.get(key)
            if kinds and (not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds)):
                raise ArtifactError(
                    f"{path} is damaged: {key} of {name} is {type(value).__name__}, not {kinds[0].__name__}. "
                    f"{_remedy(folder)}"
                )
    return Manifest(folder, files, models)


class Batch:
    """The files of one change that is not made yet. `source` goes into every file's entry: data set, licence, …"""

    def __init__(self, folder: Path, staging: Path, source: Mapping[str, Any]) -> None:
        self.folder = folder
        self._staging = staging
        self._source = dict(source)
        self._files: dict[str, dict[str, Any]] = {}
        self._models: dict[str, dict[str, Any]] = {}

    def path(self, name: str, **entry: Any) -> Path:
        """Where to write the artifact `name` (POSIX path relative to the folder), described by `entry`."""
        self._files.setdefault(name, {}).update(entry)
        path = self._staging / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def describe(self, name: str, **entry: Any) -> None:
        """Add to the entry of an artifact of this change, such as its `rows`. Raises KeyError for any other name."""
        self._files[name].update(entry)

    def model(self, name: str, **entry: Any) -> None:
        """Describe a model (`file`, `config`, `metrics`, …)."""
        self._models.setdefault(name, {}).update(entry)

    def _seal(self) -> None:
        try:
            old = read(self.folder) if (self.folder / NAME).exists() else Manifest(self.folder)
        except ArtifactError:
            old = Manifest(self.folder)  # this change replaces an unreadable manifest
        files = dict(old.files)
        for name, entry in self._files.items():
            path = self._staging / name
            path.chmod(0o644)
            files[name] = {"sha256": sha256(path), "bytes": path.stat().st_size, **self._source, **entry}
        models = {**old.models, **{name: {**old.models.get(name, {}), **e} for name, e in self._models.items()}}
        content = {
            "format_version": FORMAT_VERSION,
            "files": dict(sorted(files.items())),
            "models": dict(sorted(models.items())),
        }
        text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        (self._staging / NAME).write_text(text, encoding="utf-8")


@contextmanager
def writing(folder: str | Path, **source: Any) -> Iterator[Batch]:
    """Change artifacts in one step: write to `batch.path(name)` inside the block; the files appear when it ends.

    Nothing changes when the block raises or the process is killed in it. Every file's entry records the command line,
    the date, the git commit and `source`. Raises `ArtifactError` when nothing can be written to the folder.
    """
    folder = Path(folder)
    with writing_folder(folder) as staging:
        batch = Batch(folder, staging, {"made": _how_made(), **source})
        try:
            yield batch
            with _locked(folder):
                _move(folder)
                batch._seal()
                staging.chmod(0o755)
                os.rename(staging, folder / _COMMIT)
                _move(folder)
        except OSError as error:
            if error.errno not in _FULL:
                raise
            raise ArtifactError(f"{folder} has no room for the new files: {error.strerror}. {_AS_BEFORE}") from None


@contextmanager
def reserving(folder: str | Path, n_bytes: int) -> Iterator[Callable[[], None]]:
    """Keep room for `n_bytes` of new files in `folder` during long work; the function that it gives releases it.

    Raises `ArtifactError` at once if there is not so much room.
    """
    with writing_folder(Path(folder)) as staging:
        path = staging / "reserved"
        try:
            with path.open("wb") as file:
                if hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(file.fileno(), 0, n_bytes)
                elif shutil.disk_usage(folder).free < n_bytes:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            path.unlink(missing_ok=True)
            raise ArtifactError(
                f"{folder} has no room for the result, about {n_bytes / 2**20:.0f} MB: {error.strerror}. {_AS_BEFORE}"
            ) from None
        yield lambda: path.unlink(missing_ok=True)


@contextmanager
def writing_folder(folder: Path) -> Iterator[Path]:
    """A new staging folder in `folder`, removed at the end. Raises `ArtifactError` when nothing can be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _remove_stale(folder)
        staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=folder))
    except OSError as error:
        raise ArtifactError(f"Cannot write to the folder {folder}: {error.strerror}. Choose another.") from None
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _remove_stale(folder: Path) -> None:
    """Remove staging folders of writers that were killed long ago."""
    for staging in folder.glob(f"{_STAGING}*"):
        try:
            age = time.time() - staging.stat().st_mtime
        except FileNotFoundError:  # its writer has just finished
            continue
        if age > _STALE_SECONDS:
            shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Let one process at a time change a folder; the system releases the lock when the process ends."""
    if fcntl is None:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _finish_commit(folder: Path) -> None:
    if (folder / _COMMIT).is_dir():
        with _locked(folder):
            _move(folder)


def _move(folder: Path) -> None:
    """Move the files of a committed change into place, the manifest last."""
    commit = folder / _COMMIT
    if not commit.is_dir():
        return
    try:
        names = [path.relative_to(commit) for path in sorted(commit.rglob("*")) if path.is_file()]
        for name in sorted(names, key=lambda name: name == Path(NAME)):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(commit / name, folder / name)
        shutil.rmtree(commit, ignore_errors=True)
    except OSError as error:
        raise ArtifactError(
            f"An interrupted change to {folder} lies in {commit} and cannot be finished: {error.strerror}. "
            f"Make {folder} writable, or restore it from the repository."
        ) from None
