"""Networks and the SVD trained on two Ray nodes: as in one process, also when a worker or a node dies."""

import os
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recsys.cluster import networks, svd
from recsys.errors import ArtifactError
from recsys.training import dsgd, neural
from recsys.training.svd import SVDConfig
from tests.training import small, trained

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(400)]

CONFIG = replace(trained.NEURAL, schedule=replace(trained.SCHEDULE, max_epochs=4))
SVD_CONFIG = SVDConfig(n_factors=8, n_epochs=400)
N_BLOCKS = 3


class Killed:
    """Kills the process that first calls `here`, if no other was killed before: `marker` says so."""

    def __init__(self, marker: Path) -> None:
        self._marker = marker

    def here(self) -> None:
        if not self._marker.exists():
            self._marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)


class Dying:
    """`spread` of a network, one of whose workers dies in the third epoch."""

    def __init__(self, spread, marker: Path) -> None:
        self._spread, self._killed = spread, Killed(marker)

    def __call__(self, fit, options):
        return self._spread(DyingFit(fit, self._killed), options)


class DyingFit:
    def __init__(self, fit, killed: Killed) -> None:
        self._fit, self._killed = fit, killed

    def __call__(self, options, workers):
        ended = workers.ended_epoch

        def ended_epoch(losses, validations):
            if len(losses) == 3 and workers.rank == workers.size - 1:
                self._killed.here()
            ended(losses, validations)

        return self._fit(options, replace(workers, ended_epoch=ended_epoch))


def test_network_is_the_same_though_a_worker_dies_and_resumes_when_the_command_is_run_again(
    nodes, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("RAY_TRAIN_HEALTH_CHECK_INTERVAL_S", "0.2")
    run = small.run(tmp_path)
    plain = neural.train(run, CONFIG)
    spread = networks.spread(nodes.address, str(tmp_path / "checkpoints"), "neural")
    found = neural.train(replace(run, spread=Dying(spread, tmp_path / "died")), CONFIG)
    assert (tmp_path / "died").exists()
    for name in ("training_loss_by_epoch", "validation_loss_by_epoch"):
        np.testing.assert_allclose(found.metrics[name], plain.metrics[name], atol=1e-3)
    before, after = plain.model.net.weights, found.model.net.weights
    for name in before:
        np.testing.assert_allclose(after[name], before[name], atol=5e-3, err_msg=name)
    shown = capsys.readouterr().err
    assert "epoch 2: loss" in shown
    assert ", 2 workers" in shown
    with pytest.raises(ArtifactError, match=r"neural holds the checkpoint of another training.*Delete it"):
        neural.train(replace(run, spread=spread, seed=1), CONFIG)


def test_svd_is_the_same_bit_for_bit_though_a_node_dies(nodes, tmp_path):
    data = small.ratings()
    columns = (data.users, data.items, data.scores, len(data.user_ids), len(data.item_ids))
    checkpoints = tmp_path / "checkpoints"
    state = checkpoints / "svd-dsgd" / "state.json"
    killed = nodes.kill_other_when(state.exists)
    found = svd.fit(nodes.address, data, SVD_CONFIG, N_BLOCKS, 0, str(checkpoints), every=20)
    killed.join()
    expected = dsgd.fit(*dsgd.divide(*columns, SVD_CONFIG, N_BLOCKS, 0))
    for name in ("pu", "qi", "bu", "bi", "user_rows", "item_rows"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
    assert [path.name for path in state.parent.iterdir() if path.is_dir()] == ["epoch-0400"]
    with pytest.raises(ArtifactError, match="another training"):
        svd.fit(nodes.address, data, SVD_CONFIG, N_BLOCKS, 1, str(checkpoints))
