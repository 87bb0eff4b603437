"""Two Ray nodes of one CPU each on this machine, and a way to kill one during the work."""

import importlib.util
import os
import threading
import time
from collections.abc import Callable, Iterator

import pytest


class Nodes:
    """A cluster of a head and one more node; `address` is for --ray."""

    def __init__(self) -> None:
        from ray.cluster_utils import Cluster

        small = {"num_cpus": 1, "object_store_memory": 150_000_000}
        self._small = small
        self._cluster = Cluster(initialize_head=True, head_node_args={**small, "include_dashboard": False})
        self._other = None
        self.address: str = self._cluster.address
        self.start_other()

    def start_other(self) -> None:
        """Start the second node if it was killed."""
        if self._other is None:
            self._other = self._cluster.add_node(**self._small)
            self._cluster.wait_for_nodes()

    def kill_other(self) -> None:
        """Kill the second node with everything that runs on it."""
        self._cluster.remove_node(self._other, allow_graceful=False)
        self._other = None

    def kill_other_when(self, condition: Callable[[], bool]) -> threading.Thread:
        """Kill the second node, in a thread, once the condition holds. Join the thread afterwards."""

        def wait() -> None:
            while not condition():
                time.sleep(0.02)
            self.kill_other()

        thread = threading.Thread(target=wait, daemon=True)
        thread.start()
        return thread

    def close(self) -> None:
        self._cluster.shutdown()


@pytest.fixture(scope="session")
def needs_ray() -> None:
    """Skip without Ray; fail in continuous integration, which must not skip."""
    if importlib.util.find_spec("ray") is None:
        if os.environ.get("CI"):
            pytest.fail("Ray is not installed: requirements-dev.txt has it.")
        pytest.skip("Ray is not installed (pip install -r requirements-cluster.txt)")


@pytest.fixture(scope="session")
def _cluster(needs_ray: None) -> Iterator[Nodes]:
    # Before Ray is imported; the keys are for the simulated S3, and the workers inherit them.
    os.environ |= {
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
        "RAY_worker_niceness": "0",  # else the workers wait for whatever else runs on the machine
        "AWS_ACCESS_KEY_ID": "made-up-key",
        "AWS_SECRET_ACCESS_KEY": "made-up-secret",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",  # else objects come in chunks
    }
    nodes = Nodes()
    yield nodes
    nodes.close()


@pytest.fixture
def nodes(_cluster: Nodes) -> Nodes:
    """The running cluster, with both nodes."""
    _cluster.start_other()
    return _cluster
