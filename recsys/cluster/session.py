"""Connects to a Ray cluster and runs functions there as tasks."""

import os
import re
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from types import ModuleType
from typing import Any, TypeVar

from recsys.errors import DataError, RecsysError

_T = TypeVar("_T")
#: A task is repeated this often when its worker or node dies.
_RETRIES = 5
#: Tasks handed to Ray at once: for each CPU, and at least. Enough to keep nodes busy that join later; bounds memory.
_AHEAD, _LEAST_AHEAD = 4, 64
_POLL_SECONDS = 1.0
#: The head counts as lost after this many failed connections in a row, one a second.
_ATTEMPTS = 5
_CONNECT_SECONDS = 5.0
_LOCAL_STORE = 2**30  # bytes of shared memory for objects in a local cluster
_LOOPBACK = ("127.", "localhost")


class ClusterError(RecsysError):
    """The Ray cluster cannot be reached, or was lost during the work."""


class Session:
    """A connection to a cluster; made by `connect`."""

    def __init__(self, ray: ModuleType) -> None:
        self._ray = ray
        host, _, port = ray.get_runtime_context().gcs_address.rpartition(":")
        self._head = (host, int(port))

    def share(self, value: Any) -> Any:
        """Put a value into the cluster's shared memory. A task gets its arrays without a copy, by `shared`."""
        return self._ray.put(value)

    def run(self, function: Callable[..., _T], jobs: Iterable[tuple], cpus: int = 1) -> Iterator[tuple[int, _T]]:
        """Call `function(*job)` for each job as a task; give each job's position and result, in the order in which
        they finish. Jobs are taken as tasks finish, so there may be any number of them.

        A task whose worker or node dies is repeated elsewhere. Raises the function's `RecsysError`; `ClusterError` if
        the head is lost or a task's workers keep dying.
        """
        ray = self._ray
        task = ray.remote(num_cpus=cpus, max_retries=_RETRIES)(function)
        waiting = iter(enumerate(jobs))
        running: dict[Any, int] = {}
        failures = 0
        # Asked once: without a head, the question would block.
        limit = max(_LEAST_AHEAD, _AHEAD * int(ray.cluster_resources().get("CPU", 1)))
        while True:
            while len(running) < limit and (job := next(waiting, None)):
                running[task.remote(*job[1])] = job[0]
            if not running:
                return
            done, _ = ray.wait(list(running), timeout=_POLL_SECONDS)
            for reference in done:
                yield running.pop(reference), self._result(reference)
            failures = 0 if done or self._head_answers() else failures + 1
            if failures >= _ATTEMPTS:
                raise self._lost()

    def watch(self, work: Callable[[], _T]) -> _T:
        """Call a function that waits for the cluster. Raises `ClusterError` if the head is lost meanwhile."""
        future: Future[_T] = Future()
        # A daemon: if the head is lost it never ends, and the command must end nevertheless.
        threading.Thread(target=_resolve, args=(future, work), daemon=True).start()
        failures = 0
        while not wait([future], timeout=_POLL_SECONDS).done:
            failures = 0 if self._head_answers() else failures + 1
            if failures >= _ATTEMPTS:
                raise self._lost()
        return future.result()

    def _lost(self) -> ClusterError:
        return ClusterError(f"The Ray head {self._head[0]}:{self._head[1]} does not answer any more. {_AGAIN}")

    def _result(self, reference: Any) -> Any:
        exceptions = self._ray.exceptions
        try:
            return self._ray.get(reference)
        except exceptions.RayTaskError as error:
            if isinstance(error.cause, RecsysError):
                raise error.cause from None
            raise
        except exceptions.RayError as error:
            raise ClusterError(f"A task failed {_RETRIES + 1} times ({_first_line(error)}). {_AGAIN}") from None

    def _head_answers(self) -> bool:
        return _answers(*self._head)


_AGAIN = "The output is as it was. Start the cluster and run the same command again."


@contextmanager
def connect(address: str) -> Iterator[Session]:
    """Connect to the cluster at `address`: `local` (a new one on this machine, which only this machine can reach),
    `auto` (the one that runs on this machine), or host:port of its head.

    Raises `ClusterError` if Ray is missing or there is no cluster, `DataError` for any other address.
    """
    ray = _import(address)
    quiet = {"log_to_driver": False, "logging_level": "ERROR"}
    try:
        if address == "local":
            ray.init(address="local", include_dashboard=False, object_store_memory=_LOCAL_STORE, **quiet)
        else:
            ray.init(address=address, **quiet)
    except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
        raise ClusterError(
            f"Cannot use the Ray cluster {address} ({_first_line(error)}). Start one with: ray start --head"
        ) from None
    try:
        yield Session(ray)
    finally:
        ray.shutdown()


@contextmanager
def start_nodes(n: int) -> Iterator[str]:
    """Start `n` nodes of one CPU each on this machine, reachable only from it; give their address. For measurements."""
    _import("local")
    from ray.cluster_utils import Cluster

    node: dict[str, Any] = {"num_cpus": 1, "object_store_memory": _LOCAL_STORE // 4}
    cluster = Cluster(initialize_head=True, head_node_args={**node, "include_dashboard": False})
    try:
        for _ in range(n - 1):
            cluster.add_node(**node)
        cluster.wait_for_nodes()
        yield str(cluster.address)
    finally:
        cluster.shutdown()


def shared(reference: Any) -> Any:
    """The value of `Session.share`, in a task. Pass the reference in a list or tuple, else Ray unpacks it each time."""
    import ray

    return ray.get(reference)


def _resolve(future: Future[_T], work: Callable[[], _T]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # goes to the one who waits
        future.set_exception(error)


def _import(address: str) -> ModuleType:
    """Import Ray with usage statistics off. A cluster of this machine listens on the loopback interface only."""
    host, _, port = address.rpartition(":")
    if address not in ("local", "auto"):
        if not re.fullmatch(r"[\w.-]+:\d{1,5}", address):
            raise DataError(f"--ray takes local, auto or HOST:PORT, not {address!r}.")
        if not _answers(host, int(port)):
            raise ClusterError(f"No Ray head answers at {address}. Start one with: ray start --head --port {port}")
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    if "ray" not in sys.modules and (address == "local" or host.startswith(_LOOPBACK)):
        # Ray's switch for 127.0.0.1 as the node's address, which is its default on Windows and macOS.
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    try:
        import ray
        import ray.exceptions
    except ImportError:
        raise ClusterError("--ray needs Ray: pip install -r requirements-cluster.txt") from None
    return ray


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=_CONNECT_SECONDS):
            return True
    except OSError:
        return False


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
