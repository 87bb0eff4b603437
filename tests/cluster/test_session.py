"""Connecting: addresses, what is imported when, what listens where, and a head that is lost."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from recsys.cluster import raw_files, session
from recsys.cluster.storage import Storage
from recsys.errors import ArtifactError, DataError
from scripts import prepare, recommend, train
from tests.prepare import rawset

ROOT = Path(__file__).parents[2]
LOST = """
import threading, time
from recsys.cluster.session import _import, connect
ray = _import("local")
from ray.cluster_utils import Cluster
from scripts.common import run
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})

def sleep(seconds):
    time.sleep(seconds)

def work(_):
    with connect(cluster.address) as session:
        threading.Timer(2, cluster.head_node.KILL, [False]).start()
        WAIT

print("status", run(work, None), flush=True)
"""
LISTENING = """
import psutil
from recsys.cluster.session import connect


def double(n):
    return 2 * n

with connect("local") as session:
    assert dict(session.run(double, [(1,), (2,)])) == {0: 2, 1: 4}
    processes = [psutil.Process(), *psutil.Process().children(recursive=True)]
    sockets = [s for p in processes for s in p.net_connections() if s.status == psutil.CONN_LISTEN]
    print("names", *{p.name() for p in processes})
    print("listening", *{s.laddr.ip.removeprefix("::ffff:") for s in sockets})
"""
PLAIN = """
import os, sys
from scripts import evaluate, prepare, recommend, train
assert recommend.main(["--ratings", sys.argv[1], "--model", "svd", "--out", sys.argv[1] + ".out"]) == 0
sys.path.insert(0, os.getcwd())
os.chdir(os.path.dirname(sys.argv[2]))  # without the shipped catalogue, whose franchises take seconds
assert prepare.main(["--source", sys.argv[2], "--out", sys.argv[2] + "-out"]) in (0, 2)
for command in (evaluate, train):
    try:
        command.main(["--help"])
    except SystemExit:
        pass
print("ray imported:", any(name.split(".")[0] in ("ray", "optuna") for name in sys.modules))
"""


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200, check=False)


@pytest.fixture
def no_catalogue(tmp_path, monkeypatch):
    """Be elsewhere, so that preparing does not read the shipped catalogue first."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.cluster
@pytest.mark.timeout(300)
@pytest.mark.usefixtures("needs_ray")
@pytest.mark.parametrize(
    ("kill", "wait", "said"),
    [
        ("kill_gcs_server", "list(session.run(sleep, [(100,)]))", "The Ray head 127.0.0.1:"),
        ("kill_gcs_server", "session.watch(lambda: ray.get(ray.remote(sleep).remote(100)))", "The Ray head 127.0.0.1:"),
        ("kill_raylet", "session.watch(lambda: time.sleep(100))", "The Ray node of this machine"),
    ],
)
def test_lost_head_or_node_is_an_error(kill, wait, said):
    found = python(LOST.replace("WAIT", wait).replace("KILL", kill))
    assert "status 2" in found.stdout, found.stderr
    assert found.returncode == 2
    assert said in found.stderr
    assert "does not answer any more" in found.stderr
    assert "run the same command again" in found.stderr


@pytest.mark.cluster
@pytest.mark.timeout(300)
@pytest.mark.usefixtures("needs_ray")
def test_local_cluster_listens_on_the_loopback_interface_only_and_has_no_dashboard():
    found = python(LISTENING).stdout.splitlines()
    assert found[-1] == "listening 127.0.0.1"
    assert "gcs_server" in found[-2]
    assert "dashboard" not in found[-2]


def test_nothing_of_ray_is_imported_without_the_option(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"fan": [1], "anime_id": [5114], "score": [9.0]}), tmp_path / "fans.parquet")
    raw = rawset.good(tmp_path / "raw")
    found = python(PLAIN, str(tmp_path / "fans.parquet"), str(raw))
    assert found.stdout.splitlines()[-1] == "ray imported: False", found.stderr


@pytest.mark.usefixtures("no_catalogue")
@pytest.mark.parametrize(
    ("address", "said"),
    [("everywhere", "local, auto or HOST:PORT"), ("127.0.0.1:1", "No Ray head answers at 127.0.0.1:1")],
)
def test_wrong_addresses(address, said, tmp_path, capsys):
    raw = rawset.good(tmp_path / "raw")
    assert prepare.main(["--source", str(raw), "--out", str(tmp_path / "out"), "--ray", address]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("no_catalogue")
@pytest.mark.parametrize(
    ("address", "said"),
    [("local", "Cannot start Ray on this machine (made-up"), ("auto", "Cannot use the Ray cluster")],
)
def test_ray_that_does_not_start_is_an_error(address, said, monkeypatch, tmp_path, capsys):
    def init(**_):
        raise Exception("made-up reason\nand more of it")

    monkeypatch.setattr(session, "_import", lambda _: SimpleNamespace(init=init))
    raw = rawset.good(tmp_path / "raw")
    assert prepare.main(["--source", str(raw), "--out", str(tmp_path / "out"), "--ray", address]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "made-up reason)" in error


@pytest.mark.usefixtures("no_catalogue")
def test_options_that_do_not_go_together(tmp_path, capsys):
    assert recommend.main(["--anilist", "ann", "--ray", "local"]) == 2
    assert "--ray is for --ratings" in capsys.readouterr().err
    for options in (["svd", "--ray", "local"], ["svd", "--tune", "2"], ["neural", "--tune", "2", "--ray", "local"]):
        assert train.main(options) == 2
        assert "train svd --tune N --ray ADDRESS" in capsys.readouterr().err
    assert prepare.main(["--source", "s3://lists/mal?key=made-up", "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert "--ray local" in said
    assert "made-up" not in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["neural", "--workers", "2"], "--workers and --dsgd are for --ray ADDRESS"),
        (["svd", "--dsgd", "4"], "--workers and --dsgd are for --ray ADDRESS"),
        (["neural", "--ray", "local", "--workers", "0"], "a number from 1"),
        (["svd", "--ray", "local", "--dsgd", "-1"], "a number from 1"),
        (["neural", "svd", "--ray", "local", "--dsgd", "4"], "--dsgd is for the svd alone"),
        (["hybrid", "popularity", "--ray", "local"], "--ray does not train popularity"),
        (["atlas", "--ray", "local"], "--ray does not train atlas"),
        (["hybrid", "--ray", "local"], "--ray needs --checkpoints"),
        (["neural", "--checkpoints", "s3://made-up/folder"], "takes a folder of this machine"),
    ],
)
def test_training_options_that_do_not_go_together(options, said, capsys):
    assert train.main(options) == 2
    assert said in capsys.readouterr().err


def test_checkpoints_are_kept_where_the_address_says(tmp_path):
    storage = Storage(str(tmp_path / "new"))
    assert storage.read("run/state.json") is None
    storage.write("run/state.json", b"{}")
    storage.write_arrays("run/a.safetensors", {"x": np.arange(3.0)})
    assert (tmp_path / "new" / "run" / "state.json").read_bytes() == storage.read("run/state.json") == b"{}"
    np.testing.assert_array_equal(storage.read_arrays("run/a.safetensors")["x"], np.arange(3.0))
    storage.write("run/a.safetensors", b"damaged")
    for name in ("run/a.safetensors", "run/none.safetensors"):
        with pytest.raises(ArtifactError, match="missing or damaged"):
            storage.read_arrays(name)
    storage.delete("run")
    storage.delete("run")
    assert storage.read("run/state.json") is None


def test_checkpoints_that_cannot_be_written_are_an_error_without_credentials(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(DataError, match="a folder that all nodes share"):
        Storage(str(tmp_path / "file" / "below"))
    with pytest.raises(DataError, match="Credentials do not belong in --checkpoints") as error:
        Storage("s3://made-up-key:made-up-secret@lists/checkpoints")
    assert "made-up" not in str(error.value)


def test_credentials_in_an_address_are_refused(tmp_path):
    with pytest.raises(DataError, match="Credentials do not belong in --source") as error:
        raw_files.locate("s3://made-up-key:made-up-secret@lists/mal", tmp_path, raw_files.Pieces())
    assert "made-up" not in str(error.value)
