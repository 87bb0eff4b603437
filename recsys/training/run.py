"""Input and output of every trainer, and the number of threads of a library."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from recsys.data.ratings import Lists, Ratings, Unscored
from recsys.models.base import Model


@dataclass(frozen=True)
class TrainingRun:
    """Input of a trainer: prepared lists, their folder, and run-time choices."""

    data: Path
    ratings: Ratings
    seed: int = 0
    n_threads: int = 1
    #: The catalogue, with the titles' content.
    catalogue: Path = Path("artifacts/catalogue.parquet")
    #: The device for torch: "auto", "cpu", "cuda" or "mps".
    device: str = "auto"
    #: A file to resume a killed training from, or None.
    checkpoint: Path | None = None
    #: The folder of raw lists with fans' demographics for training the hybrid, or None.
    demographics: Path | None = None
    #: Titles begun without a score, at the positions of `ratings`; None: there are none.
    unscored: Unscored | None = None
    #: Calls `fit(options, workers)` in several processes that train a network together, and gives the result; takes
    #: `fit` and the `RunOptions`. None: one process, this one.
    spread: Callable[[Callable[..., Any], Any], Any] | None = None

    @property
    def lists(self) -> Lists:
        return Lists(self.ratings, Unscored.none() if self.unscored is None else self.unscored)


@dataclass(frozen=True)
class Trained:
    """A model for serving, its configuration, and its errors on validation fans (both as JSON values)."""

    model: Model
    config: Mapping[str, Any]
    metrics: Mapping[str, Any] = field(default_factory=dict)


@contextmanager
def thread_count(library: ModuleType, n: int) -> Iterator[None]:
    """Let `library` (numba or torch) use `n` threads, and restore its number afterwards, also after an error."""
    before = library.get_num_threads()
    library.set_num_threads(n)
    try:
        yield
    finally:
        library.set_num_threads(before)
