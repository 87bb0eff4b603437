"""Make a raw set of lists of any size, in the schema of azathoth42/myanimelist, from random numbers alone.

It is for tests of speed and size, not of quality: popularity follows a power law, tastes and scores have a low-rank
structure that an SVD can find, the rest is noise. Fans are made in blocks, so memory does not grow with their number.
"""

import gzip
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

from recsys.simulation.lists import draw_names
from recsys.statuses import COMPLETED, DROPPED, ON_HOLD, PLANNED, WATCHING

LIST_COLUMNS = (
    "username anime_id my_watched_episodes my_start_date my_finish_date my_score my_status my_rewatching "
    "my_rewatching_ep my_last_updated my_tags"
)
_RANK = 12
_BLOCK = 1000
#: Log-normal lengths, as in real sets; 288 rows on average, as in the article's.
_LOG_LENGTH = (5.10, 1.05)
_SHARE_UNSCORED = 0.36
_STATUSES = np.array([WATCHING, COMPLETED, ON_HOLD, DROPPED, PLANNED], np.int8)
_STATUS_SCORED = [0.05, 0.87, 0.04, 0.04, 0.0]
_STATUS_UNSCORED = [0.08, 0.16, 0.06, 0.05, 0.65]
_NOISE = 1.1
_FIRST_DAY, _DAYS = np.datetime64("2008-01-01", "s"), 10 * 365


def write(
    folder: str | Path,
    n_fans: int,
    n_titles: int,
    seed: int = 0,
    gz: bool = False,
    progress: Callable[[Iterable[int]], Iterable[int]] = iter,
) -> dict[Path, int]:
    """Write animelists_cleaned, anime_cleaned and users_cleaned as CSV. Return rows by path.

    A score is title + fan + taste · factors + noise, rounded to 1-10. `progress` wraps the loop over blocks.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    anime_ids = np.sort(rng.choice(np.arange(1, 6 * n_titles), n_titles, replace=False)).astype(np.int32)
    names = pa.array(draw_names(n_fans, rng))
    user_ids = np.arange(1, n_fans + 1)
    parts = ("animelists_cleaned", "anime_cleaned", "users_cleaned")
    paths = [folder / f"{part}.csv{'.gz' if gz else ''}" for part in parts]
    _write(paths[1], [_titles(anime_ids, rng)])
    _write(paths[2], [pa.table({"username": names, "user_id": user_ids})])
    generator = _ListGenerator(n_titles, rng)
    rows = _write(
        paths[0],
        (
            _rows(names, anime_ids, *generator.draw(user_ids[start : start + _BLOCK] - 1, rng), rng)
            for start in progress(range(0, n_fans, _BLOCK))
        ),
        quoting="none",
    )
    return dict(zip(paths, (rows, n_titles, n_fans), strict=True))


class _ListGenerator:
    """The titles' parameters, from which lists are drawn."""

    def __init__(self, n_titles: int, rng: np.random.Generator) -> None:
        rank = rng.permutation(n_titles)
        self.exposure_bias = (-1.4 * np.log(rank + 20)).astype(np.float32)
        self.by_popularity = np.argsort(rank)
        self.exposure = rng.normal(0, 0.35, (n_titles, _RANK)).astype(np.float32)
        self.quality = rng.normal(7.2, 0.7, n_titles).astype(np.float32)
        self.factors = rng.normal(0, 0.3, (n_titles, _RANK)).astype(np.float32)

    def draw(
        self, fans: NDArray[np.integer], rng: np.random.Generator
    ) -> tuple[NDArray[np.integer], NDArray[np.intp], NDArray[np.int8]]:
        """Draw the lists of `fans` (n,), as rows: fan, position of the title, score (0: unscored)."""
        n_titles = len(self.quality)
        tastes = rng.normal(size=(len(fans), _RANK)).astype(np.float32)
        lengths = np.clip(rng.lognormal(*_LOG_LENGTH, len(fans)), 5, n_titles / 2)
        logits = self.exposure_bias + tastes @ self.exposure.T
        step = max(n_titles // 500, 1)  # a sample of some hundred titles is enough for a fan's level
        level = _levels(logits[:, self.by_popularity[step // 2 :: step]], lengths / step)
        chance = 1 / (1 + np.exp(-level[:, None] - logits))
        rows, items = np.nonzero(rng.random(chance.shape, dtype=np.float32) < chance)
        scores = self.quality[items] + np.einsum("ij,ij->i", self.factors[items], tastes[rows])
        scores += rng.normal(0, 0.8, len(fans)).astype(np.float32)[rows]
        scores += _NOISE * rng.standard_normal(len(items), dtype=np.float32)
        rounded = np.clip(np.rint(scores), 1, 10).astype(np.int8)
        rounded[rng.random(len(items), dtype=np.float32) < _SHARE_UNSCORED] = 0
        return fans[rows], items, rounded


def _rows(
    names: pa.Array,
    anime_ids: NDArray[np.int32],
    fans: NDArray[np.integer],
    items: NDArray[np.intp],
    scores: NDArray[np.int8],
    rng: np.random.Generator,
) -> pa.Table:
    n = len(fans)
    status = np.where(
        scores > 0,
        _STATUSES[np.searchsorted(np.cumsum(_STATUS_SCORED)[:-1], rng.random(n))],
        _STATUSES[np.searchsorted(np.cumsum(_STATUS_UNSCORED)[:-1], rng.random(n))],
    )
    updated = _FIRST_DAY + rng.integers(0, _DAYS * 86_400, n).astype("timedelta64[s]")
    date, empty = pa.repeat("0000-00-00", n), pa.repeat("", n)
    return pa.table(
        [
            names.take(pa.array(fans)),
            anime_ids[items],
            rng.integers(0, 27, n).astype(np.int8),
            date,
            date,
            scores,
            status,
            empty,
            pa.repeat(0, n),
            pa.array(updated),
            empty,
        ],
        names=LIST_COLUMNS.split(),
    )


def _levels(logits: NDArray[np.floating], lengths: NDArray[np.floating]) -> NDArray[np.floating]:
    """What to add to each fan's `logits` (n, n_items) for an expected length of `lengths` (n,), by Newton's method."""
    level = np.full(len(logits), -4, np.float32)
    for _ in range(60):
        chance = 1 / (1 + np.exp(-level[:, None] - logits))
        excess = chance.sum(axis=1) - lengths
        if np.abs(excess).max() < 0.5:
            break
        slope = (chance * (1 - chance)).sum(axis=1)
        level -= np.clip(excess / np.maximum(slope, 1e-3), -1, 1).astype(np.float32)
    return level


def _titles(anime_ids: NDArray[np.int32], rng: np.random.Generator) -> pa.Table:
    n = len(anime_ids)
    return pa.table(
        {
            "anime_id": anime_ids,
            "title": [f"Simulated title {anime_id}" for anime_id in anime_ids],
            "type": rng.choice(["TV", "Movie", "OVA", "Special"], n),
            "episodes": rng.integers(1, 27, n),
            "genre": rng.choice(["Action, Drama", "Comedy", "Romance, Slice of Life", "Sci-Fi"], n),
            "score": rng.normal(7, 0.7, n).round(2),
            "members": rng.integers(100, 1_000_000, n),
        }
    )


def _write(path: Path, tables: Iterable[pa.Table], quoting: Literal["needed", "none"] = "needed") -> int:
    """Write tables of one schema to one CSV file; return the number of rows."""
    options = csv.WriteOptions(quoting_style=quoting, quoting_header=quoting)
    rows = 0
    with gzip.open(path, "wb", compresslevel=1) if path.suffix == ".gz" else path.open("wb") as file:
        batches = iter(tables)
        first = next(batches)
        with csv.CSVWriter(file, first.schema, write_options=options) as writer:
            for table in chain([first], batches):
                writer.write_table(table)
                rows += table.num_rows
    return rows
