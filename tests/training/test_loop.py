"""The epoch loop: reproducible, resumable, stops early."""

import numpy as np
import pytest
import torch
from torch import nn

from recsys.errors import ArtifactError
from recsys.training import loop

X = torch.from_numpy(np.random.default_rng(0).normal(size=(64, 3))).float()
Y = X @ torch.tensor([1.0, -2, 0.5])


class Batches:
    def __len__(self):
        return 4

    def epoch(self, epoch):
        order = np.random.default_rng(epoch).permutation(64)
        return [order[i::4] for i in range(4)]


class Dropping(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.linear = nn.Linear(3, 1)

    def forward(self, x):
        return self.linear(nn.functional.dropout(x, 0.1, self.training))[:, 0]


def loss(module, rows):
    return (module(X[rows]) - Y[rows]).square().mean()


def validate(module):
    return (module(X) - Y).square().mean().item()


def train(**options):
    module = Dropping()
    schedule = loop.Schedule(max_epochs=6, lr=0.05, patience=9)
    run = loop.RunOptions(device="cpu", progress=False, **options)
    history = loop.train(module, Batches(), loss, validate, schedule, run, {"what": "test"})
    return module, history


def test_training_helps_and_the_same_seed_gives_the_same_weights():
    module, history = train()
    again, _ = train()
    assert history.validations[history.best] < validate(Dropping()) / 2
    assert torch.equal(module.linear.weight, again.linear.weight)


def test_a_killed_run_resumes_to_the_same_weights(tmp_path):
    whole, _ = train()

    class KilledError(Exception):
        pass

    calls = []

    def killed(module):
        calls.append(1)
        if len(calls) == 4:
            raise KilledError
        return validate(module)

    checkpoint = tmp_path / "run.safetensors"
    options = loop.RunOptions(device="cpu", progress=False, checkpoint=checkpoint)
    schedule = loop.Schedule(max_epochs=6, lr=0.05, patience=9)
    with pytest.raises(KilledError):
        loop.train(Dropping(), Batches(), loss, killed, schedule, options, {"what": "test"})
    resumed = Dropping()
    history = loop.train(resumed, Batches(), loss, validate, schedule, options, {"what": "test"})
    assert len(history.losses) == 6
    assert torch.equal(resumed.linear.weight, whole.linear.weight)


def test_a_checkpoint_of_another_training_is_refused(tmp_path):
    checkpoint = tmp_path / "run.safetensors"
    train(checkpoint=checkpoint)
    with pytest.raises(ArtifactError, match="another training"):
        train(checkpoint=checkpoint, seed=5)
    checkpoint.write_bytes(b"nonsense")
    with pytest.raises(ArtifactError, match="not a checkpoint"):
        train(checkpoint=checkpoint)


def test_it_stops_when_validation_no_longer_improves_and_keeps_the_best():
    values = iter([5.0, 3, 4, 4, 4, 4, 4, 4])
    module = Dropping()
    schedule = loop.Schedule(max_epochs=8, lr=0.05, patience=2)
    options = loop.RunOptions(device="cpu", progress=False)
    history = loop.train(module, Batches(), loss, lambda _: next(values), schedule, options, {})
    assert history.best == 1
    assert len(history.losses) == 4
