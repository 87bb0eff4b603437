"""Batches of fans for torch models: each fan's list is split at random into known and hidden titles."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from recsys.data.ratings import Ratings, Unscored
from recsys.models.fan_net import SEEN_WEIGHTS, watch_weights
from recsys.training.rows import Rows
from recsys.training.workers import ALONE, Workers

#: Share of a batch's fans whose facts are given. The app never asks for facts, so the network must work without.
FACTS_KNOWN = 0.5


@dataclass(frozen=True)
class RevealConfig:
    """How many titles of a list are known."""

    #: Fans in a batch.
    n_fans: int = 64
    #: The number of known titles is log-uniform between these for most fans ...
    fewest: int = 1
    most: int = 40
    #: ... and between 30% and 95% of the list for this share of fans.
    long_share: float = 0.25
    #: At most this many hidden scores of a fan count in a batch's error, as in the evaluation.
    max_asked: int = 100
    #: Share of fans with scores whose known titles are given without their scores.
    score_dropout: float = 0.25
    #: Hidden titles with at least this score are to be recommended.
    liked: float = 8.0


@dataclass(frozen=True)
class Known:
    """Titles of fans: `items`, `fans` and `scores` (m,), 0 where there is none; `rated` (m,) marks those with one,
    `weights` (m,) is how much each counts in what the fan watches."""

    items: Tensor
    fans: Tensor
    scores: Tensor
    rated: Tensor
    weights: Tensor

    def part(self, kept: Tensor, size: int) -> "Known":
        """The rows `kept` (m,), of every `size`-th fan."""
        chosen = (getattr(self, field.name)[kept] for field in fields(self))
        items, fans, *others = chosen
        return Known(items, fans // size, *others)


@dataclass(frozen=True)
class Whole:
    """The batch that a part is of: its number of fans, its number of `asked` titles, and which `rows` of its fans the
    part has."""

    n: int
    n_asked: int
    rows: slice


@dataclass(frozen=True)
class Batch:
    """The lists of `n` fans in two parts. Of the hidden titles, `wanted` (m,) are to be recommended: liked, or watched
    by a fan who scores nothing; `asked` (m,) count in the error of scores, at most `max_asked` per fan. `facts`
    (n, n_facts) are zeros where not given, None if there are none."""

    n: int
    known: Known
    hidden: Known
    wanted: Tensor
    asked: Tensor
    whole: Whole
    facts: Tensor | None = None

    def part(self, rank: int, size: int) -> "Batch":
        """Of every `size` fans the one at `rank`."""
        if size == 1:
            return self
        known, hidden = (lists.fans % size == rank for lists in (self.known, self.hidden))
        rows = slice(rank, None, size)
        return Batch(
            len(range(self.n)[rows]),
            self.known.part(known, size),
            self.hidden.part(hidden, size),
            self.wanted[hidden],
            self.asked[hidden],
            replace(self.whole, rows=rows),
            None if self.facts is None else self.facts[rows],
        )


class Reveals:
    """Epochs of batches. An epoch contains each fan with at least two titles once.

    The same seed and epoch give the same batches.
    """

    def __init__(
        self,
        ratings: Ratings,
        unscored: Unscored | None,
        config: RevealConfig,
        seed: int,
        device: torch.device,
        facts: NDArray[np.float32] | None = None,
        workers: Workers = ALONE,
    ) -> None:
        """All fans of `ratings` and `unscored` take part; `facts` (n_users, n_facts) belong to them. With several
        `workers`, every process draws the same batches and gives its part of each."""
        self._rows = Rows(ratings, unscored)
        self._config, self._seed, self._device, self._facts = config, seed, device, facts
        self._workers = workers
        self._users = np.flatnonzero(np.diff(self._rows.bounds) >= 2)

    def __len__(self) -> int:
        return math.ceil(len(self._users) / self._config.n_fans)

    def epoch(self, epoch: int) -> Iterator[Batch]:
        rng = np.random.default_rng([self._seed, epoch])
        facts_rng = np.random.default_rng([self._seed, epoch, 1])  # a separate generator: facts change no other draw
        order = rng.permutation(self._users)
        for start in range(0, len(order), self._config.n_fans):
            users = order[start : start + self._config.n_fans]
            batch = self._batch(users, rng)
            if self._facts is not None:
                batch = replace(batch, facts=self._drop(self._facts[users], facts_rng))
            yield batch.part(self._workers.rank, self._workers.size)

    def _drop(self, facts: NDArray[np.float32], rng: np.random.Generator) -> Tensor:
        kept = rng.random((len(facts), 1), np.float32) < FACTS_KNOWN
        return torch.from_numpy(facts * kept).to(self._device)

    def _batch(self, users: NDArray, rng: np.random.Generator) -> Batch:
        config, bounds = self._config, self._rows.bounds
        first, lengths = bounds[users], np.diff(bounds)[users]
        few = np.exp(rng.uniform(np.log(config.fewest), np.log(config.most + 1), len(users)))
        many = lengths * rng.uniform(0.3, 0.95, len(users))
        known = np.where(rng.random(len(users)) < config.long_share, many, few).astype(int).clip(1, lengths - 1)
        fans = np.repeat(np.arange(len(users)), lengths)
        ends = np.cumsum(lengths)
        rank = np.arange(ends[-1]) - np.repeat(ends - lengths, lengths)
        rows = rank + np.repeat(first, lengths)
        rows = rows[np.lexsort((rng.random(len(rows)), fans))]
        shown = rank < np.repeat(known, lengths)
        told = rng.random(len(users)) >= config.score_dropout
        scores, hidden = self._rows.scores[rows], ~shown
        near = rank < np.repeat(known + config.max_asked, lengths)
        wanted = np.where(self._rows.scoring[users][fans], scores >= config.liked, True)
        asked = (near & (scores > 0))[hidden]
        return Batch(
            len(users),
            self._part(rows[shown], fans[shown], told[fans[shown]]),
            self._part(rows[hidden], fans[hidden]),
            torch.from_numpy(wanted[hidden]).to(self._device),
            torch.from_numpy(asked).to(self._device),
            Whole(len(users), int(asked.sum()), slice(None)),
        )

    def _part(self, rows: NDArray, fans: NDArray, told: NDArray[np.bool_] | None = None) -> Known:
        scores, statuses = self._rows.scores[rows], self._rows.statuses[rows]
        rated = (scores > 0) & (True if told is None else told)
        weights = np.where(rated, watch_weights(scores), SEEN_WEIGHTS[statuses])
        columns = (self._rows.items[rows].astype(np.int64), fans, scores.astype(np.float32), rated, weights)
        return Known(*(torch.from_numpy(np.ascontiguousarray(c)).to(self._device) for c in columns))
