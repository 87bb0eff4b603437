"""Parts of a batch, each as another process has it, add up to the batch."""

import numpy as np
import pytest
import torch

from recsys.training.fan_net import FanNet, NetConfig
from recsys.training.reveals import RevealConfig, Reveals
from recsys.training.workers import ALONE, Workers
from tests.training import small

LISTS = small.lists()
N_ITEMS = len(LISTS.ratings.item_ids)
CONFIG = NetConfig(16, 8, 4, 12, watch_dropout=0.3, taste_dropout=0.3, id_dropout=0.3)


def batches(workers, n_fans=64, with_facts=False):
    facts = None
    if with_facts:
        facts = np.random.default_rng(1).random((len(LISTS.ratings.user_ids), 3)).astype(np.float32)
    config = RevealConfig(n_fans=n_fans)
    reveals = Reveals(LISTS.ratings, LISTS.unscored, config, 0, torch.device("cpu"), facts, workers)
    return list(reveals.epoch(0))


def gradients(batch, n_facts=0):
    """The loss and all gradients of a network in training, with the same random draws for every part."""
    rng = np.random.default_rng(0)
    content = (rng.random((N_ITEMS, 5)) < 0.3).astype(np.float32)
    torch.manual_seed(0)
    module = FanNet(CONFIG, content, 7.0, rng.normal(size=N_ITEMS), rng.integers(0, 9, N_ITEMS), n_facts).train()
    torch.manual_seed(1)
    loss = module.loss(batch)
    loss.backward()
    return [loss.detach(), *(parameter.grad for parameter in module.parameters())]


@pytest.mark.parametrize("with_facts", [False, True])
@pytest.mark.parametrize(("size", "n_fans"), [(2, 64), (3, 64), (5, 3)])
def test_losses_and_gradients_of_parts_add_up(size, n_fans, with_facts):
    """Dropout included; also with parts that have no fan."""
    whole = batches(ALONE, n_fans, with_facts)
    parts = [batches(Workers(rank, size), n_fans, with_facts) for rank in range(size)]
    assert {len(part) for part in parts} == {len(whole)}
    for number in (0, len(whole) - 1):
        expected = gradients(whole[number], 3 if with_facts else 0)
        found = [gradients(part[number], 3 if with_facts else 0) for part in parts]
        for want, *pieces in zip(expected, *found, strict=True):
            torch.testing.assert_close(sum(pieces), want, rtol=1e-4, atol=1e-5)


def test_each_fan_is_in_one_part():
    whole = batches(ALONE)
    parts = [batches(Workers(rank, 3)) for rank in range(3)]
    for number, batch in enumerate(whole):
        assert sum(part[number].n for part in parts) == batch.n
        rows = [tuple(row) for part in parts for row in known(part[number])]
        assert sorted(rows) == sorted(tuple(row) for row in known(batch))


def known(batch):
    return zip(batch.known.items.tolist(), batch.known.scores.tolist(), strict=True)


def test_of_several_processes_only_the_first_shows_and_saves():
    assert ALONE.first
    assert not Workers(1, 2).first
