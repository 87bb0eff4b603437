"""Fits the popularity baseline: damped title means and the variance of scores around them."""

import numpy as np

from recsys.holdout.reveal import fan_lists
from recsys.holdout.split import part_of
from recsys.models.popularity import Popularity
from recsys.training.calibration import calibrate, errors_by_count, no_band
from recsys.training.run import Trained, TrainingRun

#: Ratings at the overall mean that are added to those of a title and of a fan (Koren & Bell 2011 use 25 and 10).
ITEM_DAMPING = 25.0
FAN_DAMPING = 10.0


def train(run: TrainingRun) -> Trained:
    ratings = part_of(run.ratings, "train")
    n_items = len(ratings.item_ids)
    counts = np.bincount(ratings.items, minlength=n_items)
    mu = ratings.scores.mean()
    means = mu + np.bincount(ratings.items, ratings.scores - mu, n_items) / (ITEM_DAMPING + counts)

    errors = ratings.scores - means[ratings.items]
    n_users = len(ratings.user_ids)
    offsets = np.bincount(ratings.users, errors, n_users) / (
        FAN_DAMPING + np.bincount(ratings.users, minlength=n_users)
    )
    squares = (errors - offsets[ratings.users]) ** 2
    variances = (ITEM_DAMPING * squares.mean() + np.bincount(ratings.items, squares, n_items)) / (ITEM_DAMPING + counts)

    rated = counts > 0
    arrays = (
        ratings.item_ids[rated],
        counts[rated],
        means[rated].astype(np.float32),
        variances[rated].astype(np.float32),
    )
    fans = fan_lists(run.ratings, "validation", arrays[0], run.seed)
    plain = Popularity(*arrays, no_band(), FAN_DAMPING)
    model = Popularity(*arrays, calibrate(plain, plain.variance, fans), FAN_DAMPING)
    config = {"item_damping": ITEM_DAMPING, "fan_damping": FAN_DAMPING}
    return Trained(model, config, errors_by_count(model, fans))
