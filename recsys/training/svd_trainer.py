"""Trains the SVD that ships: title parameters by gradient descent, the fans' distribution, calibrated bands."""

from dataclasses import asdict

import numpy as np

from recsys.evaluation.reveal import fan_lists
from recsys.models.svd import SVD as ServingSVD
from recsys.training import prior
from recsys.training.calibration import calibrate, errors_by_count, no_band
from recsys.training.run import Trained, TrainingRun, part_of
from recsys.training.svd import PRESETS, SVD

#: Degrees of freedom of the prior on a fan's own variance.
FAN_DOF = 20.0
NOISE = 1.2


def train(run: TrainingRun, preset: str = "tuned") -> Trained:
    config = PRESETS[preset]
    ratings = part_of(run.ratings, "train")
    svd = SVD.from_config(config, random_state=run.seed, n_threads=run.n_threads)
    svd.fit_arrays(ratings.users, ratings.items, ratings.scores, len(ratings.user_ids), len(ratings.item_ids))
    fans_prior = prior.moments(svd.bu, svd.pu)
    rated = np.flatnonzero(svd.item_rows >= 0)
    rows = svd.item_rows[rated]
    titles = np.column_stack([np.ones(len(rows)), svd.qi[rows]])
    base = svd.global_mean + svd.bi[rows] + titles @ fans_prior.mean
    factors = (titles @ np.linalg.cholesky(fans_prior.cov)).astype(np.float16).astype(np.float32)
    arrays = ratings.item_ids[rated], base.astype(np.float32), factors, np.full(len(rows), NOISE, np.float32)
    fans = fan_lists(run.ratings, "validation", arrays[0], run.seed)
    plain = ServingSVD(*arrays, no_band(), FAN_DOF)
    model = ServingSVD(*arrays, calibrate(plain, plain.variance, fans), FAN_DOF)
    return Trained(model, {"preset": preset, **asdict(config)}, errors_by_count(model, fans))
