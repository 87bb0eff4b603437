"""Facts about the shipped data: the source of each file, and the distribution of its ratings."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from recsys.data import manifest
from recsys.data.ratings import SCORES, SPARSE
from recsys.errors import ArtifactError
from recsys.holdout.split import SHARES
from recsys.serving.sql_box import TABLES

#: Percent of a data set's fans whose ratings models are trained on; the others are held out, to tune and to test.
TRAIN_SHARE = SHARES["train"]


@dataclass(frozen=True)
class Source:
    """One shipped table: its data set and the command that wrote it. `of` are the packages that a catalogue was built
    from, as (name, version, licence)."""

    file: str
    rows: int
    data_set: str
    licence: str
    command: str
    date: str
    simulated: bool
    of: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class DataFacts:
    """`real_scores`, `community_scores` (10,): how often each score 1 … 10 was given. `raters` (n_titles,): real
    ratings of each rated title, by fans of all parts: training, validation and test. `list_lengths` (n_fans,): scored
    titles of each fan of the community, 0 for a fan who has only titles without a score. `simulated`: whether that
    community was drawn from a model. `sparsity`: what, how many are sparse, of how many, before the article's rule
    removed the sparse ones; empty when that was not recorded."""

    sources: tuple[Source, ...]
    real_scores: NDArray[np.int64]
    raters: NDArray[np.int64]
    community_scores: NDArray[np.int64]
    list_lengths: NDArray[np.int64]
    simulated: bool
    sparsity: tuple[tuple[str, int, int], ...]

    @property
    def n_ratings(self) -> int:
        """Real ratings, by fans of all parts."""
        return int(self.real_scores.sum())

    @property
    def sparse_titles(self) -> int:
        """Titles with fewer than `SPARSE` real ratings."""
        return int((self.raters < SPARSE).sum())

    @property
    def median_raters(self) -> float:
        return float(np.median(self.raters)) if len(self.raters) else 0.0

    @property
    def sparse_fans(self) -> int:
        """Fans of the community with fewer than `SPARSE` scores."""
        return int((self.list_lengths < SPARSE).sum())


@manifest.consistent
def read(folder: str | Path) -> DataFacts:
    """Raises `ArtifactError` when a file is missing or damaged."""
    described = manifest.read(folder)
    stats = _read(described, "title_stats.parquet", ["anime_id", "n_ratings", *SCORES])
    ratings = _read(described, "ratings.parquet", ["user_id", "score"])
    scores = ratings["score"].to_numpy().astype(np.int64)
    fans = np.unique(_read(described, "users.parquet", ["user_id"])["user_id"].to_numpy())
    rated, lengths = np.unique(ratings["user_id"].to_numpy(), return_counts=True)
    without_scores = len(fans) - int(np.isin(fans, rated).sum())
    return DataFacts(
        sources=tuple(_source(name, described.files[name]) for name in TABLES.values() if name in described.files),
        real_scores=np.array([stats[column].to_numpy().sum() for column in SCORES], np.int64),
        raters=stats["n_ratings"].to_numpy().astype(np.int64),
        community_scores=np.bincount(np.clip(scores, 1, 10), minlength=11)[1:],
        list_lengths=np.concatenate([np.zeros(without_scores, np.int64), lengths]),
        simulated=bool(described.files["ratings.parquet"].get("simulated", False)),
        sparsity=_sparsity(described.files.values()),
    )


def _read(described: manifest.Manifest, name: str, columns: list[str]) -> pa.Table:
    path = described.path(name)
    try:
        return pq.read_table(path, columns=columns)
    except (OSError, KeyError, ValueError, pa.ArrowException) as error:
        raise ArtifactError(f"{path} lacks a column ({error}). Restore it from the repository.") from None


def _source(file: str, entry: Mapping[str, Any]) -> Source:
    made = entry.get("made", {})
    packages = [
        tuple(str(one.get(key, "")) for key in ("name", "version", "licence")) for one in entry.get("sources", ())
    ]
    return Source(
        file=file,
        rows=int(entry.get("rows", 0)),
        data_set=str(entry.get("data_set", "")),
        licence=str(entry.get("licence", "")) or ", ".join(sorted({licence for _, _, licence in packages})),
        command=str(made.get("command", "")),
        date=str(made.get("date", "")),
        simulated=bool(entry.get("simulated", False)),
        of=tuple((name, version, terms) for name, version, terms in packages),
    )


def _sparsity(entries: Any) -> tuple[tuple[str, int, int], ...]:
    """From the first entry with a `sparsity`: `titles`, `sparse_titles`, `fans`, `sparse_fans`."""
    for entry in entries:
        if isinstance(given := entry.get("sparsity"), dict):
            return tuple(
                (what, int(given[f"sparse_{what}"]), int(given[what]))
                for what in ("titles", "fans")
                if what in given and f"sparse_{what}" in given
            )
    return ()
