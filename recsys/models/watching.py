"""How likely a fan is to watch each title: linear models and the network, weighed by the kind of list."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from recsys.models.base import Floats, Items, check_shape
from recsys.models.focus import NONE, Focus, Genres
from recsys.models.linear import SparseLinear
from recsys.models.order import standardise
from recsys.models.rerank import Reranker

S = TypeVar("S", float, NDArray[np.float64])

#: Half of the most that the share of recent titles in a list can count is reached at this share.
HALF_SHARE = 0.15
#: Log odds that a list with scores follows today's watching, for no recent title, and added for nothing but recent
#: ones. An assumption: no list with scores in the data goes beyond 2020.
_SCORED_ODDS, _SCORED_ERA = -5.0, 8.0
#: Log odds added for a list of nothing but titles that the fan is watching, as the lists of 2025 are; none are added
#: when half of the titles or fewer are being watched, as in a usual list. An assumption.
_SHELF_ODDS = 4.0
#: How much the number of fans who would like them counts in the order of recent titles, beside today's watching, for a
#: list with scores: such a list holds what was completed and liked, not what is being watched. An assumption.
_LIKES = 2.0
#: The reranker counts by this power of the share of today's watching. On validation fans it gains as much as with less,
#: and costs lists of the past, of whose era a few titles without scores say little, nothing.
_CERTAINTY = 4
#: For a list of one genre, in standard deviations: the weight of the network's log chance beside all the rest, because
#: the linear models follow what is popular with fans of the same years, and what is added to titles of that genre.
#: Chosen so that validation fans lose nothing.
_NETWORK, _GENRE = 4.0, 0.5
#: The share of today's watching for an empty list, of which nothing says what era it is. An assumption too.
EMPTY_SHARE = 0.1
#: The linear models, by the names of their arrays.
_LINEAR = ("past", "long", "today")


@dataclass(frozen=True)
class ListKind:
    """A list as the watching model sees it: `items` (n,) begun, their `weights` (n,), how many have a score and how
    many are being watched, how `recent` they are (0..1), their log odds of today `by_title`, and the `share` (0..1) of
    today's watching in what such a fan watches next."""

    items: Items
    weights: Floats
    n_scored: int
    n_watching: int
    recent: float
    by_title: float
    share: float
    focus: Focus = NONE

    @property
    def net_weight(self) -> float:
        """The weight of the network's log chance beside all the rest."""
        return _NETWORK * self.focus.degree


@dataclass(frozen=True)
class Parts:
    """Of all titles, (n_items,), each standardised: the linear scores of `past` and `today`, and the network's log
    chances beside them. `recent` marks titles of which the lists of the past know nothing, and `liked` (n_recent,) are
    the logarithms of their places among these, 1 for the one that most fans with scores would like."""

    past: Floats
    past_chance: Floats
    today: Floats
    today_chance: Floats
    recent: NDArray[np.bool_]
    liked: Floats


@dataclass(frozen=True)
class Mixing:
    """Numbers learned on validation fans.

    `counts` (m,): ascending numbers of titles begun. At each, `net_weights` (m,) is the weight of the network's log
    chance beside the linear scores of the past, in standard deviations, and `long_shares` (m,) the share (0..1) of
    `long` in these. `today_net_weight` is the network's weight beside `today`'s. `odds` (3,): the constant of today's
    log odds for a list without scores, and the weights of the titles' own odds and of recency. `gap`: how far below
    today's order, in standard deviations, recent titles stand for a fan of the past.
    """

    counts: tuple[float, ...] = (0.0,)
    net_weights: tuple[float, ...] = (0.5,)
    long_shares: tuple[float, ...] = (0.0,)
    today_net_weight: float = 1.0
    odds: tuple[float, float, float] = (0.0, 1.0, 1.0)
    gap: float = 4.0

    def share(self, n: int, n_scored: int, n_watching: int, recent: float, by_title: float) -> float:
        """The share of today's watching for a list of `n` titles (see `ListKind`)."""
        if not n:
            return EMPTY_SHARE
        constant, titles, era = self.odds
        begun = constant + titles * by_title + era * recent + _SHELF_ODDS * max(2 * n_watching / n - 1, 0)
        odds = n_scored / n * (_SCORED_ODDS + _SCORED_ERA * recent) + (1 - n_scored / n) * begun
        return float(1 / (1 + np.exp(-odds)))

    def long_share(self, n: int) -> float:
        """The share of `long` in the linear scores of the past for a list of `n` titles."""
        return self._at(n, self.long_shares)

    def _at(self, n: int, values: tuple[float, ...]) -> float:
        return float(np.interp(np.log1p(n), np.log1p(self.counts), values))

    def today(self, linear: Floats, chance: Floats) -> Floats:
        """Today's order of all titles, (n_items,), from linear scores and log chances (n_items,), all of them in
        standard deviations."""
        return _averaged(linear, chance, self.today_net_weight)

    def mix(self, kind: ListKind, parts: Parts, changes: Floats | float = 0.0) -> Floats:
        """The chance to watch of all titles, (n_items,), in standard deviations; `changes` (n_items,) are added to
        today's order."""
        past = _averaged(parts.past, parts.past_chance, self._at(len(kind.items), self.net_weights))
        today = self.today(parts.today, parts.today_chance)
        if kind.n_scored and parts.recent.any():
            weight = _LIKES * kind.n_scored / len(kind.items)
            today[parts.recent] = _reordered(today[parts.recent], weight * parts.liked)
        past = np.where(parts.recent, today - np.float32(self.gap), past)
        return _between(past, today + changes, kind.share)


@dataclass(frozen=True)
class Watching:
    """watch = (1 - g) past + g today, where each side is (z(linear) + w z(log chance)) / (1 + w), z standardises, and g
    is the share of today's watching.

    The past learned from lists with scores, what fans like: `past` serves short lists, `long` long ones, and lists
    between get something of both. `today` learned from lists of what fans were watching in 2025. Of a recent title the
    lists of the past know nothing: its past is today's less a gap. For a list with scores, `likes` (n_items,), how many
    fans with scores would like a recent title by its facts, counts beside today's watching.
    g depends on which titles are on the list: `odds` (n_items,) are the titles' own log odds of standing on a list of
    today, `recent` (n_items,) marks titles from 2021 on. A title outside a linear model gets the linear score that the
    network's log chance suggests: `fill` (2, 2) are intercept and slope for past and for today. `reranker` (None: there
    is none) reorders the best titles of today and the best recent ones as it learned from lists without scores: if the
    list is of today, and in the share of it without scores. For a short list of one genre, by `genres` (None: nothing
    is known of them), titles of that genre and the network count more.
    """

    past: SparseLinear
    long: SparseLinear
    today: SparseLinear
    odds: NDArray[np.float32]
    recent: NDArray[np.bool_]
    likes: NDArray[np.float32]
    fill: NDArray[np.float32]
    mixing: Mixing
    reranker: Reranker | None = None
    genres: Genres | None = None

    def kind(self, items: Items, weights: Floats, n_scored: int, n_watching: int) -> ListKind:
        """The kind of a list of titles `items` (n,) begun, of which `n_scored` have a score and `n_watching` of the
        others are being watched."""
        n = len(items)
        recent = recency(float(self.recent[items].mean()) if n else 0.0)
        by_title = float(self.odds[items].sum()) / max(n, 1) ** 0.5
        share = self.mixing.share(n, n_scored, n_watching, recent, by_title)
        # What is being watched follows the seasons, whatever its genres.
        focus = self.genres.focus(items, weights) if self.genres and 2 * n_watching <= n else NONE
        return ListKind(items, weights, n_scored, n_watching, recent, by_title, share, focus)

    def scores(self, kind: ListKind, chance: Floats, today_chance: Floats) -> Floats:
        """The chance to watch of all titles, (n_items,). `chance` and `today_chance` (n_items,) are the network's log
        chances for the list as it is, and for the list without its scores, as the lists of today are."""
        parts = self.parts(kind, chance, today_chance)
        mixed = self.mixing.mix(kind, parts, self.changes(kind, parts))
        return self._focused(kind, parts, mixed)

    def _focused(self, kind: ListKind, parts: Parts, mixed: Floats) -> Floats:
        """The order `mixed` (n_items,), with more for the network and for titles of the list's genre."""
        if self.genres is None or not kind.focus.degree:
            return mixed
        result = _averaged(mixed, _between(parts.past_chance, parts.today_chance, kind.share), kind.net_weight)
        result[self.genres.having(kind.focus.genre)] += np.float32(_GENRE * kind.focus.degree)
        return result

    def changes(self, kind: ListKind, parts: Parts) -> Floats | float:
        """What the reranker adds to today's order of all titles, (n_items,): little unless the list is surely of today,
        and 0 for a list of scores alone."""
        unscored = len(kind.items) - kind.n_scored
        if self.reranker is None or not unscored:
            return 0.0
        weight = kind.share**_CERTAINTY * unscored / len(kind.items)
        order = self.mixing.today(parts.today, parts.today_chance)
        return self.reranker.changes(kind.items, self.today.rows, order, self.recent, weight)

    def pulls(self, kind: ListKind, wanted: Items) -> Floats:
        """What each title of the list adds to the linear scores of the titles `wanted` (m,), past and today as in
        `scores`: (m, n)."""
        past = sum(weight * one.pulls(kind.items, kind.weights, wanted) for one, weight in self._past(kind))
        today = self.today.pulls(kind.items, kind.weights, wanted)
        return _between(np.asarray(past), today, kind.share) / np.float32(1 + kind.net_weight)

    def parts(self, kind: ListKind, chance: Floats, today_chance: Floats) -> Parts:
        chance, today_chance = standardise(chance), standardise(today_chance)
        own = self.today.scores(kind.items, kind.weights, kind.recent)
        today = self._filled(1, self.today.titles, own, today_chance)
        return Parts(self.past_scores(kind, chance), chance, today, today_chance, self.recent, self._liked)

    def past_scores(self, kind: ListKind, chance: Floats) -> Floats:
        """The linear scores of the past of all titles, (n_items,), standardised. `chance` (n_items,) are the network's
        log chances, standardised."""
        own = sum(weight * one.scores(kind.items, kind.weights, kind.recent) for one, weight in self._past(kind))
        return self._filled(0, self.past.titles, np.asarray(own), chance)

    def _past(self, kind: ListKind) -> Iterator[tuple[SparseLinear, np.float32]]:
        """The linear models of the past that count for a list, and their shares."""
        share = self.mixing.long_share(len(kind.items))
        shares = ((self.past, 1 - share), (self.long, share))
        return ((one, np.float32(weight)) for one, weight in shares if weight)

    @cached_property
    def _liked(self) -> NDArray[np.float64]:
        return _log_places(self.likes[self.recent])

    def _filled(self, side: int, titles: Items, own: Floats, chance: Floats) -> Floats:
        filled = self.fill[side, 0] + self.fill[side, 1] * chance
        filled[titles] = standardise(own)
        return filled

    def extended(
        self, places: NDArray[np.intp], recent: NDArray[np.bool_], odds: NDArray[np.float32], likes: NDArray[np.float32]
    ) -> Self:
        """With more titles: title i stands at `places[i]`; `recent`, `odds` and `likes` (n_items,) are of all."""
        linear = {name: getattr(self, name).moved(places, len(odds)) for name in _LINEAR}
        return replace(self, **linear, odds=odds, recent=recent, likes=likes)

    def to_arrays(self) -> dict[str, NDArray]:
        own = {"watch_odds": self.odds.astype(np.float16), "watch_recent": self.recent.astype(np.uint8)}
        own |= {"watch_likes": self.likes.astype(np.float16)}
        own |= {} if self.reranker is None else self.reranker.to_arrays()
        own |= {"watch_fill": self.fill}
        for name in _LINEAR:
            own |= getattr(self, name).to_arrays(name)
        return own

    @property
    def config(self) -> dict[str, Any]:
        return {name: list(v) if isinstance(v, tuple) else v for name, v in self.mixing.__dict__.items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray], config: Mapping[str, Any], n_items: int) -> Self:
        """Raises KeyError or ValueError unless the arrays are there and fit together."""
        past, long, today = (SparseLinear.from_arrays(arrays, name, n_items) for name in _LINEAR)
        if not np.array_equal(long.titles, past.titles):
            raise ValueError("long_titles and past_titles are not the same")
        odds, recent, likes, fill = (arrays[f"watch_{name}"] for name in ("odds", "recent", "likes", "fill"))
        check_shape("watch_odds", odds, n_items)
        check_shape("watch_recent", recent, n_items)
        check_shape("watch_likes", likes, n_items)
        check_shape("watch_fill", fill, 2, 2)
        counts, net_weights, long_shares = (
            tuple(map(float, config[name])) for name in ("counts", "net_weights", "long_shares")
        )
        constant, by_title, by_era = map(float, config["odds"])
        weight, gap = float(config["today_net_weight"]), float(config["gap"])
        mixing = Mixing(counts, net_weights, long_shares, weight, (constant, by_title, by_era), gap)
        ascending = (np.diff(mixing.counts) > 0).all()
        if not len(counts) == len(net_weights) == len(long_shares) or not counts or not ascending:
            raise ValueError("the counts of the watching model do not ascend, or are not as many as their weights")
        odds, likes, fill = (array.astype(np.float32) for array in (odds, likes, fill))
        reranker = Reranker.from_arrays(arrays, len(today.titles))
        return cls(past, long, today, odds, recent.astype(bool), likes, fill, mixing, reranker)


def _between(past: Floats, today: Floats, share: float) -> Floats:
    return np.float32(1 - share) * past + np.float32(share) * today


def _averaged(linear: Floats, chance: Floats, weight: float) -> Floats:
    return (linear + np.float32(weight) * chance) / np.float32(1 + weight)


def recency(share: S) -> S:
    """How recent a list is (0..1), from the `share` (0..1) of its titles that are."""
    return share / (share + HALF_SHARE) * (1 + HALF_SHARE)


def _log_places(values: Floats) -> NDArray[np.float64]:
    """The logarithm of the place of each of `values` (n,), 1 for the largest; equal ones in their order."""
    logs = np.empty(len(values))
    logs[np.argsort(-values, kind="stable")] = np.log(np.arange(1, len(values) + 1))
    return logs


def _reordered(values: Floats, others: Floats) -> Floats:
    """The same `values` (n,) in another order: that of the logarithm of their place, plus `others` (n,)."""
    descending = np.sort(values)[::-1]
    result = np.empty_like(values)
    result[np.argsort(_log_places(values) + others, kind="stable")] = descending
    return result
