"""Batches of fans for torch models: each fan's list is split at random into known and hidden ratings."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from recsys.data.ratings import Ratings

#: Share of a batch's fans whose facts are given. The app never asks for facts, so the network must work without.
FACTS_KNOWN = 0.5


@dataclass(frozen=True)
class RevealConfig:
    """How many ratings of a list are known."""

    #: Fans in a batch.
    n_fans: int = 64
    #: The number of known ratings is log-uniform between these for most fans ...
    fewest: int = 1
    most: int = 40
    #: ... and between 30% and 95% of the list for this share of fans.
    long_share: float = 0.25
    #: At most this many hidden scores of a fan count in a batch's error, as in the evaluation.
    max_asked: int = 100


@dataclass(frozen=True)
class Batch:
    """The ratings of `n` fans. Known: `items`, `scores`, `fans` (known,), grouped by fan. Hidden: `hidden_items`,
    `hidden_scores`, `hidden_fans` (hidden,); `asked` (hidden,) marks those that count in the error, at most `max_asked`
    per fan. `facts` (n, n_facts) are zeros where not given, None if there are none."""

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
    """Epochs of batches. An epoch contains each of `users` (positions in `ratings`) with at least two ratings once.

    The same seed and epoch give the same batches.
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
        """`facts` (n_users, n_facts) belong to all fans of `ratings`."""
        self._ratings, self._config, self._seed, self._device = ratings, config, seed, device
        self._facts = facts
        self._bounds = np.searchsorted(ratings.users, np.arange(len(ratings.user_ids) + 1))
        self._users = users[np.diff(self._bounds)[users] >= 2]

    def __len__(self) -> int:
        return math.ceil(len(self._users) / self._config.n_fans)

    def epoch(self, epoch: int) -> Iterator[Batch]:
        rng = np.random.default_rng([self._seed, epoch])
        facts_rng = np.random.default_rng([self._seed, epoch, 1])  # a separate generator: facts change no other draw
        order = rng.permutation(self._users)
        for start in range(0, len(order), self._config.n_fans):
            users = order[start : start + self._config.n_fans]
            batch = self._batch(users, rng)
            yield batch if self._facts is None else replace(batch, facts=self._drop(self._facts[users], facts_rng))

    def _drop(self, facts: NDArray[np.float32], rng: np.random.Generator) -> Tensor:
        kept = rng.random((len(facts), 1), np.float32) < FACTS_KNOWN
        return torch.from_numpy(facts * kept).to(self._device)

    def _batch(self, users: NDArray, rng: np.random.Generator) -> Batch:
        config = self._config
        first, lengths = self._bounds[users], np.diff(self._bounds)[users]
        few = np.exp(rng.uniform(np.log(config.fewest), np.log(config.most + 1), len(users)))
        many = lengths * rng.uniform(0.3, 0.95, len(users))
        known = np.where(rng.random(len(users)) < config.long_share, many, few).astype(int).clip(1, lengths - 1)
        fans = np.repeat(np.arange(len(users)), lengths)
        ends = np.cumsum(lengths)
        rank = np.arange(ends[-1]) - np.repeat(ends - lengths, lengths)
        rows = rank + np.repeat(first, lengths)
        rows = rows[np.lexsort((rng.random(len(rows)), fans))]
        shown = rank < np.repeat(known, lengths)
        asked = (rank < np.repeat(known + config.max_asked, lengths))[~shown]
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
