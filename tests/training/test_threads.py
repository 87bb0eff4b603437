"""A training that fails leaves the libraries' numbers of threads as they were."""

from contextlib import nullcontext

import numba
import numpy as np
import pytest
import torch
from torch import nn

from recsys.training import loop, sgd_kernel
from recsys.training.svd import SVD


class FailedError(Exception):
    pass


def fail(*_):
    raise FailedError


@pytest.fixture(params=[False, True], ids=["succeeds", "fails"])
def fails(request):
    return request.param


@pytest.mark.skipif(numba.config.NUMBA_NUM_THREADS < 2, reason="needs two cores")
def test_svd_restores_numbas_threads(monkeypatch, fails):
    before = numba.get_num_threads()
    used = []

    def epoch(*_):
        used.append(numba.get_num_threads())
        if fails:
            raise FailedError

    monkeypatch.setattr(sgd_kernel, "sgd_hogwild", epoch)
    numba.set_num_threads(1)
    users, titles = np.array([0, 0, 1, 1], np.int32), np.array([0, 1, 1, 0], np.int32)  # not in one order
    try:
        with pytest.raises(FailedError) if fails else nullcontext():
            SVD(n_epochs=1, n_threads=2).fit_arrays(users, titles, np.ones(4))
        assert used == [2]
        assert numba.get_num_threads() == 1
    finally:
        numba.set_num_threads(before)


def test_the_epoch_loop_restores_torchs_threads(fails):
    class Batches:
        def __len__(self):
            return 1

        def epoch(self, epoch):
            return [torch.ones(1, 2)]

    used = []

    def validate(_):
        used.append(torch.get_num_threads())
        return fail() if fails else 0.0

    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        with pytest.raises(FailedError) if fails else nullcontext():
            loop.train(
                nn.Linear(2, 1),
                Batches(),
                lambda module, batch: module(batch).sum(),
                validate,
                loop.Schedule(max_epochs=1),
                loop.RunOptions(device="cpu", threads=2, progress=False),
                {},
            )
        assert used == [2]
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


def test_a_failing_thread_of_the_svd_ends_the_others(monkeypatch):
    def fail_on_the_first_group(first, last, begins, *_):
        if begins[0] == 0:
            raise FailedError

    monkeypatch.setattr(sgd_kernel, "sgd_pass", fail_on_the_first_group)
    users, titles = np.array([0, 0, 1, 1], np.int32), np.array([0, 1, 0, 1], np.int32)
    with pytest.raises(FailedError):
        SVD(n_epochs=1, n_threads=2).fit_arrays(users, titles, np.ones(4))
