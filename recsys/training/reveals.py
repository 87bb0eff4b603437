"""Batches of fans for torch models: each fan's list is cut at random into what is told and what is asked."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from recsys.data.ratings import Ratings

#: Share of the fans of a batch whose facts are told: the network must be as good without, as nobody is ever asked.
FACTS_TOLD = 0.5


@dataclass(frozen=True)
class RevealConfig:
    """How much of a list is told."""

    #: Fans in a batch.
    n_fans: int = 64
    #: Told ratings are log-uniform between these, for most fans ...
    fewest: int = 1
    most: int = 40
    #: ... and this share of fans tells between 30% and 95% of the list.
    long_share: float = 0.25
    #: At most this many hidden scores of a fan count in the error of a batch, as in the evaluation.
    max_asked: int = 100


@dataclass(frozen=True)
class Batch:
    """`n` fans. Told: `items`, `scores`, `fans` (told,), rows of one fan together. Kept back: `hidden_items`,
    `hidden_scores`, `hidden_fans` (hidden,), all of it; `asked` (hidden,) marks at most `max_asked` per fan.
    `facts` (n, n_facts), known of the fans beside their ratings, are zeros where not told, None if there are none."""

    n: int
    items: Tensor
    scores: Tensor
    fans: Tensor
    hidden_items: Tensor
    hidden_scores: Tensor
    hidden_fans: Tensor
    asked: Tensor
    facts: Tensor | None = None


class Reveals:
    """An epoch visits every one of `users` (positions in `ratings`, each with at least two ratings) once.

    The same seed and epoch give the same batches. All of it is array work: no Python object per rating.
    """

    def __init__(
        self,
        ratings: Ratings,
        users: NDArray[np.integer],
        config: RevealConfig,
        seed: int,
        device: torch.device,
        facts: NDArray[np.float32] | None = None,
    ) -> None:
        """`facts` (n_users, n_facts) of all fans of `ratings`."""
        self._ratings, self._config, self._seed, self._device = ratings, config, seed, device
        self._facts = facts
        self._bounds = np.searchsorted(ratings.users, np.arange(len(ratings.user_ids) + 1))
        self._users = users[np.diff(self._bounds)[users] >= 2]

    def __len__(self) -> int:
        return math.ceil(len(self._users) / self._config.n_fans)

    def epoch(self, epoch: int) -> Iterator[Batch]:
        rng = np.random.default_rng([self._seed, epoch])
        facts_rng = np.random.default_rng([self._seed, epoch, 1])  # its own, so that facts change no other draw
        order = rng.permutation(self._users)
        for start in range(0, len(order), self._config.n_fans):
            users = order[start : start + self._config.n_fans]
            batch = self._batch(users, rng)
            yield batch if self._facts is None else replace(batch, facts=self._told(self._facts[users], facts_rng))

    def _told(self, facts: NDArray[np.float32], rng: np.random.Generator) -> Tensor:
        told = rng.random((len(facts), 1), np.float32) < FACTS_TOLD
        return torch.from_numpy(facts * told).to(self._device)

    def _batch(self, users: NDArray, rng: np.random.Generator) -> Batch:
        config = self._config
        first, lengths = self._bounds[users], np.diff(self._bounds)[users]
        few = np.exp(rng.uniform(np.log(config.fewest), np.log(config.most + 1), len(users)))
        many = lengths * rng.uniform(0.3, 0.95, len(users))
        told = np.where(rng.random(len(users)) < config.long_share, many, few).astype(int).clip(1, lengths - 1)
        fans = np.repeat(np.arange(len(users)), lengths)
        ends = np.cumsum(lengths)
        rank = np.arange(ends[-1]) - np.repeat(ends - lengths, lengths)
        rows = rank + np.repeat(first, lengths)
        rows = rows[np.lexsort((rng.random(len(rows)), fans))]
        shown = rank < np.repeat(told, lengths)
        asked = (rank < np.repeat(told + config.max_asked, lengths))[~shown]
        return Batch(
            len(users),
            *self._tensors(rows[shown], fans[shown]),
            *self._tensors(rows[~shown], fans[~shown]),
            torch.from_numpy(asked).to(self._device),
        )

    def _tensors(self, rows: NDArray, fans: NDArray) -> tuple[Tensor, Tensor, Tensor]:
        items = torch.from_numpy(self._ratings.items[rows].astype(np.int64))
        scores = torch.from_numpy(self._ratings.scores[rows].astype(np.float32))
        return items.to(self._device), scores.to(self._device), torch.from_numpy(fans).to(self._device)
