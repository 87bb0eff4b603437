"""Read and write `catalogue.parquet` and `franchises.parquet`: all titles, held in columns.

Everything that derives from the collections of anime-lists (ODbL 1.0) is in `franchises.parquet` alone: which titles
belong together, their order, and the names of titles that no other source names.
"""

import functools
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from recsys import checks
from recsys.data import columns, manifest
from recsys.data.columns import list_parts, one_array, texts
from recsys.errors import ArtifactError, UnknownTitleError, first_line
from recsys.types import Title, positions_of

FILE = "catalogue.parquet"
FRANCHISES = "franchises.parquet"
_REMEDY = "Write both with python -m scripts.build_catalogue."
_LINK = pa.struct([("site", pa.string()), ("url", pa.string())])
SCHEMA = pa.schema(
    [
        pa.field("anime_id", pa.int32(), nullable=False),
        pa.field("title", pa.string(), nullable=False),
        ("title_english", pa.string()),
        ("title_japanese", pa.string()),
        ("synonyms", pa.list_(pa.string())),
        ("type", pa.string()),
        ("source", pa.string()),
        ("episodes", pa.int32()),
        ("duration_min", pa.float32()),
        ("year", pa.int16()),
        ("season", pa.string()),
        ("status", pa.string()),
        ("aired_from", pa.date32()),
        ("aired_to", pa.date32()),
        ("genres", pa.list_(pa.string())),
        ("themes", pa.list_(pa.string())),
        ("demographics", pa.list_(pa.string())),
        ("tags", pa.list_(pa.string())),
        ("studios", pa.list_(pa.string())),
        ("age_rating", pa.string()),
        pa.field("adult", pa.bool_(), nullable=False),
        ("mean_score", pa.float32()),
        pa.field("scored_by", pa.int32(), nullable=False),
        pa.field("members", pa.int32(), nullable=False),
        *((name, pa.int32()) for name in ("anilist_id", "kitsu_id")),
        ("image_url", pa.string()),
        pa.field("kind", pa.string(), nullable=False),
        ("streaming", pa.list_(_LINK)),
        ("franchise_id", pa.int32()),
        pa.field("watch_order", pa.int32(), nullable=False),
        ("requires", pa.list_(pa.int32())),
    ]
)
_LISTS = tuple(field.name for field in SCHEMA if pa.types.is_list(field.type))
#: The columns of `franchises.parquet` besides the id and the title.
_GROUPED = ("franchise_id", "watch_order", "requires")
_NAME = pa.field("title", pa.string())
#: The schemas of the files. `watch_order` is written with 16 bits where they are enough.
_STORED = {
    FILE: pa.schema([_NAME if field.name == "title" else field for field in SCHEMA if field.name not in _GROUPED]),
    FRANCHISES: pa.schema([SCHEMA.field("anime_id"), _NAME, *(SCHEMA.field(name) for name in _GROUPED)]),
}
#: Columns whose words filters know as genres.
_GENRE_COLUMNS = ("genres", "themes", "demographics")


def to_table(titles: Iterable[Title]) -> pa.Table:
    """The titles as a table of `SCHEMA`, ascending by id.

    Raises `ValueError` on a repeated id, and if titles require each other: nobody could begin them.
    """
    rows = sorted(titles, key=lambda title: title.anime_id)
    if len({title.anime_id for title in rows}) != len(rows):
        raise ValueError("a title appears twice in the catalogue")
    try:
        TopologicalSorter({row.anime_id: row.requires for row in rows}).prepare()
    except CycleError as error:
        raise ValueError(f"titles of the catalogue require each other: {error.args[1]}") from None
    columns: dict[str, list[Any]] = {name: [getattr(row, name) for row in rows] for name in SCHEMA.names}
    columns["streaming"] = [[{"site": site, "url": url} for site, url in links] for links in columns["streaming"]]
    return pa.table(columns, schema=SCHEMA)


def write(titles: Iterable[Title], path: Path, names_of_collections: AbstractSet[int] = frozenset()) -> int:
    """Write the titles to `path`, and their franchises to `FRANCHISES` beside it; gives the number of rows.

    `names_of_collections` are the titles whose names derive from the collections.
    """
    table = to_table(titles)
    rows = list(zip(table["anime_id"].to_pylist(), table["title"].to_pylist(), strict=True))
    kind = pa.int16() if max(table["watch_order"].to_pylist(), default=0) < 2**15 else pa.int32()
    for name, schema in _STORED.items():
        derived = name == FRANCHISES
        names = [title if (anime_id in names_of_collections) == derived else None for anime_id, title in rows]
        columns = {field.name: table[field.name] for field in schema} | {"title": pa.array(names, pa.string())}
        part = _with_order(pa.table(columns, schema=schema), kind)
        target = path if name == FILE else path.with_name(name)
        pq.write_table(part, target, compression="zstd", compression_level=19)
    return table.num_rows


def add_to(
    batch: manifest.Batch, titles: Iterable[Title], names_of_collections: AbstractSet[int] = frozenset(), **entry: Any
) -> int:
    """`write` both files as artifacts of a batch; `entry` describes the franchises in the manifest."""
    batch.path(FRANCHISES, **entry)
    rows = write(titles, batch.path(FILE), names_of_collections)
    for name in _STORED:
        batch.describe(name, rows=rows)
    return rows


class Catalogue:
    """All titles, ascending by anime id; a title's *position* in these columns is private to `recsys`.

    Arrays are read-only and of length n: `ids` int64; `types` and `kinds` fixed-width text ("" where unknown); `years`
    and `episodes` int32 (0 where unknown); `members` int32; `mean_scores` float32 (NaN where unknown); `adult` bool;
    `franchise_ids` int64 (a title without a franchise is one by itself); `genre_matrix` (n, n_genres) bool, columns
    named by `genres`: genres, themes and demographics alike. `requires` is CSR: the titles to watch before `i` are at
    `requires[1][requires[0][i] : requires[0][i + 1]]`.
    """

    def __init__(self, table: pa.Table) -> None:
        """`table` is as `to_table` gives it; use `load` or `from_rows`."""
        self._table = table.combine_chunks()
        self.ids = self._column("anime_id", 0, np.int64)
        self.types = _frozen(np.array([name or "" for name in self.column("type")], dtype="U7"))
        self.kinds = _frozen(np.array(self.column("kind"), dtype="U7"))
        self._watch_order = self._column("watch_order", 0, np.int32)
        self.years = self._column("year", 0, np.int32)
        self.episodes = self._column("episodes", 0, np.int32)
        self.members, self.scorers = (self._column(name, 0, np.int32) for name in ("members", "scored_by"))
        self.mean_scores = self._column("mean_score", np.nan, np.float32)
        self.adult = self._column("adult", False, np.bool_)
        franchises = self._column("franchise_id", -1, np.int64)
        self.franchise_ids = _frozen(np.where(franchises < 0, self.ids, franchises))
        self.genres, self.genre_matrix = self._genre_columns()
        offsets, required = list_parts(self._table, "requires")
        positions = self.positions(required.to_numpy(zero_copy_only=False))
        known = np.concatenate([[0], np.cumsum(positions >= 0)])
        self.requires = (_frozen(known[offsets]), _frozen(positions[positions >= 0]))
        self.title = functools.lru_cache(maxsize=2048)(self._title)

    @classmethod
    def load(cls, path: str | Path) -> "Catalogue":
        """Read `catalogue.parquet` and the franchises beside it.

        Raises `ArtifactError` naming the file if either is missing, damaged or anything else.
        """
        path = Path(path)
        titles, franchises = _read(path, FILE), _read(path.with_name(FRANCHISES), FRANCHISES)
        if titles["anime_id"] != franchises["anime_id"]:
            raise ArtifactError(f"{path} and {FRANCHISES} beside it have other titles. {_REMEDY}")
        names = [texts(one_array(table, "title")) for table in (titles, franchises)]
        names = pa.array(np.where(titles["title"].is_null(), names[1], names[0]), pa.string())
        if names.null_count:
            raise ArtifactError(f"{path} is not a catalogue: column title has empty values. {_REMEDY}")
        columns = {**{name: titles[name] for name in titles.column_names}, "title": names}
        columns |= {name: franchises[name] for name in _GROUPED}
        catalogue = cls(pa.table(columns, schema=SCHEMA))
        del titles, franchises, columns, names
        pa.default_memory_pool().release_unused()  # reading took ten times what the table needs
        return catalogue

    @classmethod
    def from_rows(cls, titles: Iterable[Title]) -> "Catalogue":
        return cls(to_table(titles))

    def __len__(self) -> int:
        return self._table.num_rows

    def position(self, anime_id: int) -> int:
        """Raises `UnknownTitleError` for an id that the catalogue does not hold, `ProfileError` if it is no number."""
        position = int(self.positions([checks.whole_number("An anime id", anime_id)])[0])
        if position < 0:
            raise UnknownTitleError(f"No title has the id {anime_id} in this catalogue; search for its name instead.")
        return position

    def positions(self, anime_ids: NDArray[np.integer] | Iterable[int]) -> NDArray[np.intp]:
        """Positions of many ids, -1 where unknown."""
        return positions_of(self.ids, anime_ids)

    def franchise(self, anime_id: int) -> tuple[int, ...]:
        """The ids of a title's franchise in watch order, its own among them. Raises `UnknownTitleError`."""
        members = np.flatnonzero(self.franchise_ids == self.franchise_ids[self.position(anime_id)])
        return tuple(self.ids[members[np.argsort(self._watch_order[members], kind="stable")]].tolist())

    def titles(self) -> list[Title]:
        """Every title, ascending by id. Slow: for building, not for serving."""
        return [_to_title(row) for row in self._table.to_pylist()]

    def column(self, name: str) -> list[Any]:
        """One column as Python values, by position."""
        column = one_array(self._table, name)
        return list(texts(column)) if column.type == pa.string() else column.to_pylist()

    def words(self, name: str) -> tuple[NDArray[np.intp], pa.Array]:
        """All texts of a column of texts or of lists of texts, (n_words,), and the position of each one's title."""
        column = one_array(self._table, name)
        if column.type == pa.string():
            return np.flatnonzero(column.is_valid().to_numpy(zero_copy_only=False)), column.drop_null()
        offsets, flat = list_parts(self._table, name)
        return np.repeat(np.arange(len(self)), np.diff(offsets)), flat

    def _title(self, position: int) -> Title:
        """The title at a position (0 <= position < n)."""
        return _to_title(self._table.slice(int(position), 1).to_pylist()[0])

    def _column(self, name: str, unknown: Any, dtype: Any) -> NDArray[Any]:
        column = one_array(self._table, name)
        values = column.to_numpy(zero_copy_only=False)  # empty values make it float with NaN
        return _frozen((np.where(np.isnan(values), unknown, values) if column.null_count else values).astype(dtype))

    def _genre_columns(self) -> tuple[tuple[str, ...], NDArray[np.bool_]]:
        lists = [self.words(name) for name in _GENRE_COLUMNS]
        words, rows = np.concatenate([texts(flat) for _, flat in lists]), np.concatenate([at for at, _ in lists])
        names = sorted(set(words))
        columns = {name: column for column, name in enumerate(names)}
        matrix = np.zeros((len(self), len(names)), dtype=bool)
        matrix[rows, [columns[word] for word in words]] = True
        return tuple(names), _frozen(matrix)


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    array.flags.writeable = False
    return array


def _to_title(row: Mapping[str, Any]) -> Title:
    lists = {name: tuple(row[name] or ()) for name in _LISTS}
    links = tuple((link["site"], link["url"]) for link in row["streaming"] or ())
    return Title(**{**row, **lists, "streaming": links})


def _read(path: Path, name: str) -> pa.Table:
    """The table of one file. Raises `ArtifactError` if it is missing, damaged or anything else."""
    try:
        table = pq.ParquetFile(path).read(use_threads=False)
    except FileNotFoundError:
        raise ArtifactError(f"{path} is missing; write it with python -m scripts.build_catalogue.") from None
    except (OSError, pa.ArrowException, ValueError, MemoryError) as error:
        raise ArtifactError(f"{path} is damaged or not a Parquet file ({first_line(error)}).") from None
    table = _with_order(table, pa.int32())
    fault = columns.fault(table, _STORED[name])
    if fault:
        raise ArtifactError(f"{path} is not a catalogue: {fault}. {_REMEDY}")
    return table


def _with_order(table: pa.Table, kind: pa.DataType) -> pa.Table:
    """The table with its `watch_order`, if it has one of 16 or 32 bits, as the integer type `kind`."""
    at = table.schema.get_field_index("watch_order")  # -1 also where two columns have that name
    if at < 0 or table.schema.field(at).type not in (pa.int16(), pa.int32()):
        return table
    return table.set_column(at, table.schema.field(at).with_type(kind), table.column(at).cast(kind))
