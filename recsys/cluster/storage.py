"""A folder that all nodes of a cluster can reach: on a shared file system, or in storage such as S3."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import fs
from safetensors import SafetensorError
from safetensors.numpy import load, save

from recsys.errors import ArtifactError, DataError


def open_address(address: str) -> tuple[fs.FileSystem, str]:
    """The file system of an address, and the path in it. fsspec opens what pyarrow does not know."""
    if "://" not in address:
        return fs.LocalFileSystem(), str(Path(address).absolute())
    try:
        return fs.FileSystem.from_uri(address)
    except pa.ArrowInvalid:
        import fsspec

        system, path = fsspec.core.url_to_fs(address)
        return fs.PyFileSystem(fs.FSSpecHandler(system)), path


def refuse_credentials(address: str, option: str) -> None:
    """Raise `DataError` if the address of an `option` holds a name or a password."""
    if "@" in urlsplit(address).netloc:
        raise DataError(f"Credentials do not belong in {option}: it is recorded. Set them in the nodes' environment.")


class Storage:
    """The folder at `address`, as `--checkpoints` takes it. Methods raise `DataError` if it cannot be used."""

    def __init__(self, address: str) -> None:
        refuse_credentials(address, "--checkpoints")
        self.shown = address.partition("?")[0].rstrip("/")
        with self._errors():
            self.system, self.path = open_address(address)
            self.system.create_dir(self.path, recursive=True)

    def write(self, name: str, data: bytes) -> None:
        """Write a file, and its folder."""
        with self._errors():
            path = f"{self.path}/{name}"
            self.system.create_dir(path.rpartition("/")[0], recursive=True)
            with self.system.open_output_stream(path) as out:
                out.write(data)

    def read(self, name: str) -> bytes | None:
        """The content of a file, None if there is none."""
        with self._errors():
            path = f"{self.path}/{name}"
            if not self.system.get_file_info(path).is_file:
                return None
            with self.system.open_input_stream(path) as file:
                return file.read()

    def delete(self, folder: str) -> None:
        """Delete a folder of files, if there is one."""
        with self._errors():
            path = f"{self.path}/{folder}"
            if self.system.get_file_info(path).type == fs.FileType.Directory:
                self.system.delete_dir(path)

    def write_arrays(self, name: str, arrays: Mapping[str, NDArray]) -> None:
        self.write(name, save({key: np.ascontiguousarray(array) for key, array in arrays.items()}))

    def read_arrays(self, name: str) -> dict[str, NDArray]:
        """Raises `ArtifactError` if the file is missing or damaged."""
        data = self.read(name)
        try:
            return load(data or b"")
        except SafetensorError as error:
            raise ArtifactError(f"{self.shown}/{name} is missing or damaged ({error}). Delete {self.shown}.") from None

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn a file system's error into one that names the folder, without its text: it may hold secrets."""
        try:
            yield
        except (OSError, pa.ArrowException, ImportError) as error:
            raise DataError(
                f"Cannot use {self.shown} ({type(error).__name__}). --checkpoints is a folder that all nodes share, "
                "or an address such as s3://bucket/folder to which all nodes may write."
            ) from None
