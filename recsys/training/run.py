"""What every trainer is given and gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recsys.data.ratings import Ratings
from recsys.models.base import Model


@dataclass(frozen=True)
class TrainingRun:
    """One training: prepared ratings, the folder that they come from, and run-time choices."""

    data: Path
    ratings: Ratings
    seed: int = 0
    n_threads: int = 1
    #: Where the titles' content is read from.
    catalogue: Path = Path("artifacts/catalogue.parquet")
    #: What torch computes on: "auto", "cpu", "cuda" or "mps".
    device: str = "auto"
    #: A file that a killed training continues from, or None.
    checkpoint: Path | None = None
    #: The folder of the raw lists whose fans' demographics the hybrid may train with, or None.
    demographics: Path | None = None


@dataclass(frozen=True)
class Trained:
    """A model ready to serve, how it was configured, and its errors on validation fans; both plain JSON."""

    model: Model
    config: Mapping[str, Any]
    metrics: Mapping[str, Any] = field(default_factory=dict)
