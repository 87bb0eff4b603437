"""Content features of all titles of the catalogue, rated or not, for `hybrid`."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from recsys.data.catalogue import Catalogue
from recsys.errors import ArtifactError

#: Lower ends of the bins; 0 is unknown.
EPISODES = (0, 1, 2, 3, 8, 14, 27, 60)
YEARS = (0, 1, 1980, 1990, 1995, 2000, 2003, 2006, 2009, 2012, 2014, 2016, 2018)
MEMBERS = (0, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
#: A value that fewer titles have is no feature.
_FEWEST = 20


@dataclass(frozen=True)
class Content:
    """By title, in order of id: `item_ids` (n,), `features` (n, n_features) of 0 and 1 with their `names`, and
    `franchises` (n,), equal numbers for titles of the same franchise."""

    item_ids: NDArray[np.int64]
    features: NDArray[np.float32]
    names: list[str]
    franchises: NDArray[np.int64]


def load(path: Path, members: bool = False) -> Content:
    """Read the content of all titles of the catalogue at `path`.

    Features: genres, type, episodes, year, season, source, age rating, and whether the title continues another. Empty
    columns give no features. `members` adds the member count, which a new title does not have yet.
    Raises `ArtifactError` if the catalogue is missing.
    """
    if not path.exists():
        raise ArtifactError(f"{path} is missing; write it with python -m scripts.build_catalogue.")
    catalogue = Catalogue.load(path)
    table = pq.read_table(path, columns=["season", "source", "age_rating"])
    columns: dict[str, NDArray] = {}
    for place, genre in enumerate(catalogue.genres):
        columns[f"genre {genre}"] = catalogue.genre_matrix[:, place]
    for name, values in {"type": catalogue.types, **{c: _text(table, c) for c in table.column_names}}.items():
        columns |= {f"{name} {value}": values == value for value in np.unique(values) if value}
    bins = {"episodes": (catalogue.episodes, EPISODES), "year": (catalogue.years, YEARS)}
    if members:
        bins["members"] = (catalogue.members, MEMBERS)
    for name, (values, lows) in bins.items():
        place = np.searchsorted(lows, values, side="right") - 1
        columns |= {f"{name} from {low}": place == i for i, low in enumerate(lows)}
    columns["continues another"] = np.diff(catalogue.requires[0]) > 0
    enough = {name: values for name, values in columns.items() if values.sum() >= _FEWEST}
    features = np.column_stack(list(enough.values())).astype(np.float32)
    return Content(catalogue.ids, features, list(enough), catalogue.franchise_ids)


def _text(table, column: str) -> NDArray:
    return np.array(table[column].fill_null("").to_pylist(), dtype=str)
