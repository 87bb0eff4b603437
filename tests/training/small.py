"""A small data set with known tastes: two groups of fans, two genres of titles, scores by group and genre."""

from pathlib import Path

import numpy as np

from recsys.data import catalogue
from recsys.data.ratings import Ratings
from recsys.training.run import TrainingRun
from recsys.types import Title

N_FANS, N_TITLES, N_UNRATED = 300, 60, 6


def ratings(seed: int = 0) -> Ratings:
    """Fans with even ids mostly watch even titles and score them 9, odd ones 5; fans with odd ids the reverse."""
    rng = np.random.default_rng(seed)
    user_ids, item_ids = np.arange(1, N_FANS + 1), np.arange(10, 10 + N_TITLES)
    alike = (user_ids[:, None] - item_ids) % 2 == 0
    watched = rng.random(alike.shape) < np.where(alike, 0.6, 0.2)
    scores = np.clip(np.where(alike, 9.0, 5.0) + rng.normal(0, 0.7, alike.shape).round(), 1, 10)
    users, items = np.nonzero(watched)
    return Ratings(user_ids, item_ids, users.astype(np.int32), items.astype(np.int32), scores[users, items])


def write_catalogue(path: Path) -> Path:
    """Write the titles, with genre Even or Odd, followed by unrated ones."""
    ids = range(10, 10 + N_TITLES + N_UNRATED)
    rows = [Title(i, f"Title {i}", type="TV", genres=("Odd" if i % 2 else "Even",), year=2010) for i in ids]
    catalogue.write(rows, path)
    return path


def run(folder: Path, **changed) -> TrainingRun:
    return TrainingRun(
        folder, ratings(), catalogue=write_catalogue(folder / "catalogue.parquet"), device="cpu", **changed
    )
