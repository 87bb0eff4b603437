"""What the columns of the catalogue's files may hold: types, ranges and words. Also Arrow columns as numpy arrays."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recsys.types import MAX_ANIME_ID

#: Column -> its lowest and highest value.
_RANGES = {
    "episodes": (0, 1e6), "duration_min": (0, 1e5), "year": (0, 3000), "mean_score": (0, 10),
    "scored_by": (0, MAX_ANIME_ID), "members": (0, MAX_ANIME_ID), "watch_order": (0, MAX_ANIME_ID),
    "franchise_id": (0, MAX_ANIME_ID),
}  # fmt: skip
#: Column -> its words.
_WORDS = {"kind": {"main", "special", "recap", "music"}}


def fault(table: pa.Table, schema: pa.Schema) -> str | None:
    """Why the table is not one of `schema`, or None."""
    for field in schema:
        if table.column_names.count(field.name) > 1:
            return f"column {field.name} is there twice"
        if field.name not in table.column_names:
            return f"column {field.name} is missing"
        if not table.schema.field(field.name).type.equals(field.type):
            return f"column {field.name} is {table.schema.field(field.name).type}, not {field.type}"
        if not field.nullable and table[field.name].null_count:
            return f"column {field.name} has empty values"
        if pa.types.is_list(field.type) and list_parts(table, field.name)[1].null_count:
            return f"column {field.name} has empty values"
    if table.column_names != schema.names:
        return "it has other columns than a catalogue"
    ids = table["anime_id"].to_numpy()
    if len(ids) == 0:
        return "it holds no title"
    if ids[0] < 1 or ids[-1] > MAX_ANIME_ID or np.any(np.diff(ids.astype(np.int64)) <= 0):
        return "anime ids are not positive and ascending"
    for field in schema:
        if wrong := _out_of_range(field.name, table[field.name]):
            return wrong
    if "streaming" in schema.names:
        links = texts(list_parts(table, "streaming")[1].field("url"))
        images = (url for url in texts(one_array(table, "image_url")) if url is not None)
        if not all(url and url.startswith(("https://", "http://")) for urls in (links, images) for url in urls):
            return "a link is not a web address"
    return None


def _out_of_range(name: str, column: pa.ChunkedArray) -> str | None:
    if name in _WORDS:
        strange = set(column.unique().to_pylist()) - _WORDS[name]
        return f"column {name} has the word {strange.pop()!r:.40}" if strange else None
    if name not in _RANGES:
        return None
    low, high = _RANGES[name]
    values = column.drop_null().to_numpy()
    if len(values) and not (values.min() >= low and values.max() <= high):  # false for NaN
        return f"column {name} has a value that is not from {low:g} to {high:g}"
    return None


def one_array(table: pa.Table, name: str) -> pa.Array:
    """A column as one array."""
    column = table[name]
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks or [pa.array([], column.type)])


def list_parts(table: pa.Table, name: str) -> tuple[NDArray[np.int64], pa.Array]:
    """Row offsets (n+1,) and flat values of a list column; null is an empty list."""
    column = one_array(table, name)
    offsets = column.offsets.to_numpy().astype(np.int64)
    return offsets - offsets[0], column.values[offsets[0] : offsets[-1]]


def texts(column: pa.Array) -> NDArray[np.object_]:
    """Text as Python strings, None where empty; fast."""
    return column.to_numpy(zero_copy_only=False)


def counts(table: pa.Table, name: str) -> NDArray[np.int64]:
    """A column of counts or ids. Raises ValueError, naming it, if it holds anything else."""
    column = table[name]
    if not pa.types.is_integer(column.type) or column.null_count:
        raise ValueError(f"column {name} is {column.type} with {column.null_count} empty values, not whole numbers")
    values = column.to_numpy()
    if len(values) and not 0 <= values.min() <= values.max() <= 2**53:
        raise ValueError(f"column {name} has a value that is not from 0 to 2^53")
    return values.astype(np.int64)
