"""Learns the chances of high and of low scores on held-out fans, by logistic regression on the prediction's distance
from the bound."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray
from scipy import interpolate
from scipy.optimize import minimize
from scipy.special import expit

from recsys.holdout.reveal import FanLists, fan_lists
from recsys.holdout.split import TURNS, turned
from recsys.models.base import Model
from recsys.models.odds import HIGH, KNOTS, LOW, PLAIN, LogOdds, Odds, distances
from recsys.training import calibration, svd_trainer
from recsys.training.run import TrainingRun

#: With fewer known ratings the errors have another distribution, and few lists are so short.
COUNTS = tuple(k for k in calibration.COUNTS if k >= 3)
#: Random orders of each fan's list. The bands were calibrated on the first: fitted to it alone, the chances are wrong
#: for other known ratings of the same fans.
DRAWS = 5
#: Fewer hidden scores, or fewer on either side of a bound, leave the chances as the band alone gives them.
_MIN_SCORES, _MIN_EACH = 500, 50
_RIDGE = 1.0
#: Log-odds rise at least so much from a knot to the next where a distance is looked up by them.
_STEP = 1e-6
#: So many fans tell the odds well enough: the more validation fans, the fewer turns of `fit_all`.
_ENOUGH = 4000

#: Of hidden scores: the predictions' distances from both bounds, and the scores, each (n,).
_Rows = tuple[NDArray, NDArray, NDArray]


def fit(model: Model, fans: FanLists) -> Odds:
    """The odds of `model` that fit the hidden scores of `fans` at all of `COUNTS` known ratings."""
    return _fitted(_rows(model, fans))


def fit_all(models: Mapping[str, Model], run: TrainingRun) -> dict[str, Odds]:
    """The odds of each of `models` by all fans but those of the test part, where `fit` has only the validation fans.

    An SVD is trained in turns, each with other validation fans. Where its chance by the first turn's, who are those of
    `fit`, is p, that by all of these fans is g(p). The model's chances by `fit` are put through the same g: what is
    unusual about the few fans is in both. Where the validation fans are many, they are enough.
    """
    n_fans = sum(len(items) > 0 for items in fan_lists(run.ratings, "validation", run.ratings.item_ids).items)
    n_turns = min(TURNS, -(-_ENOUGH // max(n_fans, 1)))
    if n_turns == 1:
        return {name: fit(model, _validation(run, model, model.item_ids)) for name, model in models.items()}
    lists = [turned(run.lists, turn) for turn in range(n_turns)]
    runs = [replace(run, ratings=own.ratings, unscored=own.unscored) for own in lists]
    svds = [svd_trainer.train(own).model for own in runs]
    asked = [_rows(svd, _validation(own, svd, svd.item_ids)) for own, svd in zip(runs, svds, strict=True)]
    every = _fitted(rows for of_turn in asked for rows in of_turn)
    # All models know the same titles of the few fans, and are asked about the same ones.
    common = reduce(np.intersect1d, (model.item_ids for model in models.values()), svds[0].item_ids)
    few = fit(svds[0], _validation(run, svds[0], common))
    own = {name: fit(model, _validation(run, model, common)) for name, model in models.items()}
    return {name: _corrected(odds, few, every) for name, odds in own.items()}


def _validation(run: TrainingRun, model: Model, item_ids: NDArray[np.int64]) -> FanLists:
    """The validation fans' ratings of `item_ids`, ascending, at the positions of `model`, which has all of these."""
    lists = fan_lists(run.ratings, "validation", item_ids, run.seed)
    places = np.searchsorted(model.item_ids, item_ids)
    return FanLists([places[items] for items in lists.items], lists.scores)


def _corrected(odds: Odds, few: Odds, every: Odds) -> Odds:
    """`odds` put through the function that makes `few`, of another model, to `every`."""
    return Odds(_through(odds.high, few.high, every.high, 1), _through(odds.low, few.low, every.low, -1))


def _through(odds: LogOdds, few: LogOdds, every: LogOdds, sign: int) -> LogOdds:
    """The same for log-odds that rise (`sign` 1) or fall (-1). The ends' slopes go on, to twice their distance."""
    at, steps = np.array(KNOTS), _STEP * np.arange(len(KNOTS))
    distance = interpolate.make_interp_spline(sign * np.array(few) + steps, at, k=1)(sign * np.array(odds))
    return _rounded(interpolate.make_interp_spline(at, every, k=1)(np.clip(distance, 2 * at[0], 2 * at[-1])))


def _rounded(values: NDArray) -> LogOdds:
    return tuple(round(float(value), 4) for value in values)


def _fitted(rows: Iterable[_Rows]) -> Odds:
    columns = list(zip(*rows, strict=True))
    if sum(map(len, columns[2] if columns else ())) < _MIN_SCORES:
        return PLAIN
    above, below, scores = (np.concatenate(column) for column in columns)
    return Odds(_log_odds(above, scores >= HIGH, PLAIN.high), _log_odds(below, scores <= LOW, PLAIN.low))


def _rows(model: Model, fans: FanLists) -> Iterator[_Rows]:
    """Those of each fan's hidden titles."""
    for draw in range(DRAWS):
        lists = fans.shuffled(draw)
        for k in COUNTS:
            for reveal in lists.reveal(k):
                fan = reveal.fold_in(model)
                low, high = model.band(fan, reveal.hidden_items)
                ends = model.predict(fan)[reveal.hidden_items], low, high
                yield distances(*ends, HIGH - 0.5), distances(*ends, LOW + 0.5), reveal.hidden_scores


def _log_odds(distance: NDArray, happened: NDArray[np.bool_], usual: LogOdds) -> LogOdds:
    """Log-odds at `KNOTS` by logistic regression of `happened` (n,) on `distance` (n,), which rise, or fall, throughout
    as `usual` does, and are drawn to it where there are few scores."""
    if min(np.count_nonzero(happened), np.count_nonzero(~happened)) < _MIN_EACH:
        return usual
    x, at_knots = _ways(distance), _ways(np.array(KNOTS))
    prior = np.append(0, np.diff(usual) / np.diff(KNOTS))

    def loss(weights: NDArray) -> tuple[float, NDArray]:
        log_odds = weights[0] + x @ weights[1:]
        wrong = expit(log_odds) - happened
        away = weights - prior
        value = np.logaddexp(0, log_odds).sum() - log_odds[happened].sum() + _RIDGE / 2 * away @ away
        return value / len(x), (np.append(wrong.sum(), wrong @ x) + _RIDGE * away) / len(x)

    rises = usual[-1] > usual[0]
    bounds = [(None, None), *[(0, None) if rises else (None, 0)] * x.shape[1]]
    found = minimize(loss, prior, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-12, "gtol": 1e-8})
    return _rounded(found.x[0] + at_knots @ found.x[1:])


def _ways(z: NDArray) -> NDArray:
    """How much of the way from 0 to each of `z` (n,) lies between each two knots, (n, n_knots - 1). With a slope for
    each, log-odds are linear between knots: f(z) = f(0) + ways · slopes."""
    start, end = np.array(KNOTS[:-1]), np.array(KNOTS[1:])
    return np.clip(z[:, None], start, end) - np.clip(0, start, end)
