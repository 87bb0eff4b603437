"""Networks and the SVD trained on two Ray nodes: as in one process, also when a worker or a node dies."""

import contextlib
import os
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from recsys.cluster import networks, svd
from recsys.data import catalogue, manifest
from recsys.errors import ArtifactError
from recsys.models import store
from recsys.training import dsgd, hybrid, neural
from recsys.training.svd import SVDConfig
from scripts import recommend
from tests.cluster import s3
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


class Interrupted:
    """`spread` of a network whose workers call `each_epoch(epoch, rank, size)` before they report an epoch."""

    def __init__(self, spread, each_epoch) -> None:
        self._spread, self._each_epoch = spread, each_epoch

    def __call__(self, fit, options):
        return self._spread(InterruptedFit(fit, self._each_epoch), options)


class InterruptedFit:
    def __init__(self, fit, each_epoch) -> None:
        self._fit, self._each_epoch = fit, each_epoch

    def __call__(self, options, workers):
        ended = workers.ended_epoch

        def ended_epoch(losses, validations):
            self._each_epoch(len(losses), workers.rank, workers.size)
            ended(losses, validations)

        return self._fit(options, replace(workers, ended_epoch=ended_epoch))


def listening(pid: int) -> list[str]:
    """The addresses on which a process and those that it started listen."""
    processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    found: set[str] = set()
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            sockets = process.net_connections()
            found |= {s.laddr.ip.removeprefix("::ffff:") for s in sockets if s.status == psutil.CONN_LISTEN}
    return sorted(found)


def assert_same_network(found: dict, expected: dict) -> None:
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, atol=5e-3, err_msg=name)


@pytest.fixture
def storage(tmp_path):
    """The address of a folder in a simulated S3."""
    with s3.serving("bucket", tmp_path / "bucket") as host:
        yield f"s3://bucket/kept?endpoint_override={host}&scheme=http&region=us-east-1"


def test_network_is_the_same_though_a_worker_dies_and_resumes_when_the_command_is_run_again(
    nodes, storage, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("RAY_TRAIN_HEALTH_CHECK_INTERVAL_S", "0.2")
    run = small.run(tmp_path)
    plain = neural.train(run, CONFIG)
    spread = networks.spread(nodes.address, storage, "neural")
    driver, killed = os.getpid(), Killed(tmp_path / "died")

    def look_then_die(epoch: int, rank: int, size: int) -> None:
        if epoch == 1 and rank == 0:
            (tmp_path / "listening").write_text(" ".join(listening(driver)))
        if epoch == 3 and rank == size - 1:
            killed.here()

    found = neural.train(replace(run, spread=Interrupted(spread, look_then_die)), CONFIG)
    assert (tmp_path / "died").exists()
    assert (tmp_path / "listening").read_text() == "127.0.0.1"
    for name in ("training_loss_by_epoch", "validation_loss_by_epoch"):
        np.testing.assert_allclose(found.metrics[name], plain.metrics[name], atol=1e-3)
    assert_same_network(found.model.net.weights, plain.model.net.weights)
    assert list((tmp_path / "bucket" / "kept" / "neural").rglob("network.safetensors"))
    shown = capsys.readouterr().err
    assert "epoch 2: loss" in shown
    assert ", 2 workers" in shown
    with pytest.raises(ArtifactError, match=r"neural holds the checkpoint of another training.*Delete it"):
        neural.train(replace(run, spread=spread, seed=1), CONFIG)


def test_hybrid_is_trained_and_recommends_to_everyone_on_the_cluster(nodes, tmp_path):
    config = replace(trained.HYBRID, schedule=CONFIG.schedule)
    run, artifacts = small.run(tmp_path), tmp_path / "artifacts"
    spread = networks.spread(nodes.address, str(tmp_path / "checkpoints"), "hybrid")
    found = hybrid.train(replace(run, spread=spread), config)
    assert_same_network(found.model.net.weights, hybrid.train(run, config).model.net.weights)
    with manifest.writing(artifacts, data_set="made up", licence="CC0-1.0") as batch:
        catalogue.add_to(batch, small.titles())
        pq.write_table(pa.table({"anime_id": [10], "n_ratings": [3]}), batch.path("title_stats.parquet"))
        file = store.file_name("hybrid")
        store.save(found.model, batch.path(file))
        batch.model("hybrid", file=file)
    lists = pa.table({"fan": [n // 6 for n in range(240)], "anime_id": [10 + n * 7 % 60 for n in range(240)]})
    lists = lists.append_column("score", pa.array([None if n % 5 == 0 else n % 10 + 1.0 for n in range(240)]))
    pq.write_table(lists, tmp_path / "fans.parquet")
    options = ["--ratings", str(tmp_path / "fans.parquet"), "--artifacts", str(artifacts), "--model", "hybrid"]
    outs = [tmp_path / "plain.parquet", tmp_path / "out.parquet"]
    assert recommend.main([*options, "--out", str(outs[0])]) == 0
    assert recommend.main([*options, "--out", str(outs[1]), "--ray", nodes.address]) == 0
    first, second = map(pq.read_table, outs)
    assert second.equals(first)
    assert first.num_rows == 40 * 10


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
