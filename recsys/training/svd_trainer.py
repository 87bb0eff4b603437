"""Trains the shipped SVD: title parameters by gradient descent, the fans' prior, calibrated bands."""

from dataclasses import asdict, dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from recsys.data.ratings import Ratings
from recsys.holdout.metrics import rmse
from recsys.holdout.reveal import FanLists, fan_lists
from recsys.holdout.split import part_of
from recsys.models import svd as serving
from recsys.models.base import clip
from recsys.training import prior
from recsys.training.calibration import calibrate, errors_by_count, no_band
from recsys.training.order import best_score_weight, order_by_count
from recsys.training.run import Trained, TrainingRun
from recsys.training.svd import PRESETS, SVD, SVDConfig
from recsys.types import positions_of


@dataclass(frozen=True)
class FoldInConfig:
    """Hyperparameters of fold-in, chosen on validation fans."""

    #: Number of factors kept, in order of variance.
    n_factors: int = 64
    #: Iterations of expectation-maximisation before each of the two estimates of the noise.
    n_iterations: int = 2
    #: Degrees of freedom of the prior on the ratio of one fan's variance to that of all fans.
    fan_dof: float = 10.0
    #: Initial value of the noise variance.
    first_noise: float = 1.3


#: Numbers of known ratings at which the noise is estimated: many, so that uncertainty about the fan is small.
_NOISE_COUNTS = (20, 50, 100)


def train(run: TrainingRun, preset: str = "tuned", config: FoldInConfig = FoldInConfig()) -> Trained:
    """Fit to the training fans; estimate the noise and calibrate bands on the validation fans."""
    ratings = part_of(run.ratings, "train")
    return serve(run, preset, fit(run, ratings, preset), ratings, config)


def fit(run: TrainingRun, ratings: Ratings, preset: str = "tuned") -> SVD:
    """Train the SVD of one of `PRESETS` on `ratings`."""
    return fit_config(run, ratings, PRESETS[preset])


def fit_config(run: TrainingRun, ratings: Ratings, config: SVDConfig) -> SVD:
    """Train an SVD on `ratings`."""
    svd = SVD.from_config(config, random_state=run.seed, n_threads=run.n_threads)
    n_users, n_items = len(ratings.user_ids), len(ratings.item_ids)
    return svd.fit_arrays(
        ratings.users,
        ratings.items,
        ratings.scores,
        n_users,
        n_items,
        progress=partial(tqdm, desc="epochs", mininterval=5),
    )


def serve(run: TrainingRun, preset: str, svd: SVD, ratings: Ratings, config: FoldInConfig = FoldInConfig()) -> Trained:
    """Make the serving model from `svd`, which was trained on `ratings`."""
    rated = np.flatnonzero(svd.item_rows >= 0)
    fans = fan_lists(run.ratings, "validation", ratings.item_ids[rated], run.seed)
    titles, noise = _fans_prior(svd, ratings, rated, fans, config)
    plain = _to_serving_svd(ratings.item_ids[rated], titles, noise, config)
    band, raters = calibrate(plain, plain.variance, fans), np.bincount(ratings.items)[rated]
    weight = best_score_weight(plain, fans, raters)
    model = serving.SVD(plain.item_ids, plain.base, plain.factors, plain.noise, band, config.fan_dof, weight)
    metrics = errors_by_count(model, fans) | order_by_count(model, fans, raters) | agreement(svd, model, ratings)
    return Trained(model, {"preset": preset, **asdict(PRESETS[preset]), "fold_in": asdict(config)}, metrics)


def _fans_prior(
    svd: SVD, ratings: Ratings, rated: NDArray[np.intp], fans: FanLists, config: FoldInConfig
) -> tuple[prior.Titles, float]:
    """Fit the fans' prior: the titles `rated` (in order of id) in terms of it, and the noise variance."""
    titles = prior.from_svd(svd)
    titles = prior.Titles(titles.base[svd.item_rows[rated]], titles.factors[svd.item_rows[rated]])
    places = np.full(len(ratings.item_ids), -1)
    places[rated] = np.arange(len(rated))
    items = places[ratings.items]
    titles = prior.truncate(titles, np.bincount(items, minlength=len(rated)), config.n_factors)
    users = np.unique(ratings.users)
    starts = np.append(np.searchsorted(ratings.users, users), len(items))
    known = prior.FanRatings(starts, items, ratings.scores)
    noise = config.first_noise
    for _ in range(2):
        titles = prior.refit(titles, known, noise, config.n_iterations)
        noise = held_out_noise(_to_serving_svd(ratings.item_ids[rated], titles, noise, config), fans)
    return titles, noise


def _to_serving_svd(
    item_ids: NDArray[np.int64], titles: prior.Titles, noise: float, config: FoldInConfig
) -> serving.SVD:
    # Rounded to float16 as in the file, so that the calibrated model is the served one.
    factors = titles.factors.astype(np.float16).astype(np.float32)
    noises = np.full(len(item_ids), noise, np.float32)
    return serving.SVD(item_ids, titles.base.astype(np.float32), factors, noises, no_band(), config.fan_dof)


def held_out_noise(model: serving.SVD, fans: FanLists) -> float:
    """Noise variance by moments: squared errors of hidden scores minus the variance from uncertainty about the fan."""
    excess = []
    for k in _NOISE_COUNTS:
        for reveal in fans.reveal(k):
            fan = reveal.fold_in(model)
            errors = reveal.hidden_scores - model.predict(fan)[reveal.hidden_items]
            uncertain = model.variance(fan, reveal.hidden_items) / fan.scale - model.noise[reveal.hidden_items]
            excess.append(errors**2 - uncertain)
    return float(np.mean(np.concatenate(excess))) if excess else float(model.noise.mean())


def agreement(svd: SVD, model: serving.SVD, ratings: Ratings, n_fans: int = 300) -> dict[str, float]:
    """Compare predictions for training fans: folded in by `model` and as trained in `svd`, over all titles.

    `svd` was trained on `ratings`. Gives the root mean square difference and the correlation.
    """
    rows = svd.item_rows[positions_of(ratings.item_ids, model.item_ids)]
    places = positions_of(model.item_ids, ratings.item_ids)
    trained, folded = [], []
    for user in np.unique(ratings.users)[:n_fans]:
        own = slice(*np.searchsorted(ratings.users, [user, user + 1]))
        fan = model.fold_in(places[ratings.items[own]], ratings.scores[own], np.empty(0, np.intp))
        row = svd.user_rows[user]
        trained.append(clip(svd.global_mean + svd.bu[row] + svd.bi[rows] + svd.qi[rows] @ svd.pu[row]))
        folded.append(model.predict(fan))
    trained, folded = np.concatenate(trained), np.concatenate(folded)
    return {
        "fold_in_to_trained_rms": round(rmse(folded, trained), 4),
        "fold_in_to_trained_correlation": round(float(np.corrcoef(folded, trained)[0, 1]), 4),
    }
