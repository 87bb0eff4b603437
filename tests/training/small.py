"""A small data set with known tastes: two camps of fans, two genres of titles, scores by camp and genre; and fans of
the same camps who give no scores and watch recent titles."""

from pathlib import Path

import numpy as np

from recsys.data import catalogue
from recsys.data.ratings import Lists, Ratings, Unscored
from recsys.training.run import TrainingRun
from recsys.types import Title

#: Fans with scores; rated titles; titles that nobody has begun.
N_FANS, N_TITLES, N_UNRATED = 300, 60, 6
#: Fans without scores, and titles of 2022 that only they watch.
N_WATCHERS, N_RECENT = 240, 20
#: MyAnimeList's numbers of the statuses.
WATCHING, COMPLETED = 1, 2


def ratings(seed: int = 0) -> Ratings:
    """Fans with even ids mostly watch even titles and score them 9, odd ones 5; fans with odd ids the reverse."""
    rng = np.random.default_rng(seed)
    user_ids, item_ids = np.arange(1, N_FANS + 1), np.arange(10, 10 + N_TITLES)
    alike = (user_ids[:, None] - item_ids) % 2 == 0
    watched = rng.random(alike.shape) < np.where(alike, 0.6, 0.2)
    scores = np.clip(np.where(alike, 9.0, 5.0) + rng.normal(0, 0.7, alike.shape).round(), 1, 10)
    users, items = np.nonzero(watched)
    return Ratings(user_ids, item_ids, users.astype(np.int32), items.astype(np.int32), scores[users, items])


def lists(seed: int = 0) -> Lists:
    """`ratings`, and fans without scores: with even ids they watch even titles, mostly recent ones, which follow the
    rated ones; with odd ids odd ones. They are watching the recent ones and have completed the others."""
    rng, scored = np.random.default_rng([seed, 1]), ratings(seed)
    user_ids = np.arange(1, N_FANS + N_WATCHERS + 1)
    item_ids = np.arange(10, 10 + N_TITLES + N_RECENT)
    alike = (user_ids[N_FANS:, None] - item_ids) % 2 == 0
    recent = item_ids >= 10 + N_TITLES
    watched = rng.random(alike.shape) < np.where(recent, 0.6, 0.15) * np.where(alike, 1, 0.15)
    users, items = np.nonzero(watched)
    statuses = np.where(recent[items], WATCHING, COMPLETED).astype(np.int8)
    begun = Unscored((users + N_FANS).astype(np.int32), items.astype(np.int32), statuses)
    return Lists(Ratings(user_ids, item_ids, scored.users, scored.items, scored.scores), begun)


def titles() -> list[Title]:
    """Rated titles of 2010, recent ones of 2022, and unrated ones of 2010; the genre is Even or Odd. The mean score is
    known of every second title of a genre."""
    return [
        Title(
            number,
            f"Title {number}",
            type="TV",
            genres=("Odd" if number % 2 else "Even",),
            year=2022 if 10 + N_TITLES <= number < 10 + N_TITLES + N_RECENT else 2010,
            mean_score=7.0 if number % 4 < 2 else None,
        )
        for number in range(10, 10 + N_TITLES + N_RECENT + N_UNRATED)
    ]


def write_catalogue(path: Path) -> Path:
    """Write `titles`."""
    catalogue.write(titles(), path)
    return path


def run(folder: Path, **changed) -> TrainingRun:
    both = lists()
    return TrainingRun(
        folder,
        both.ratings,
        catalogue=write_catalogue(folder / "catalogue.parquet"),
        device="cpu",
        unscored=both.unscored,
        **changed,
    )
