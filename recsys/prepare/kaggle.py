"""Recognise the public MyAnimeList sets on Kaggle, and the files they consist of, by their headers."""

import csv
import gzip
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from recsys.errors import DataError

_HEADER_BYTES = 64 * 1024


@dataclass(frozen=True)
class Role:
    """One kind of file in a set. `columns` and `optional` map our name for a column to the set's."""

    what: str
    stems: tuple[str, ...]
    columns: Mapping[str, str]
    optional: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Schema:
    """A public set. `lists` has a row for each title on a fan's list, `titles` for each title, `users` for each fan."""

    name: str
    licence: str
    lists: Role
    titles: Role
    users: Role | None = None

    @property
    def roles(self) -> dict[str, Role]:
        return {"lists": self.lists, "titles": self.titles} | ({"users": self.users} if self.users else {})


_TITLES = "titles"
_LISTS = "list rows"

#: The licences are those stated on Kaggle.
SCHEMAS = (
    Schema(
        name="azathoth42/myanimelist",
        licence="as stated at kaggle.com/datasets/azathoth42/myanimelist",
        lists=Role(
            _LISTS,
            ("animelists_cleaned", "animelists_filtered", "useranimelist"),
            {
                "user": "username",
                "anime_id": "anime_id",
                "score": "my_score",
                "status": "my_status",
                "updated": "my_last_updated",
            },
        ),
        titles=Role(
            _TITLES, ("anime_cleaned", "anime_filtered", "animelist"), {"anime_id": "anime_id", "title": "title"}
        ),
        users=Role(
            "fans",
            ("users_cleaned", "users_filtered", "userlist"),
            {"username": "username", "user_id": "user_id"},
        ),
    ),
    Schema(
        name="CooperUnion/anime-recommendations-database",
        licence="CC0-1.0",
        lists=Role(_LISTS, ("rating",), {"user": "user_id", "anime_id": "anime_id", "score": "rating"}),
        titles=Role(_TITLES, ("anime",), {"anime_id": "anime_id", "title": "name"}),
    ),
    Schema(
        name="hernan4444/anime-recommendation-database-2020",
        licence="CC0-1.0",
        lists=Role(
            _LISTS,
            ("animelist", "rating_complete"),
            {"user": "user_id", "anime_id": "anime_id", "score": "rating"},
            {"status": "watching_status"},
        ),
        titles=Role(_TITLES, ("anime",), {"anime_id": "mal_id", "title": "name"}),
    ),
)


@dataclass(frozen=True)
class RawFile:
    """A CSV file, plain or gzipped, and the column names of its header as they are written there."""

    path: Path
    header: tuple[str, ...]

    def position(self, name: str) -> int | None:
        """Position of the column `name` in any case; None if the header lacks it."""
        return next((i for i, column in enumerate(self.header) if column.casefold() == name.casefold()), None)

    def missing(self, role: Role) -> list[str]:
        return [column for column in role.columns.values() if self.position(column) is None]

    @property
    def stem(self) -> str:
        return self.path.name.casefold().removesuffix(".gz").removesuffix(".csv")


@dataclass(frozen=True)
class Part:
    """The file that has a role in a recognised set."""

    file: RawFile
    role: Role

    def position(self, name: str) -> int | None:
        """Position of the column that we call `name`; None if it is optional and missing."""
        theirs = self.role.columns.get(name) or self.role.optional.get(name)
        return self.file.position(theirs) if theirs else None


@dataclass(frozen=True)
class Source:
    """A recognised set: its schema and the file of each role."""

    schema: Schema
    lists: Part
    titles: Part
    users: Part | None = None

    @property
    def name(self) -> str:
        return self.schema.name

    @property
    def licence(self) -> str:
        return self.schema.licence


def read_header(path: Path) -> RawFile:
    """The header of a CSV file. Raises `DataError` if it is empty or does not begin with CSV in UTF-8."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            start = file.read(_HEADER_BYTES)
    except (OSError, EOFError) as error:
        raise DataError(f"Cannot read {path}: {error}. Download it again.") from None
    if not start.strip():
        raise DataError(f"{path} is empty. Download it again.")
    line = start.splitlines()[0]
    try:
        text = line.decode("utf-8-sig")
        columns = next(csv.reader(io.StringIO(text), strict=True))
    except (UnicodeDecodeError, csv.Error, StopIteration):
        raise DataError(f"{path} does not begin with a header of comma-separated names in UTF-8.") from None
    if "\0" in text:
        raise DataError(f"{path} does not begin with a header of comma-separated names in UTF-8.")
    columns = [column.strip() or f"column{position}" for position, column in enumerate(columns)]
    if len({column.casefold() for column in columns}) < len(columns):
        raise DataError(f"{path} has a column twice in its header: {text.strip()[:200]}")
    return RawFile(path, tuple(columns))


def read_headers(folder: Path) -> tuple[list[RawFile], dict[str, DataError]]:
    """The headers of a folder's .csv and .csv.gz files, and the errors of the other ones by their stem.

    Raises `DataError` if the folder cannot be read or has no such file.
    """
    try:
        paths = sorted(p for p in folder.iterdir() if p.name.casefold().endswith((".csv", ".csv.gz")) and p.is_file())
    except OSError as error:
        raise DataError(f"Cannot read the folder {folder}: {error.strerror}.") from None
    if not paths:
        raise DataError(f"{folder} holds no .csv or .csv.gz file. Unpack one of these Kaggle sets there: {_names()}.")
    files: list[RawFile] = []
    unreadable: dict[str, DataError] = {}
    for path in paths:
        try:
            files.append(read_header(path))
        except DataError as error:
            unreadable[RawFile(path, ()).stem] = error
    return files, unreadable


def recognise(folder: str | Path) -> Source:
    """The public set in `folder`, recognised by the headers of its .csv and .csv.gz files.

    Raises `DataError`, naming the file or the column, if a part is missing or two files could be the same part.
    """
    folder = Path(folder)
    files, unreadable = read_headers(folder)
    schema = max(SCHEMAS, key=lambda schema: _likeness(schema, files))
    parts = {name: Part(_choose(schema, role, files, unreadable, folder), role) for name, role in schema.roles.items()}
    return Source(schema, **parts)


def _names() -> str:
    return ", ".join(schema.name for schema in SCHEMAS)


def _likeness(schema: Schema, files: list[RawFile]) -> tuple[int, int]:
    """Minus the number of the schema's parts without a complete file; then the number of parts found by file name."""
    full = [any(not file.missing(role) for file in files) for role in schema.roles.values()]
    named = [any(file.stem in role.stems for file in files) for role in schema.roles.values()]
    return sum(full) - len(full), sum(named)


def _choose(
    schema: Schema, role: Role, files: list[RawFile], unreadable: Mapping[str, DataError], folder: Path
) -> RawFile:
    complete = [file for file in files if not file.missing(role)]
    for stem in role.stems:
        if stem in unreadable:
            raise unreadable[stem]
        named = [file for file in complete if file.stem == stem]
        if len(named) == 1:
            return named[0]
        if named:
            raise DataError(f"{' and '.join(str(file.path) for file in named)} are the same part; remove one of them.")
    if len(complete) == 1:
        return complete[0]
    if complete:
        names = ", ".join(str(file.path) for file in complete)
        raise DataError(f"Several files could hold the {role.what}: {names}. Leave only the right one in {folder}.")
    for file in files:
        if file.stem in role.stems:
            raise DataError(explain(file, role))
    near = min(files, key=lambda file: len(file.missing(role)), default=None)
    if near is not None and len(near.missing(role)) < len(role.columns) / 2:
        raise DataError(explain(near, role))
    raise DataError(
        f"{folder} has no file with the {role.what} of {schema.name}: expected {role.stems[0]}.csv or .csv.gz with the "
        f"columns {', '.join(role.columns.values())}."
    )


def explain(file: RawFile, role: Role) -> str:
    """A sentence that says which columns of the role a file lacks."""
    missing = file.missing(role)
    delimiter = next((d for d in ";\t|" if len(file.header) == 1 and d in file.header[0]), None)
    if delimiter:
        return f"{file.path} separates its columns by {delimiter!r}; separate them by commas."
    plural = "s" if len(missing) > 1 else ""
    return f"{file.path} lacks the column{plural} {', '.join(missing)}; its header has {', '.join(file.header)[:300]}."
