"""Finds raw files on any file system, a set's lists also in several files, and divides them among tasks.

A local folder stands for a remote source, or one whose lists are in several files: it holds the titles and fans in full
and only the header of the lists. `Pieces` knows where their rows are.
"""

import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
from pyarrow import fs

from recsys.cluster.storage import open_address, refuse_credentials
from recsys.errors import DataError
from recsys.prepare import sources
from recsys.prepare.watching import WatchingList

#: Bytes that one task reads.
PIECE_BYTES = 128 * 2**20
_COPY_BYTES = 2**20
_HEADER_BYTES = 2**16
_CSV = (".csv", ".csv.gz")
#: `animelists_cleaned-0001.csv` is a part of `animelists_cleaned.csv`.
_NUMBERED = re.compile(r"[-_.](?:part[-_]?)?\d+$", re.IGNORECASE)


@dataclass(frozen=True)
class Piece:
    """Bytes `start` to `end` of a file: the lines that begin there. `end` None: the whole file, which is gzipped."""

    address: str
    start: int = 0
    end: int | None = None

    def copy(self, target: Path) -> Path:
        """Write the header and the piece's lines to a local file with the name `target` and the right suffix."""
        target = target.with_name(f"{target.name}.csv{'.gz' if self.end is None else ''}")
        with _errors(self.address), target.open("wb") as out:
            system, path = open_address(self.address)
            if self.end is None:
                with system.open_input_stream(path, compression=None) as file:
                    shutil.copyfileobj(file, out, _COPY_BYTES)
                return target
            with system.open_input_file(path) as file:
                if self.start:
                    out.write(_first_line(file.read_at(_HEADER_BYTES, 0), self.address))
                _copy_lines(file, out, self.start, self.end)
        return target


@dataclass
class Pieces:
    """The files of each source's lists: local path of the lists -> (address, size in bytes) of the real files."""

    files: dict[Path, list[tuple[str, int]]] = field(default_factory=dict)

    def of(self, path: Path, piece_bytes: int) -> Iterator[Piece]:
        """The pieces of the lists at `path`, in order."""
        for address, size in self.files.get(path) or [(str(path), path.stat().st_size)]:
            if address.casefold().endswith(".gz"):
                yield Piece(address)
            else:
                n = max(1, -(-size // piece_bytes))
                for i in range(n):
                    yield Piece(address, size * i // n, size * (i + 1) // n)


def locate(source: str, folder: Path, pieces: Pieces) -> Path:
    """The local path of a source for `recsys.prepare`: `source` itself, or a folder made in `folder`, of whose lists
    `pieces` then knows the files.

    `source` is a path or an address that pyarrow or fsspec reads, such as s3://bucket/folder. Raises `DataError`.
    """
    refuse_credentials(source, "--source")
    with _errors(source):
        system, path = open_address(source)
        info = system.get_file_info(path)
        if info.type == fs.FileType.NotFound:
            raise DataError(f"There is no {source.partition('?')[0]}.")
        found = [info] if info.is_file else system.get_file_info(fs.FileSelector(path))
        names = {one.base_name: one for one in found if one.is_file and one.base_name.casefold().endswith(_CSV)}
        groups: dict[str, list[str]] = defaultdict(list)
        for name in sorted(names):
            stem, dot, suffix = name.partition(".csv")
            groups[_NUMBERED.sub("", stem) + dot + suffix].append(name)
        if "://" not in source and all(len(parts) == 1 for parts in groups.values()):
            return Path(source)
        local = folder / (Path(path).stem if info.is_file else Path(path).name)
        local.mkdir(parents=True)
        for name, parts in groups.items():
            _write_header(system, [names[part].path for part in parts], local / name)
        recognised = sources.recognise_one(local / next(iter(groups)) if info.is_file else local)
        lists = recognised.lists.file.path
        pieces.files[lists] = [(_address(source, info, part), names[part].size or 0) for part in groups[lists.name]]
        others = [] if isinstance(recognised, WatchingList) else [recognised.titles, recognised.users]
        for other in filter(None, others):
            _fetch(system, [names[part].path for part in groups[other.file.path.name]], other.file.path)
    return lists if info.is_file else local


def _address(source: str, info: fs.FileInfo, name: str) -> str:
    """The address of a file of the folder `source`, which may have a query (`?region=…`)."""
    if info.is_file:
        return source
    if "://" not in source:
        return str(Path(source).absolute() / name)
    base, mark, options = source.partition("?")
    return f"{base.rstrip('/')}/{name}{mark}{options}"


def _write_header(system: fs.FileSystem, paths: list[str], target: Path) -> None:
    """Write the header of the files, which must be the same, to a file without rows."""
    headers = []
    for path in paths:
        with system.open_input_stream(path, compression="gzip" if target.suffix == ".gz" else None) as file:
            headers.append(_first_line(file.read(_HEADER_BYTES), path))
    if len(set(headers)) > 1:
        raise DataError(f"{paths[0]} and {paths[-1]} are parts of one file, but their headers differ.")
    with pa.output_stream(target, compression="gzip" if target.suffix == ".gz" else None) as out:
        out.write(headers[0])


def _fetch(system: fs.FileSystem, paths: list[str], target: Path) -> None:
    """Copy the files one after the other to `target`; the header of the first stays, those of the others go."""
    packed = "gzip" if target.suffix == ".gz" else None
    with pa.output_stream(target, compression=packed) as out:
        for number, path in enumerate(paths):
            with system.open_input_stream(path, compression=packed) as file:
                start = file.read(_HEADER_BYTES)
                out.write(start[len(_first_line(start, path)) :] if number else start)
                shutil.copyfileobj(file, out, _COPY_BYTES)


def _copy_lines(file: pa.NativeFile, out: object, start: int, end: int) -> None:
    """Copy the lines that begin in `start` <= position < `end`."""
    position = start
    if start:  # the line that began before belongs to the piece before
        position = _after_line(file, start - 1)
    stop = _after_line(file, end - 1) if end > start else end
    file.seek(position)
    while position < stop:
        data = file.read(min(_COPY_BYTES, stop - position))
        if not data:
            break
        out.write(data)  # pyright: ignore[reportAttributeAccessIssue]
        position += len(data)


def _after_line(file: pa.NativeFile, position: int) -> int:
    """The position after the first line break at or after `position`; the file's end if there is none."""
    file.seek(position)
    while data := file.read(_HEADER_BYTES):
        found = data.find(b"\n")
        if found >= 0:
            return position + found + 1
        position += len(data)
    return position


def _first_line(start: bytes, where: str) -> bytes:
    found = start.find(b"\n") + 1
    if not found:
        raise DataError(f"{where} has no line break after its header.")
    return start[:found]


class _errors:  # noqa: N801 - used as a function
    """Turn a file system's error into a `DataError` that names the address, without its text: it may hold secrets."""

    def __init__(self, address: str) -> None:
        self._address = address.partition("?")[0]

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        if isinstance(error, (OSError, pa.ArrowException, ImportError, ValueError)):
            raise DataError(
                f"Cannot read {self._address} ({type(error).__name__}). Check the address and every node's access."
            ) from None
