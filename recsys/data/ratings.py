"""Reads ratings from Parquet: as contiguous arrays (for training), or one fan's list at a time (for serving)."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from recsys.data import columns, manifest, sql
from recsys.errors import ArtifactError, UnknownFanError, first_line
from recsys.statuses import COMPLETED, PLANNED, SETS
from recsys.types import MAX_ANIME_ID, MAX_SCORE, MIN_SCORE, Profile, positions_of

FILE = "ratings.parquet"
_UNSCORED = "unscored.parquet"
#: The columns of title_stats.parquet that count a title's scores.
SCORES = [f"score_{score}" for score in range(MIN_SCORE, MAX_SCORE + 1)]
#: The article calls fans and titles with fewer ratings than this sparse.
SPARSE = 10
_ID, _FAN, _COUNT = (1, MAX_ANIME_ID), (-(2**63), 2**63 - 1), (0, 2**53)
#: Table -> (artifact, the columns that it must have, each with the range of its whole numbers; None: text).
_TABLES: dict[str, tuple[str, dict[str, tuple[int, int] | None]]] = {
    "ratings": (FILE, {"user_id": _FAN, "anime_id": _ID, "score": (MIN_SCORE, MAX_SCORE)}),
    "unscored": (_UNSCORED, {"user_id": _FAN, "anime_id": _ID, "status": (0, 255)}),
    "users": ("users.parquet", {"user_id": _FAN, "username": None}),
    "title_stats": ("title_stats.parquet", {"anime_id": _ID, "n_ratings": _COUNT, **dict.fromkeys(SCORES, _COUNT)}),
}


@dataclass(frozen=True)
class Ratings:
    """A set of ratings, sorted by fan and then title.

    `user_ids` (n_users,) and `item_ids` (n_items,) are ascending external ids; `users` and `items` (n_ratings,) are
    int32 positions in them; `scores` (n_ratings,) is float64 on 1-10.
    """

    user_ids: NDArray[np.int64]
    item_ids: NDArray[np.int64]
    users: NDArray[np.int32]
    items: NDArray[np.int32]
    scores: NDArray[np.float64]

    @property
    def bounds(self) -> NDArray[np.intp]:
        """(n_users + 1,): fan u's ratings are bounds[u] to bounds[u + 1]."""
        return np.searchsorted(self.users, np.arange(len(self.user_ids) + 1))


@dataclass(frozen=True)
class Unscored:
    """Titles begun without a score, sorted by fan and then title.

    `users` and `items` (n,) are int32 positions in the ids of the `Lists`; `statuses` (n,) are int8, MyAnimeList's
    numbers: 1 watching, 2 completed, 3 on hold, 4 dropped.
    """

    users: NDArray[np.int32]
    items: NDArray[np.int32]
    statuses: NDArray[np.int8]

    @classmethod
    def none(cls) -> "Unscored":
        return cls(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.int8))

    def of(self, rows: NDArray[np.bool_] | NDArray[np.integer]) -> "Unscored":
        """Those that `rows` selects, in its order; positions do not change."""
        return Unscored(self.users[rows], self.items[rows], self.statuses[rows])


@dataclass(frozen=True)
class Lists:
    """Fans' lists: scored titles, and titles begun without a score.

    Both use the `user_ids` and `item_ids` of `ratings`, which cover both: a fan or a title may have no rating.
    """

    ratings: Ratings
    unscored: Unscored


@manifest.consistent
def load_arrays(folder: str | Path) -> Ratings:
    """All ratings of `folder`/ratings.parquet, through DuckDB and Arrow; no Python object per rating.

    Raises `ArtifactError` when the file is missing, damaged, or not sorted by fan and title.
    """
    fans, titles, scores = _read_rows(manifest.read(folder).path(FILE), "score")
    return _ratings(np.unique(fans), np.unique(titles), fans, titles, scores)


@manifest.consistent
def load_lists(folder: str | Path) -> Lists:
    """The ratings of `folder`/ratings.parquet, and the titles of unscored.parquet that were begun.

    Planned titles are left out; a status that MyAnimeList does not have counts as completed. Raises `ArtifactError`
    when a file is missing, damaged, or not sorted by fan and title.
    """
    described = manifest.read(folder)
    fans, titles, scores = _read_rows(described.path(FILE), "score")
    others, begun, statuses = _read_rows(described.path(_UNSCORED), "status")
    kept = statuses != PLANNED
    others, begun, statuses = others[kept], begun[kept], statuses[kept]
    user_ids, item_ids = np.union1d(fans, others), np.union1d(titles, begun)
    return Lists(
        _ratings(user_ids, item_ids, fans, titles, scores),
        Unscored(
            users=positions_of(user_ids, others).astype(np.int32),
            items=positions_of(item_ids, begun).astype(np.int32),
            statuses=np.where(np.isin(statuses, list(SETS)), statuses, COMPLETED).astype(np.int8),
        ),
    )


def _read_rows(path: Path, value: str) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.generic]]:
    """The columns user_id, anime_id and `value` of a file that is sorted by fan and title."""
    statement = f"SELECT user_id, anime_id, {sql.identifier(value)} AS value FROM read_parquet(?)"
    with duckdb.connect() as connection:
        try:
            table = connection.execute(statement, [sql.pattern(path)]).fetchnumpy()
        except duckdb.Error as error:
            raise ArtifactError(f"{path} is not a file of {value}s: {first_line(error)}") from None
    for name, column in table.items():
        if np.ma.isMaskedArray(column) or column.dtype.kind not in "iu":
            raise ArtifactError(f"{path} does not fit: column {name} does not hold whole numbers alone.")
    fans, titles = np.asarray(table["user_id"], np.int64), np.asarray(table["anime_id"], np.int64)
    if np.any(fans[1:] < fans[:-1]) or np.any((fans[1:] == fans[:-1]) & (titles[1:] <= titles[:-1])):
        raise ArtifactError(f"{path} is not sorted by fan and title; write it again with python -m scripts.prepare.")
    return fans, titles, np.asarray(table["value"])


def _ratings(
    user_ids: NDArray[np.int64],
    item_ids: NDArray[np.int64],
    fans: NDArray[np.int64],
    titles: NDArray[np.int64],
    scores: NDArray[np.generic],
) -> Ratings:
    return Ratings(
        user_ids=user_ids,
        item_ids=item_ids,
        users=positions_of(user_ids, fans).astype(np.int32),
        items=positions_of(item_ids, titles).astype(np.int32),
        scores=scores.astype(np.float64),
    )


def rater_counts(path: Path, anime_ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """The number of ratings in the data, held-out fans included, of each of the ascending `anime_ids` (n,), from the
    table title_stats at `path`: (n,). Raises `ArtifactError` when it is another file."""
    try:
        table = pq.read_table(path, columns=["anime_id", "n_ratings"])
        positions = positions_of(anime_ids, columns.counts(table, "anime_id"))
        ratings = columns.counts(table, "n_ratings")
    except (OSError, KeyError, ValueError, TypeError, pa.ArrowException) as error:
        raise ArtifactError(
            f"{path} is not a table of rating counts ({error}). Restore it from the repository, or write it with "
            "python -m scripts.prepare."
        ) from None
    counts = np.zeros(len(anime_ids), dtype=np.int64)
    counts[positions[positions >= 0]] = ratings[positions >= 0]
    return counts


class RatingsStore:
    """The fans' lists and the titles' score counts, read from Parquet on demand; safe to share between threads.

    One DuckDB connection, locked before the first query: it can read the four files of `_TABLES` and nothing else.

    Attributes: `n_fans`; `simulated`, whether a model drew the fans.
    """

    def __init__(self, artifacts: manifest.Manifest | str | Path, memory_limit: str = "256MB") -> None:
        """Open the files of a folder or its manifest. Raises `ArtifactError` unless all four checksums are right."""
        read, paths = _checked(artifacts.folder if isinstance(artifacts, manifest.Manifest) else artifacts)
        self.simulated = bool(read.files[FILE].get("simulated", False))
        self._folder = read.folder
        self._connection = duckdb.connect(config={"threads": 1, "memory_limit": memory_limit, "temp_directory": ""})
        for table, path in paths.items():
            self._open(table, path)
        with self._connection.cursor() as cursor:
            cursor.execute("CREATE TABLE names AS SELECT user_id, username, lower(username) AS folded FROM users")
            (self.n_fans,) = cursor.execute("SELECT count(*) FROM names").fetchall()[0]
            resolved = [path.resolve() for path in paths.values()]
            cursor.execute("SET allowed_paths = ?", [[*map(str, resolved), *map(sql.pattern, resolved)]])
            cursor.execute("SET enable_external_access = false")
            cursor.execute("SET lock_configuration = true")

    def _open(self, table: str, path: Path) -> None:
        wanted = _TABLES[table][1]
        with self._connection.cursor() as cursor:
            relation = f"read_parquet({sql.text(sql.pattern(path.resolve()))})"
            try:
                found = {row[0]: str(row[1]) for row in cursor.execute(f"DESCRIBE FROM {relation}").fetchall()}
            except duckdb.Error as error:
                raise ArtifactError(f"{path} is not a Parquet file ({first_line(error)}).") from None
            missing = [column for column in wanted if column not in found]
            if missing:
                raise ArtifactError(f"{path} lacks the columns {', '.join(missing)}; write it with scripts.prepare.")
            cursor.execute(f"CREATE VIEW {table} AS SELECT {', '.join(wanted)} FROM {relation}")
            if wrong := self._wrong_column(table, wanted, found):
                raise ArtifactError(f"{path} does not fit: {wrong}. Write it again with python -m scripts.prepare.")

    def _wrong_column(self, table: str, wanted: Mapping[str, tuple[int, int] | None], kinds: dict) -> str | None:
        """What is wrong with a column of a view, or None: its type, an empty value, or one out of range."""
        for name, bounds in wanted.items():
            if not re.fullmatch("VARCHAR" if bounds is None else "U?(TINY|SMALL|BIG)?INT(EGER)?", kinds[name]):
                return f"column {name} is {kinds[name]}, not {'text' if bounds is None else 'whole numbers'}"
        ends = ", ".join(f"count(*) - count({c}), min({c}), max({c})" for c in wanted)
        (row,) = self._run(f"SELECT {ends} FROM {table}")
        for (name, bounds), (empty, low, high) in zip(
            wanted.items(), (row[i : i + 3] for i in range(0, len(row), 3)), strict=True
        ):
            if empty:
                return f"column {name} has empty values"
            if bounds and low is not None and not bounds[0] <= low <= high <= bounds[1]:
                return f"column {name} has a value that is not from {bounds[0]} to {bounds[1]}"
        return None

    def _run(
        self, statement: str, parameters: Sequence[Any] = (), fetch: Callable = DuckDBPyConnection.fetchall
    ) -> Any:
        with self._connection.cursor() as cursor:
            try:
                return fetch(cursor.execute(statement, parameters))
            except duckdb.Error as error:
                raise ArtifactError(
                    f"The ratings in {self._folder} cannot be read any more ({first_line(error)}). Restart the app."
                ) from None

    def find_names(self, prefix: str, n: int = 20) -> list[str]:
        """Up to `n` names that contain `prefix` in any case: the name itself, names that begin with it, the rest."""
        statement = """
            SELECT username FROM names, (SELECT lower(?) AS typed) WHERE contains(folded, typed)
            ORDER BY folded <> typed, NOT starts_with(folded, typed), folded, username LIMIT ?"""
        return [name for (name,) in self._run(statement, [_typed(prefix), n])]

    def profile(self, username: str) -> Profile:
        """The list of the fan `username`, in this case or, if there is none, another. Raises `UnknownFanError`."""
        fans = self._run(
            "SELECT user_id, username FROM names WHERE folded = lower(?) ORDER BY username <> ?, username LIMIT 1",
            [_typed(username), _typed(username)],
        )
        if not fans:
            raise UnknownFanError(f"No fan is called {username!r} in these ratings; pick a name from the list.")
        user_id, name = fans[0]
        scores = dict(self._run("SELECT anime_id, score FROM ratings WHERE user_id = ?", [user_id]))
        unscored: dict[str, set[int]] = {name: set() for name in SETS.values()}
        for anime_id, status in self._run("SELECT anime_id, status FROM unscored WHERE user_id = ?", [user_id]):
            unscored[SETS.get(status, SETS[COMPLETED])].add(anime_id)
        return Profile(scores, name=name, **unscored)

    def all_ratings(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Everybody's ratings as user ids, anime ids and scores, each (n_ratings,), fan by fan."""
        table = self._run(
            "SELECT user_id, anime_id, score FROM ratings ORDER BY user_id", (), DuckDBPyConnection.fetchnumpy
        )
        return (
            np.asarray(table["user_id"], np.int64),
            np.asarray(table["anime_id"], np.int64),
            np.asarray(table["score"], np.float64),
        )

    def title_scores(self, anime_id: int) -> NDArray[np.int64]:
        """How many fans gave a title each score 1 ... 10, (10,); all 0 for a title without ratings."""
        return self._counts("WHERE anime_id = ?", [anime_id])

    def all_scores(self) -> NDArray[np.int64]:
        """How many ratings there are of each score 1 ... 10, (10,)."""
        return self._counts("", [])

    def _counts(self, where: str, parameters: list[Any]) -> NDArray[np.int64]:
        columns = ", ".join(f"coalesce(sum({column}), 0)::BIGINT" for column in SCORES)
        return np.array(self._run(f"SELECT {columns} FROM title_stats {where}", parameters)[0], np.int64)

    def close(self) -> None:
        self._connection.close()


@manifest.consistent
def _checked(folder: str | Path) -> tuple[manifest.Manifest, dict[str, Path]]:
    """The manifest, and the path of each of `_TABLES`, whose checksums hold."""
    read = manifest.read(folder)
    return read, {table: read.path(file) for table, (file, _) in _TABLES.items()}


def _typed(name: str) -> str:
    """A name as typed, without characters that the database does not accept."""
    return name.strip().encode("utf-8", "replace").decode("utf-8")
