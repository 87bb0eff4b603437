"""Learns the hybrid's weights on validation fans: shares of the predicted score, the order of titles, and bands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.holdout.metrics import N_SHOWN, ndcg
from recsys.holdout.reveal import FanLists
from recsys.holdout.watching import Half
from recsys.models.hybrid import BlendedFan, Hybrid
from recsys.models.order import standardise
from recsys.models.watching import ListKind, Mixing, Parts
from recsys.training.calibration import calibrate
from recsys.training.neural import Checks
from recsys.training.order import SCORE_WEIGHTS

#: Numbers of known ratings at which the network's share is learned, and at which the order is learned.
SHARE_COUNTS = (0, 1, 3, 5, 10, 20, 50, 200)
ORDER_COUNTS = (1, 3, 5, 10, 20, 50, 100, 200)
#: Weights that are tried: of the network beside the linear models, and of the odds that a list is of today.
NET_WEIGHTS = (0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0, 30.0)
#: Shares that are tried of the linear model for long lists, beside these weights of the network.
LONG_SHARES, _BESIDE_LONG = (0.0, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0), (0.5, 2.0)
#: Gaps of recent titles for fans of the past: the smallest that costs them no more than this in NDCG@10 is taken.
GAPS, GAP_COST = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 10.0), 0.001
ODDS_SHIFTS, ODDS_SCALES = (0.0, 1.0, 1.5, 2.0, 2.5, 3.0), (1.0, 1.5, 2.0)
#: The counts at which lists without scores decide how readily a list counts as one of today.
_UNSCORED_COUNTS = (5, 10, 20)


@dataclass(frozen=True)
class _Case:
    """A validation fan, folded in: the `predicted` scores, the watching model's `parts` and the list's `kind`, and the
    positions of `known` and of `wanted` titles."""

    predicted: NDArray[np.floating]
    parts: Parts
    kind: ListKind
    known: NDArray[np.intp]
    wanted: NDArray[np.intp]

    @classmethod
    def of(cls, model: Hybrid, fan: BlendedFan, wanted: NDArray[np.intp]) -> "_Case":
        parts = model.watching.parts(fan.kind, model.net.watch(fan.embedding), model.net.watch(fan.today))
        return cls(model.predict(fan).astype(np.float32), parts, fan.kind, np.append(fan.items, fan.seen), wanted)

    def gains(self, mixing: Mixing, score_weights: Sequence[float], share: float | None = None) -> list[float]:
        """NDCG@10 as served, for each of the weights of the predicted score; `share` replaces that of today."""
        kind = self.kind
        if share is None:
            n = len(kind.items)
            share = mixing.share(n, kind.n_scored, kind.n_watching, kind.recent, kind.by_title)
        watch = standardise(mixing.mix(replace(kind, share=share), self.parts))
        found = []
        for weight in score_weights:
            order = watch + np.float32(weight) * self.predicted
            order[self.known] = -np.inf
            best = np.argpartition(-order, N_SHOWN)[:N_SHOWN]
            found.append(ndcg(best[np.argsort(-order[best], kind="stable")], self.wanted, N_SHOWN))
        return found


def blended(model: Hybrid, checks: Checks) -> Hybrid:
    """Learn all weights and the bands on the fans of `checks`, who are not among the training fans."""
    blend = replace(model.blend, counts=tuple(map(float, SHARE_COUNTS)), shares=_shares(model, checks.fans))
    model = model.with_parts(blend=blend)
    model = _filled(model, checks)
    model = _mixed_past(model, checks.fans)
    if checks.halves:
        model = _mixed_today(model, checks)
    return model.with_parts(band=calibrate(model, model.variance, checks.fans))


def _scored_cases(model: Hybrid, fans: FanLists, k: int, scored: bool = True) -> list[_Case]:
    """Fans with `k` known titles, `scored` or only begun, and at least ten hidden ones, any of them liked."""
    cases = []
    for reveal in fans.ranked(k):
        fan = (reveal if scored else reveal.unscored()).fold_in(model)
        cases.append(_Case.of(model, fan, reveal.liked))
    return cases


def _half_cases(model: Hybrid, halves: Sequence[Half]) -> list[_Case]:
    """Halves of lists without scores, all as completed: only the titles say that the list is of today."""
    return [_Case.of(model, half.fold_in(model, completed=True), half.hidden) for half in halves]


def _mixed_past(model: Hybrid, fans: FanLists) -> Hybrid:
    """Learn the weight of the predicted score on lists with scores, then, by number of titles, the share of the linear
    model for long lists and the network's weight."""
    counts = tuple(k for k in ORDER_COUNTS if next(fans.ranked(k), None) is not None)
    if not counts:
        return model
    past = _Past(model, fans, counts)
    score = past.score_weight()
    shares = past.long_shares(score)
    model = model.with_parts(watching=replace(model.watching, mixing=past.mixed(1, shares)), score_weight=score)
    mixing = past.mixed(_Past(model, fans, counts).net_weights(score), shares)
    cases = [_scored_cases(model, fans, k) for k in _UNSCORED_COUNTS]
    cases = [case for of_count in cases for case in of_count]
    if cases:
        costs = [np.mean([case.gains(replace(mixing, gap=gap), (score,)) for case in cases]) for gap in GAPS]
        mixing = replace(
            mixing, gap=next(gap for gap, gain in zip(GAPS, costs, strict=True) if gain >= max(costs) - GAP_COST)
        )
    return model.with_parts(watching=replace(model.watching, mixing=mixing))


@dataclass(frozen=True)
class _Past:
    """Learns the weights of the past for `model` on `fans`, at `counts` of known titles."""

    model: Hybrid
    fans: FanLists
    counts: Sequence[int]

    def mixed(self, net_weights: float | Sequence[float], long_shares: float | Sequence[float]) -> Mixing:
        """The mixing with these weights at each count; a number is that of all counts."""
        both = {"net_weights": net_weights, "long_shares": long_shares}
        by_count = {name: tuple(np.broadcast_to(values, len(self.counts)).tolist()) for name, values in both.items()}
        return replace(self.model.watching.mixing, counts=tuple(map(float, self.counts)), **by_count)

    def score_weight(self) -> float:
        gains = self._gains(lambda case: [case.gains(self.mixed(w, 0), SCORE_WEIGHTS) for w in NET_WEIGHTS])
        return SCORE_WEIGHTS[int(np.argmax(gains.max(axis=1).mean(axis=0)))]

    def net_weights(self, score_weight: float) -> list[float]:
        gains = self._gains(lambda case: [case.gains(self.mixed(w, 0), (score_weight,))[0] for w in NET_WEIGHTS])
        return [NET_WEIGHTS[i] for i in _best_near(gains)]

    def long_shares(self, score_weight: float) -> list[float]:
        def by_share(case: _Case) -> list[float]:
            found = []
            for share in LONG_SHARES:
                watching = replace(self.model.watching, mixing=self.mixed(1, share))
                past = watching.past_scores(case.kind, case.parts.past_chance)
                one = replace(case, parts=replace(case.parts, past=past))
                gains = [one.gains(self.mixed(w, share), (score_weight,)) for w in _BESIDE_LONG]
                found.append(float(np.mean(gains)))
            return found

        return [LONG_SHARES[i] for i in _best_near(self._gains(by_share))]

    def _gains(self, of: Callable[[_Case], Sequence[Any]]) -> NDArray[np.float64]:
        """The mean of `of` over the fans at each count."""
        by_count = (_scored_cases(self.model, self.fans, k) for k in self.counts)
        return np.stack([np.mean([of(case) for case in cases], axis=0) for cases in by_count])


def _best_near(gains: NDArray[np.float64]) -> NDArray[np.intp]:
    """The best column at each count, (n_counts,), of `gains` (n_counts, m). Each count is averaged with its neighbours:
    alone it has too few fans to compare close values."""
    padded = np.pad(gains, ((1, 1), (0, 0)), mode="edge")
    return (padded[:-2] + 2 * padded[1:-1] + padded[2:]).argmax(axis=1)


def _mixed_today(model: Hybrid, checks: Checks) -> Hybrid:
    """Learn the network's weight on lists of today, then how readily a list counts as one: the sum of the gains of fans
    of today and of fans of the past without their scores."""
    mixing, score = model.watching.mixing, (model.score_weight,)
    today = _half_cases(model, checks.halves)

    def gain(cases: Sequence[_Case], mixing: Mixing, share: float | None = None) -> float:
        return float(np.mean([case.gains(mixing, score, share)[0] for case in cases]))

    gains = [gain(today, replace(mixing, today_net_weight=weight), 1.0) for weight in NET_WEIGHTS]
    mixing = replace(mixing, today_net_weight=NET_WEIGHTS[int(np.argmax(gains))])
    past = [_scored_cases(model, checks.fans, k, scored=False) for k in _UNSCORED_COUNTS]
    past = [cases for cases in past if cases]
    constant, by_title, by_era = mixing.odds
    tried = [
        replace(mixing, odds=(scale * constant + shift, scale * by_title, scale * by_era))
        for scale in ODDS_SCALES
        for shift in ODDS_SHIFTS
    ]

    def summed(one: Mixing) -> float:
        return gain(today, one) + (float(np.mean([gain(cases, one) for cases in past])) if past else 0.0)

    return model.with_parts(watching=replace(model.watching, mixing=max(tried, key=summed)))


def _filled(model: Hybrid, checks: Checks) -> Hybrid:
    """Learn what linear score the network's log chance suggests, from titles that have both."""
    fill = model.watching.fill.copy()
    groups = (_scored_cases(model, checks.fans, 10), _half_cases(model, checks.halves))
    for side, (linear, cases) in enumerate(zip((model.watching.past, model.watching.today), groups, strict=True)):
        parts = [case.parts for case in cases[:100]]
        both = [(one.today_chance, one.today) if side else (one.past_chance, one.past) for one in parts]
        pairs = [np.stack(pair)[:, linear.titles] for pair in both]
        if pairs:
            chance, own = np.concatenate(pairs, axis=1).astype(np.float64)
            slope, intercept = np.polyfit(chance, own, 1)
            fill[side] = intercept, slope
    return model.with_parts(watching=replace(model.watching, fill=fill))


def _shares(model: Hybrid, fans: FanLists) -> tuple[float, ...]:
    """The network's share, within 0..1, with the smallest squared error at each of `SHARE_COUNTS`."""
    shares = []
    for k in SHARE_COUNTS:
        across, square = 0.0, 0.0
        for reveal in fans.reveal(k):
            fan, hidden = reveal.fold_in(model), reveal.hidden_items
            linear = model.svd.base[hidden] + model.svd.factors[hidden] @ fan.folded.z
            apart = model.net.predict(fan.embedding, hidden) - linear
            across += float((reveal.hidden_scores - linear) @ apart)
            square += float(apart @ apart)
        shares.append(float(np.clip(across / square, 0, 1)) if square else 0.5)
    return tuple(shares)
