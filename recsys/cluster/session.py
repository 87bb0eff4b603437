"""Connects to a Ray cluster and runs functions there as tasks."""

import atexit
import math
import os
import re
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from types import ModuleType
from typing import Any, TypeVar

from recsys.errors import DataError, RecsysError, first_line

_T = TypeVar("_T")
#: A task is repeated this often when its worker or node dies.
_RETRIES = 5
#: Tasks handed to Ray at once: for each CPU, and at least. Enough to keep nodes busy that join later; bounds memory.
_AHEAD, _LEAST_AHEAD = 4, 64
_POLL_SECONDS = 1.0
#: The head counts as lost after this many failed connections in a row, one a second.
_ATTEMPTS = 5
_CONNECT_SECONDS = 5.0
_START_SECONDS = 60.0  # for actors
_LOCAL_STORE = 2**30  # bytes of shared memory for objects in a local cluster
_LOOPBACK = ("127.", "localhost")


class ClusterError(RecsysError):
    """The Ray cluster cannot be reached, or was lost during the work."""


class WorkerLostError(ClusterError):
    """A worker died, or did not start in time."""


class Session:
    """A connection to a cluster; made by `connect`."""

    def __init__(self, ray: ModuleType) -> None:
        self._ray = ray
        #: Whether the head or this machine's node was lost. Ray cannot be shut down then.
        self.lost = False
        context = ray.get_runtime_context()
        host, _, port = context.gcs_address.rpartition(":")
        self._head = (host, int(port))
        here = next(node for node in ray.nodes() if node["NodeID"] == context.get_node_id())
        self._node = (here["NodeManagerAddress"], int(here["NodeManagerPort"]))

    def room(self, each: Mapping[str, float]) -> int:
        """How many workers that need `each` resource there is room for on the nodes, other work aside."""
        nodes = [node["Resources"] for node in self._ray.nodes() if node["Alive"]]
        return sum(int(min(node.get(name, 0) // count for name, count in each.items())) for node in nodes)

    def here(self) -> dict[str, str]:
        """Ray's label selector for an actor on this machine's node."""
        return {self._ray._raylet.RAY_NODE_ID_KEY: self._ray.get_runtime_context().get_node_id()}

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
        repeated = f"A task failed {_RETRIES + 1} times"
        while True:
            while len(running) < limit and (job := next(waiting, None)):
                running[task.remote(*job[1])] = job[0]
            if not running:
                return
            done, _ = ray.wait(list(running), timeout=_POLL_SECONDS)
            for reference in done:
                yield running.pop(reference), self._value(reference, ClusterError, repeated)
            failures = self._failures(failures, done)

    def actors(self, make: type[_T], jobs: Sequence[tuple]) -> list[Any]:
        """Start an actor `make(*job)` for each job; several share a CPU where there are fewer. Their methods are called
        as Ray's: `actor.method.remote(...)`; `gather` gets the values.

        Raises `WorkerLostError`, after which the same call may work: a node may be lost that Ray counted.
        """
        shares = (int(1e4 / k) / 1e4 for k in range(1, 1 + len(jobs)))  # Ray counts ten thousandths of a CPU
        cpus = next((share for share in shares if self.room({"CPU": share}) >= len(jobs)), None)
        if cpus is None:
            raise ClusterError(f"The cluster has no CPU to work on. {_AGAIN}")
        actor = self._ray.remote(num_cpus=cpus, scheduling_strategy="SPREAD")(make)
        started = [actor.remote(*job) for job in jobs]
        try:
            self.gather([one.__ray_ready__.remote() for one in started], _START_SECONDS)
        except BaseException:
            self.stop(started)
            raise
        return started

    def stop(self, actors: Iterable[Any]) -> None:
        """End actors and what they do."""
        for actor in actors:
            self._ray.kill(actor)

    def gather(self, references: Sequence[Any], seconds: float = math.inf) -> list[Any]:
        """The values of actors' methods, in order. Raises their `RecsysError`, `WorkerLostError` if an actor died or if
        they are not there within `seconds`, `ClusterError` if the head is lost."""
        waiting, failures, end = list(references), 0, time.monotonic() + seconds
        while waiting:
            done, waiting = self._ray.wait(waiting, num_returns=len(waiting), timeout=_POLL_SECONDS)
            for reference in done:
                self._value(reference, *_DIED)
            failures = self._failures(failures, done)
            if waiting and time.monotonic() > end:
                raise WorkerLostError(f"Workers did not start within {seconds:.0f} s. {_AGAIN}")
        return [self._value(reference, *_DIED) for reference in references]

    def watch(self, work: Callable[[], _T], meanwhile: Callable[[], object] = lambda: None) -> _T:
        """Call a function that waits for the cluster, and `meanwhile` every second and at the end. Raises
        `ClusterError` if the head is lost."""
        future: Future[_T] = Future()
        # A daemon: if the head is lost it never ends, and the command must end nevertheless.
        threading.Thread(target=_resolve, args=(future, work), daemon=True).start()
        failures = 0
        while not wait([future], timeout=_POLL_SECONDS).done:
            failures = self._failures(failures)
            meanwhile()
        meanwhile()
        try:
            return future.result()
        except self._ray.exceptions.RayError as error:
            raise ClusterError(f"The work on the cluster failed ({first_line(error)}). {_AGAIN}") from None

    def _lost(self) -> ClusterError:
        self.lost = True
        if _answers(*self._head):
            return ClusterError(f"The Ray node of this machine, {self._node[0]}, does not answer any more. {_AGAIN}")
        return ClusterError(f"The Ray head {self._head[0]}:{self._head[1]} does not answer any more. {_AGAIN}")

    def _value(self, reference: Any, kind: type[ClusterError], happened: str) -> Any:
        """A task's value. Raises its `RecsysError`; for an error of Ray itself, a `kind` that says what `happened`."""
        exceptions = self._ray.exceptions
        try:
            return self._ray.get(reference)
        except exceptions.LocalRayletDiedError:
            raise self._lost() from None
        except exceptions.RayError as error:
            task = isinstance(error, exceptions.RayTaskError)
            cause = error.cause if task else error
            if isinstance(cause, RecsysError):
                raise cause from None
            if not isinstance(cause, exceptions.RayError):
                raise
            raise kind(f"{happened} ({first_line(cause)}). {_AGAIN}") from None

    def _failures(self, before: int, done: Sequence[Any] = ()) -> int:
        """How often in a row nothing was `done` and the cluster did not answer. Raises `ClusterError` if too often."""
        failures = 0 if done or (_answers(*self._head) and _answers(*self._node)) else before + 1
        if failures >= _ATTEMPTS:
            raise self._lost()
        return failures


_DIED = (WorkerLostError, "A worker died")
_AGAIN = "The output is as it was. Start the cluster and run the same command again."


@contextmanager
def connect(address: str) -> Iterator[Session]:
    """Connect to the cluster at `address`: `local` (a new one on this machine, which only this machine can reach),
    `auto` (the one that runs on this machine), or host:port of its head.

    Raises `ClusterError` if Ray is missing or does not start, or there is no cluster, `DataError` for any other
    address. A process that has lost its cluster cannot connect again, and ends with status 2.
    """
    ray = _import(address)
    quiet = {"log_to_driver": False, "logging_level": "ERROR"}
    try:
        if address == "local":
            ray.init(address="local", include_dashboard=False, object_store_memory=_LOCAL_STORE, **quiet)
        else:
            ray.init(address=address, **quiet)
    except Exception as error:  # also of this class itself, when the machine is too busy to start in time
        what = "start Ray on this machine" if address == "local" else f"use the Ray cluster {address}"
        advice = "Try again when the machine is less busy" if address == "local" else "Start one with: ray start --head"
        raise ClusterError(f"Cannot {what} ({first_line(error)}). {advice}.") from None
    session = Session(ray)
    try:
        yield session
    finally:
        if session.lost:  # Ray would wait for the lost process for ever, also at the end of this process
            atexit.unregister(ray.shutdown)
            atexit.register(_leave)
        else:
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


def _leave() -> None:
    """End this process at once: without its cluster, Ray's exit handler crashes, or tries for ever to report."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(2)


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
