"""The map of titles for a page: coordinates joined with the catalogue, names of regions, neighbours."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recsys.data import atlas, manifest
from recsys.data.catalogue import Catalogue
from recsys.types import positions_of

#: Kinds of titles that the map colours, each with its genres; a title is of the first kind that has one of its genres.
KINDS: dict[str, tuple[str, ...]] = {
    "Music": ("Music",),
    "Ecchi & harem": ("Ecchi", "Harem", "Hentai"),
    "Mecha & science fiction": ("Mecha", "Space", "Sci-Fi"),
    "Dark & mysterious": ("Horror", "Mystery", "Psychological", "Thriller", "Dementia", "Vampire"),
    "Romance & everyday life": (
        "Romance",
        "Shoujo",
        "Josei",
        "Slice of Life",
        "Shounen Ai",
        "Shoujo Ai",
        "Yaoi",
        "Yuri",
    ),
    "Fantasy & magic": ("Fantasy", "Magic", "Supernatural", "Demons"),
    "Action & adventure": ("Action", "Adventure", "Martial Arts", "Samurai", "Historical", "Sports"),
}
OTHER = "Comedy, children's and other"

_CELLS = 36
#: Half the side of the square of cells in which a region's share is counted.
_REACH = 2
#: A region holds at least this many titles of its genre, which are at least this share of the titles there and this
#: many times their share of the whole map; regions are at least this far apart, in standard deviations of the map.
_MIN_TITLES, _MIN_SHARE, _MIN_LIFT, _APART = 15, 0.25, 1.8, 0.45
_PRIOR = 30
_BEST = 4


@dataclass(frozen=True)
class Region:
    """Where a genre is densest: the centre of its titles there, and the indices of the most watched of them, one of
    each franchise."""

    name: str
    x: float
    y: float
    best: tuple[int, ...]


@dataclass(frozen=True)
class TitleMap:
    """Titles on the map, in columns (n,): `anime_ids` ascending, `x`, `y`, `members`, `years` (0 where unknown) and
    `kinds` (indices into `KINDS`, and its length for others). `regions` are few, the densest first."""

    anime_ids: NDArray[np.int64]
    x: NDArray[np.float32]
    y: NDArray[np.float32]
    members: NDArray[np.integer]
    years: NDArray[np.integer]
    kinds: NDArray[np.integer]
    regions: tuple[Region, ...]

    def at(self, anime_id: int) -> int | None:
        """The index of a title, or None when it is not on the map."""
        found = self.find([anime_id])
        return int(found[0]) if len(found) else None

    def find(self, anime_ids: Iterable[int]) -> NDArray[np.intp]:
        """Indices of those `anime_ids` that are on the map, in their order."""
        found = positions_of(self.anime_ids, anime_ids)
        return found[found >= 0]

    def nearest(self, index: int, n: int = 10) -> NDArray[np.intp]:
        """Indices of the `n` titles nearest to one, nearest first."""
        apart = np.hypot(self.x - self.x[index], self.y - self.y[index])
        apart[index] = np.inf
        n = min(n, len(apart) - 1)
        return np.argsort(apart, kind="stable")[:n]

    def famous(self, n: int, apart: tuple[float, float]) -> list[int]:
        """Indices of up to `n` of the most watched titles whose names fit on the map: none is within `apart` (x, y) of
        another or of a region's centre."""
        taken = [(region.x, region.y) for region in self.regions]
        chosen: list[int] = []
        for i in np.argsort(-self.members, kind="stable")[: 40 * n]:
            x, y = float(self.x[i]), float(self.y[i])
            if all(abs(x - a) >= apart[0] or abs(y - b) >= apart[1] for a, b in taken):
                taken.append((x, y))
                chosen.append(int(i))
            if len(chosen) == n:
                break
        return chosen


@manifest.consistent
def load(folder: str | Path, catalogue: Catalogue, *, adult: bool = False) -> TitleMap:
    """Read the map in `folder`, with or without adult titles. Raises `ArtifactError` when it is missing or damaged."""
    places = atlas.load(manifest.read(folder).path(atlas.FILE))
    positions = catalogue.positions(places.anime_ids)
    shown = positions >= 0
    shown &= adult | ~catalogue.adult[positions]
    positions, x, y = positions[shown], places.x[shown], places.y[shown]
    return TitleMap(
        places.anime_ids[shown],
        x,
        y,
        catalogue.members[positions],
        catalogue.years[positions],
        _kinds(catalogue.genres, catalogue.genre_matrix[positions]),
        tuple(_regions(x, y, catalogue, positions)),
    )


def _kinds(names: tuple[str, ...], genres: NDArray[np.bool_]) -> NDArray[np.int8]:
    kinds = np.full(len(genres), len(KINDS), dtype=np.int8)
    for kind, wanted in reversed(list(enumerate(KINDS.values()))):
        columns = [column for column, name in enumerate(names) if name in wanted]
        kinds[genres[:, columns].any(axis=1)] = kind
    return kinds


def _regions(
    x: NDArray[np.float32], y: NDArray[np.float32], catalogue: Catalogue, positions: NDArray[np.intp]
) -> list[Region]:
    """Where each genre's share of the titles nearby is highest, if that is far above its share of all; the densest
    first, none too near to one before it."""
    if not len(x):
        return []
    columns, rows = (np.digitize(v, np.linspace(v.min(), v.max() + 1e-6, _CELLS + 1)) - 1 for v in (x, y))
    everything = _around(rows, columns)
    members, franchises = catalogue.members[positions], catalogue.franchise_ids[positions]
    found: list[tuple[float, Region]] = []
    for genre, name in enumerate(catalogue.genres):
        has = catalogue.genre_matrix[positions, genre]
        counts = _around(rows[has], columns[has])
        # As if `_PRIOR` average titles more were there: otherwise the few titles at the map's edge would win.
        mixed = (counts + _PRIOR * has.mean()) / (everything + _PRIOR)
        share = np.where(counts >= _MIN_TITLES, mixed, 0)
        row, column = np.unravel_index(np.argmax(share), share.shape)
        lift = share[row, column] / max(has.mean(), 1 / len(has))
        if lift >= _MIN_LIFT and share[row, column] >= _MIN_SHARE:
            near = np.flatnonzero(has & (abs(rows - row) <= _REACH) & (abs(columns - column) <= _REACH))
            ordered = near[np.argsort(-members[near], kind="stable")]
            _, first = np.unique(franchises[ordered], return_index=True)
            best = ordered[np.sort(first)][:_BEST]
            middle = float(x[near].mean()), float(y[near].mean())
            found.append((lift * share[row, column], Region(name, *middle, tuple(best.tolist()))))
    chosen: list[Region] = []
    for _, region in sorted(found, key=lambda pair: -pair[0]):
        if all(np.hypot(region.x - other.x, region.y - other.y) > _APART for other in chosen):
            chosen.append(region)
    return chosen


def _around(rows: NDArray[np.integer], columns: NDArray[np.integer]) -> NDArray[np.int64]:
    """How many titles lie within `_REACH` cells of each cell, (_CELLS, _CELLS)."""
    counts = np.zeros((_CELLS, _CELLS), dtype=np.int64)
    np.add.at(counts, (rows, columns), 1)
    padded = np.pad(counts, _REACH)
    side = 2 * _REACH + 1
    return np.lib.stride_tricks.sliding_window_view(padded, (side, side)).sum(axis=(2, 3))
