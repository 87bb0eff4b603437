"""The protocol for new fans: known and hidden ratings, measures, standard errors and paired differences."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.evaluation.figures import figure, mean
from recsys.holdout import metrics
from recsys.holdout.metrics import N_SHOWN
from recsys.holdout.reveal import FanLists
from recsys.models.order import top
from recsys.types import positions_of

#: Numbers of known ratings.
COUNTS = (0, 1, 3, 5, 10, 20, 50, 100, 200)
#: Measures that are means over fans.
MEANS = ("ndcg10", "recall10", "hit10", "popularity", "diversity", "band")
#: Errors are taken on at most this many hidden scores of a fan; the ranking is measured on all hidden titles.
MAX_ASKED = 100


@dataclass(frozen=True)
class Answer:
    """A system's output for one fan: `order` (n_items,), titles ranked by it, highest first; `predicted` scores
    (n_items,) or None; `band` gives the ends of the prediction intervals for positions, or is None."""

    order: NDArray[np.floating]
    predicted: NDArray[np.floating] | None = None
    band: Callable[[NDArray[np.intp]], tuple[NDArray, NDArray]] | None = None


@dataclass(frozen=True)
class System:
    """A model or baseline to measure. `item_ids` (n_items,) ascend; `answer(items, scores)` takes its positions."""

    name: str
    item_ids: NDArray[np.int64]
    answer: Callable[[NDArray[np.intp], NDArray[np.float64]], Answer]
    baseline: bool = False


@dataclass(frozen=True)
class UserResults:
    """One system's results for each fan, at one number of known ratings.

    `means`: for each of `MEANS`, (n_fans,), NaN where it does not apply. `squares`, `absolutes`, `asked` (n_fans,):
    sums of squared and absolute errors, and the number of errors. `shown`: ids recommended to any fan.
    """

    means: Mapping[str, NDArray[np.float64]]
    squares: NDArray[np.float64]
    absolutes: NDArray[np.float64]
    asked: NDArray[np.float64]
    shown: frozenset[int]

    def rmse(self) -> float:
        return math.sqrt(self.squares.sum() / self.asked.sum()) if self.asked.sum() else math.nan

    def mae(self) -> float:
        return float(self.absolutes.sum() / self.asked.sum()) if self.asked.sum() else math.nan


def measure(
    system: System,
    fans: FanLists,
    item_ids: NDArray[np.int64],
    k: int,
    raters: NDArray[np.int64],
    features: NDArray[np.floating],
) -> UserResults:
    """Measure `system` on every fan of `fans` with more than `k` ratings, of which `k` are known to it.

    Candidates are all titles of the system but the known ones; hidden titles scored 8 or more are relevant. The ranking
    is measured on fans with at least 10 hidden titles, at least one of them relevant.

    `item_ids` (n,) are the ids at `fans`' positions, `raters` (n,) their numbers of training ratings, `features`
    (n, n_features) what diversity is computed from. For a hidden title that the system does not have, the mean of its
    predictions is used; the system cannot recommend it.
    """
    own = positions_of(system.item_ids, item_ids)
    back = np.full(len(system.item_ids), -1)
    back[own[own >= 0]] = np.flatnonzero(own >= 0)
    columns: dict[str, list[float]] = {name: [] for name in (*MEANS, "squares", "absolutes", "asked")}
    shown: set[int] = set()
    for reveal in fans.reveal(k, max_hidden=None):
        known = own[reveal.items] >= 0
        rated = own[reveal.items][known]
        answer = system.answer(rated, reveal.scores[known])
        row = dict.fromkeys(columns, math.nan)
        row |= _errors(answer, own[reveal.hidden_items][-MAX_ASKED:], reveal.hidden_scores[-MAX_ASKED:])
        if len(liked := reveal.liked):
            ten = top(answer.order, rated, N_SHOWN)
            shown.update(system.item_ids[ten].tolist())
            row |= _order(back[ten], liked, raters, features)
        for name, value in row.items():
            columns[name].append(value)
    arrays = {name: np.array(values, float) for name, values in columns.items()}
    squares, absolutes, asked = (np.nan_to_num(arrays.pop(name)) for name in ("squares", "absolutes", "asked"))
    return UserResults(arrays, squares, absolutes, asked, frozenset(shown))


def _errors(answer: Answer, items: NDArray[np.intp], scores: NDArray[np.float64]) -> dict[str, float]:
    if answer.predicted is None or not len(scores):
        return {}
    expected = np.where(items >= 0, answer.predicted[items], answer.predicted.mean())
    errors = expected - scores
    row = {"squares": float(errors @ errors), "absolutes": float(np.abs(errors).sum()), "asked": float(len(errors))}
    known = items >= 0
    if answer.band is not None and known.any():
        low, high = answer.band(items[known])
        row["band"] = float(np.mean((low <= scores[known]) & (scores[known] <= high)))
    return row


def _order(ten: NDArray[np.intp], liked: NDArray[np.intp], raters: NDArray, features: NDArray) -> dict[str, float]:
    known = ten[ten >= 0]
    return {
        "ndcg10": metrics.ndcg(ten, liked, N_SHOWN),
        "recall10": metrics.recall(ten, liked, N_SHOWN),
        "hit10": metrics.hit(ten, liked, N_SHOWN),
        "popularity": float(raters[known].sum() / max(len(ten), 1)),
        "diversity": metrics.diversity(features[known]),
    }


def jackknife(statistic: Callable[[NDArray[np.bool_]], float], n: int) -> float:
    """Standard error of `statistic(kept)` over independent fans (Efron & Stein 1981), leaving out one at a time."""
    if n < 2:
        return math.nan
    kept = np.ones(n, bool)
    values = np.empty(n)
    for fan in range(n):
        kept[fan] = False
        values[fan] = statistic(kept)
        kept[fan] = True
    return float(np.sqrt((n - 1) / n * np.square(values - values.mean()).sum()))


def summary(results: Mapping[str, UserResults], baselines: Sequence[str], n_titles: int) -> dict[str, dict]:
    """Figures of each system with standard errors, as JSON values; what does not apply is left out.

    Includes paired differences from the baseline with the best NDCG@10, from the one with the lowest RMSE, and from the
    popularity model. Without any fan whose ranking is measured, those of the NDCG do not apply.
    """
    figures: dict[str, dict] = {}
    gains = {name: results[name].means["ndcg10"] for name in baselines}
    ranked = {name: np.nanmean(values) for name, values in gains.items() if not np.isnan(values).all()}
    scored = {name: results[name].rmse() for name in baselines if results[name].asked.sum()}
    rival = max(ranked, key=ranked.__getitem__, default=None)
    rival_rmse = min(scored, key=scored.__getitem__, default=None)
    for name, result in results.items():
        row: dict[str, object] = {}
        for measure_name, values in result.means.items():
            if not np.isnan(values).all():
                row[measure_name] = mean(values)
        row["coverage"] = figure(len(result.shown) / n_titles)
        row["fans"] = int(np.count_nonzero(~np.isnan(result.means["ndcg10"])))
        if rival is not None:
            row["ndcg10_gain"] = {"over": rival, **mean(result.means["ndcg10"] - results[rival].means["ndcg10"])}
            if "popularity" in results:
                row["ndcg10_over_popularity"] = mean(result.means["ndcg10"] - results["popularity"].means["ndcg10"])
        if result.asked.sum():
            row["rmse"] = figure(result.rmse(), jackknife(lambda kept, s=result: _rmse(s, kept), len(result.asked)))
            row["mae"] = figure(result.mae())
            if rival_rmse is not None:
                other = results[rival_rmse]
                gain = jackknife(lambda kept, s=result, o=other: _rmse(o, kept) - _rmse(s, kept), len(result.asked))
                row["rmse_gain"] = {"over": rival_rmse, **figure(other.rmse() - result.rmse(), gain)}
        figures[name] = row
    return figures


def _rmse(result: UserResults, kept: NDArray[np.bool_]) -> float:
    return math.sqrt(result.squares[kept].sum() / result.asked[kept].sum())
