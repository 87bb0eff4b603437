"""Trains networks on a cluster with Ray Train: data-parallel, with checkpoints in storage that all nodes can reach."""

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import distributed
from torch.distributed import TCPStore  # pyright: ignore[reportPrivateImportUsage]

from recsys.cluster.session import ClusterError, Session, connect, shared
from recsys.cluster.storage import Storage
from recsys.errors import ArtifactError, DataError, RecsysError
from recsys.training.loop import RunOptions
from recsys.training.workers import Workers

_FILE = "network.safetensors"
_FAILURES = 5  # of one training: workers or nodes that died
#: A training that lost a node uses one that joined later when it looks for more nodes, in this interval.
_RESIZE_SECONDS = 60.0
_NEWS_SECONDS = 5.0


def spread(
    address: str, checkpoints: str, name: str, n_workers: int | None = None
) -> Callable[[Callable[..., Any], RunOptions], Any]:
    """The function for `TrainingRun.spread`: trains on the cluster at `address`, as `name`, with checkpoints after
    each epoch in the folder or address `checkpoints`, from which an interrupted training resumes.

    `n_workers` processes take part, None: one for each GPU, or for `threads` CPUs where there is no GPU. When a node
    dies, training goes on from the last epoch with those that there is room for; batches, and so the result up to the
    rounding of sums, do not depend on their number. The function raises `ClusterError`, `DataError`, `ArtifactError`.
    """

    def train(fit: Callable[..., Any], options: RunOptions) -> Any:
        storage = Storage(checkpoints)
        with connect(address) as session:
            return _train(session, fit, options, storage, name, n_workers)

    return train


def _train(
    session: Session, fit: Callable[..., Any], options: RunOptions, storage: Storage, name: str, n_workers: int | None
) -> Any:
    import ray
    from ray import train
    from ray.train.v2.api.data_parallel_trainer import DataParallelTrainer

    use_gpu = _on_gpus(options.device, session.room({"GPU": 1}))
    each = {"CPU": options.threads, **({"GPU": 1} if use_gpu else {})}
    room = session.room(each)
    if not room or (n_workers or 1) > room:
        wanted = " and ".join(f"{count} {kind}" for kind, count in each.items())
        raise ClusterError(
            f"The cluster has room for {room} workers with {wanted} each, not {n_workers or 1}. "
            "Add nodes, or change --workers or --threads."
        )
    news = ray.remote(num_cpus=0, label_selector=session.here())(_News).remote()
    trainer = DataParallelTrainer(
        _work,
        train_loop_config={"fit": [session.share(fit)], "options": options, "news": news, "use_gpu": use_gpu},
        scaling_config=train.ScalingConfig(
            num_workers=(1, n_workers or room),
            use_gpu=use_gpu,
            resources_per_worker=each,
            elastic_resize_monitor_interval_s=_RESIZE_SECONDS,
        ),
        run_config=train.RunConfig(
            name=name,
            storage_path=storage.path,
            storage_filesystem=storage.system,
            failure_config=train.FailureConfig(max_failures=_FAILURES),
            checkpoint_config=train.CheckpointConfig(num_to_keep=2),
        ),
    )
    try:
        found = session.watch(trainer.fit, lambda: _show(news)).return_value
    except train.TrainingFailedError as error:
        raise ClusterError(
            f"Training failed ({_reason(error)}). Run the same command again: it resumes from the last epoch."
        ) from None
    if isinstance(found, ArtifactError):
        raise ArtifactError(
            f"{storage.shown}/{name} holds the checkpoint of another training, or a damaged one. Delete it, or give "
            "another folder to --checkpoints."
        )
    if isinstance(found, RecsysError):
        raise found
    return found


def _on_gpus(device: str, n_gpus: int) -> bool:
    if device not in ("auto", "cpu", "cuda"):
        raise DataError(f"--device is auto, cpu or cuda with --ray, not {device}.")
    if device == "cuda" and not n_gpus:
        raise ClusterError("The cluster has no GPU. Start its nodes with --num-gpus, or train with --device cpu.")
    return device != "cpu" and n_gpus > 0


@contextmanager
def _connected(rank: int, size: int, use_gpu: bool) -> Iterator[None]:
    """Connect the processes of a training, which listen on their nodes' addresses in the cluster alone.

    Not by Ray's `TorchTrainer`, as torch would listen on all addresses (github.com/pytorch/pytorch/issues/173909).
    """
    if size == 1:
        yield
        return
    import ray
    from ray.train.collective import broadcast_from_rank_zero

    host = ray.util.get_node_ip_address()
    if host.startswith("127.") and (names := [name for _, name in socket.if_nameindex() if name.startswith("lo")]):
        os.environ |= {"GLOO_SOCKET_IFNAME": names[0], "NCCL_SOCKET_IFNAME": names[0]}
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    first = socket.create_server((host, 0), family=family) if rank == 0 else None
    host, port = broadcast_from_rank_zero(first.getsockname()[:2] if first else ("", 0))
    listening = first.detach() if first else None
    store = TCPStore(host, port, size, is_master=rank == 0, master_listen_fd=listening)
    distributed.init_process_group("nccl" if use_gpu else "gloo", store=store, rank=rank, world_size=size)
    yield
    distributed.destroy_process_group()  # not after an error: Ray ends the processes then


def _work(config: dict[str, Any]) -> Any:
    """Train in one of the processes. Gives the result, or the error that would be the same on every attempt."""
    from ray import train

    with tempfile.TemporaryDirectory(prefix="network-") as name:
        checkpoint = Path(name) / _FILE
        if (earlier := train.get_checkpoint()) is not None:
            with earlier.as_directory() as folder:
                shutil.copyfile(Path(folder) / _FILE, checkpoint)
        context = train.get_context()
        rank, size = context.get_world_rank(), context.get_world_size()

        def ended_epoch(losses: list[float], validations: list[float]) -> None:
            news = {"epoch": len(losses), "loss": losses[-1], "validation": validations[-1], "workers": size}
            train.report(news, train.Checkpoint.from_directory(name) if rank == 0 else None)
            if rank == 0:
                config["news"].add.remote(
                    "epoch {epoch}: loss {loss:.4f}, validation {validation:.4f}, {workers} workers".format(**news)
                )

        options = replace(config["options"], checkpoint=checkpoint, progress=False)
        with _connected(rank, size, config["use_gpu"]):
            try:
                return shared(config["fit"][0])(options, Workers(rank, size, ended_epoch))
            except RecsysError as error:
                return error


class _News:
    """What the command has not yet printed; an actor on the command's node."""

    def __init__(self) -> None:
        self._waiting: list[str] = []

    def add(self, line: str) -> None:
        self._waiting.append(line)

    def take(self) -> list[str]:
        taken, self._waiting = self._waiting, []
        return taken


def _show(news: Any) -> None:
    """Print each epoch's figures."""
    import ray
    from ray.exceptions import RayError

    try:
        for line in ray.get(news.take.remote(), timeout=_NEWS_SECONDS):
            print(line, file=sys.stderr, flush=True)
    except RayError:
        return  # the training itself will tell


def _reason(error: Exception) -> str:
    failures = getattr(error, "worker_failures", None) or {0: error}
    return str(next(iter(failures.values()))).strip().splitlines()[-1]
