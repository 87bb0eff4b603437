"""The one protocol of the evaluation on new fans: who is asked, about what, and how answers become figures."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.holdout import metrics
from recsys.holdout.metrics import LIKED, N_SHOWN
from recsys.holdout.reveal import FanLists
from recsys.models.order import top
from recsys.types import positions_of

#: Numbers of known ratings.
COUNTS = (0, 1, 3, 5, 10, 20, 50)
#: Measures whose value is the mean over fans, higher is better where it matters.
MEANS = ("ndcg10", "recall10", "hit10", "popularity", "diversity", "band")
#: Hidden scores of a fan that count in the errors; order is measured on all hidden titles.
MAX_ASKED = 100


@dataclass(frozen=True)
class Answer:
    """What a contender says of its titles for one fan: `order` (n_items,), higher first; `predicted` (n_items,), or
    None; `band` gives low and high ends for positions, or is None."""

    order: NDArray[np.floating]
    predicted: NDArray[np.floating] | None = None
    band: Callable[[NDArray[np.intp]], tuple[NDArray, NDArray]] | None = None


@dataclass(frozen=True)
class Contender:
    """A model or baseline. `item_ids` (n_items,) ascending; `answer(items, scores)` at its positions."""

    name: str
    item_ids: NDArray[np.int64]
    answer: Callable[[NDArray[np.intp], NDArray[np.float64]], Answer]
    baseline: bool = False


@dataclass(frozen=True)
class Sheet:
    """One contender's figures at one number of known ratings, fan by fan.

    `means`: for each of `MEANS`, (n_fans,) with NaN where it does not apply. `squares`, `absolutes`, `asked` (n_fans,):
    summed squared and absolute errors and their number. `shown`: ids recommended to anyone.
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
    contender: Contender,
    fans: FanLists,
    item_ids: NDArray[np.int64],
    k: int,
    raters: NDArray[np.int64],
    features: NDArray[np.floating],
) -> Sheet:
    """Every fan of `fans` with more than `k` ratings, told `k`. The candidates are all titles that the contender knows,
    less those told; relevant are hidden ones scored 8 or more. Order is measured on fans with at least 10 hidden titles
    of whom one is relevant.

    `item_ids` (n,) are the ids at `fans`' positions, `raters` (n,) their ratings in training data, `features`
    (n, n_features) what makes them alike. A hidden title that the contender does not know is predicted by the mean of
    its predictions and cannot be recommended by it.
    """
    own = positions_of(contender.item_ids, item_ids)
    back = np.full(len(contender.item_ids), -1)
    back[own[own >= 0]] = np.flatnonzero(own >= 0)
    columns: dict[str, list[float]] = {name: [] for name in (*MEANS, "squares", "absolutes", "asked")}
    shown: set[int] = set()
    for reveal in fans.reveal(k, max_hidden=None):
        known = own[reveal.items] >= 0
        told = own[reveal.items][known]
        answer = contender.answer(told, reveal.scores[known])
        row = dict.fromkeys(columns, math.nan)
        row |= _errors(answer, own[reveal.hidden_items][-MAX_ASKED:], reveal.hidden_scores[-MAX_ASKED:])
        liked = reveal.hidden_items[reveal.hidden_scores >= LIKED]
        if len(reveal.hidden_items) >= N_SHOWN and len(liked):
            ten = top(answer.order, told, N_SHOWN)
            shown.update(contender.item_ids[ten].tolist())
            row |= _order(back[ten], liked, raters, features)
        for name, value in row.items():
            columns[name].append(value)
    arrays = {name: np.array(values, float) for name, values in columns.items()}
    squares, absolutes, asked = (np.nan_to_num(arrays.pop(name)) for name in ("squares", "absolutes", "asked"))
    return Sheet(arrays, squares, absolutes, asked, frozenset(shown))


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


def summary(sheets: Mapping[str, Sheet], baselines: Sequence[str], n_titles: int) -> dict[str, dict]:
    """Figures of each contender with standard errors, and its paired differences from the best baseline by the same
    measure: NDCG@10 for the order, RMSE for errors; and from the popularity model. Plain JSON; what does not apply is
    left out."""
    result: dict[str, dict] = {}
    ranked = {name: np.nanmean(sheets[name].means["ndcg10"]) for name in baselines}
    scored = {name: sheets[name].rmse() for name in baselines if sheets[name].asked.sum()}
    rival = max(ranked, key=ranked.__getitem__)
    rival_rmse = min(scored, key=scored.__getitem__)
    for name, sheet in sheets.items():
        row: dict[str, object] = {}
        for measure_name, values in sheet.means.items():
            values = values[~np.isnan(values)]
            if len(values):
                row[measure_name] = _figure(values.mean(), metrics.standard_error(values))
        row["coverage"] = _figure(len(sheet.shown) / n_titles, None)
        row["fans"] = int(np.count_nonzero(~np.isnan(sheet.means["ndcg10"])))
        row["ndcg10_gain"] = {"over": rival, **_paired(sheet, sheets[rival], "ndcg10")}
        if "popularity" in sheets:
            row["ndcg10_over_popularity"] = _paired(sheet, sheets["popularity"], "ndcg10")
        if sheet.asked.sum():
            row["rmse"] = _figure(sheet.rmse(), jackknife(lambda kept, s=sheet: _rmse(s, kept), len(sheet.asked)))
            row["mae"] = _figure(sheet.mae(), None)
            other = sheets[rival_rmse]
            gain = jackknife(lambda kept, s=sheet, o=other: _rmse(o, kept) - _rmse(s, kept), len(sheet.asked))
            row["rmse_gain"] = {"over": rival_rmse, **_figure(other.rmse() - sheet.rmse(), gain)}
        result[name] = row
    return result


def _rmse(sheet: Sheet, kept: NDArray[np.bool_]) -> float:
    return math.sqrt(sheet.squares[kept].sum() / sheet.asked[kept].sum())


def _paired(sheet: Sheet, other: Sheet, name: str) -> dict[str, float]:
    apart = sheet.means[name] - other.means[name]
    apart = apart[~np.isnan(apart)]
    return _figure(apart.mean(), metrics.standard_error(apart))


def _figure(value: float, error: float | None) -> dict[str, float]:
    figure = {"value": round(float(value), 5)}
    return figure if error is None or math.isnan(error) else figure | {"se": round(float(error), 5)}
