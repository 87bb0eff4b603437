"""Trains the SVD on many machines by DSGD (`recsys.training.dsgd`): each worker holds the factors and ratings of a
block of fans, and the blocks of titles go from worker to worker."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from tqdm import tqdm

from recsys.cluster.session import ClusterError, Session, WorkerLostError, connect, shared
from recsys.cluster.storage import Storage
from recsys.data.ratings import Ratings
from recsys.errors import ArtifactError
from recsys.holdout.split import part_of
from recsys.training import dsgd, svd_trainer
from recsys.training.dsgd import Block, Parameters, Plan
from recsys.training.run import Trained, TrainingRun
from recsys.training.svd import PRESETS, SVD, SVDConfig

#: Epochs between checkpoints: each writes all factors.
EPOCHS = 5
_FOLDER, _STATE = "svd-dsgd", "svd-dsgd/state.json"
_FAILURES = 5  # in a row, without a checkpoint between them


def trainer(address: str, checkpoints: str, n_blocks: int) -> Callable[[TrainingRun], Trained]:
    """The function that trains the shipped SVD on the cluster at `address`; see `fit`. Preparing it for serving is the
    same as for the exact one."""

    def train(run: TrainingRun) -> Trained:
        known = part_of(run.ratings, "train")
        svd = fit(address, known, PRESETS["tuned"], n_blocks, run.seed, checkpoints)
        trained = svd_trainer.serve(run, "tuned", svd, known)
        return replace(trained, config={**trained.config, "dsgd_blocks": n_blocks})

    return train


def fit(
    address: str, ratings: Ratings, config: SVDConfig, n_blocks: int, seed: int, checkpoints: str, every: int = EPOCHS
) -> SVD:
    """Train on `ratings` with `n_blocks` workers, with the result of `dsgd.fit`, bit for bit.

    `checkpoints` is a folder or address that all nodes share: it gets all factors after `every` epochs. An interrupted
    training resumes from there, and so does one whose worker or node was lost, on the nodes that are left. Raises
    `ClusterError`, `DataError`, and `ArtifactError` if the checkpoints are of another training.
    """
    storage, n_users, n_items = Storage(checkpoints), len(ratings.user_ids), len(ratings.item_ids)
    columns = (ratings.users, ratings.items, ratings.scores)
    plan, blocks = dsgd.divide(*columns, n_users, n_items, config, n_blocks, seed)
    described = {
        **asdict(config),
        "blocks": n_blocks,
        "seed": seed,
        "n_ratings": len(ratings.scores),
        "mean": plan.mean,
    }
    epoch = _finished(storage, described)
    if epoch < config.n_epochs:
        with (
            connect(address) as session,
            tqdm(total=config.n_epochs, initial=epoch, unit="epoch", mininterval=5) as bar,
        ):
            parts = [([session.share(plan)], [session.share(one)], checkpoints) for one in blocks]
            failures = 0
            while epoch < config.n_epochs:
                try:
                    _train(session, plan, parts, epoch, every, lambda done: _keep(storage, described, done), bar)
                except WorkerLostError as error:
                    before, epoch = epoch, _finished(storage, described)
                    failures = 1 if epoch > before else failures + 1
                    if failures > _FAILURES:
                        raise ClusterError(str(error)) from None
                    bar.n = epoch
                else:
                    epoch = config.n_epochs
    found = ([_read(storage, epoch, kind, block) for block in range(n_blocks)] for kind in ("fans", "titles"))
    return plan.assemble(*found)


class FanWorker:
    """The actor that holds block `block` of fans: their ratings and, as trained until `epoch`, their parameters."""

    def __init__(self, plan: list[Any], ratings: list[Any], checkpoints: str, block: int, epoch: int) -> None:
        self._plan: Plan = shared(plan[0])
        self._ratings: list[Block] = shared(ratings[0])
        self._block, self._storage = block, Storage(checkpoints)
        self._fans = (_read(self._storage, epoch, "fans", block) if epoch else self._plan.initial_fans(block)).copy()

    def titles(self, block: int, epoch: int) -> Parameters:
        """A block of titles as trained until `epoch`."""
        return _read(self._storage, epoch, "titles", block) if epoch else self._plan.initial_titles(block)

    def sweep(self, block: int, titles: Parameters) -> Parameters:
        """Train on the ratings for a block of titles; gives the block's new parameters."""
        titles = titles.copy()  # Ray's shared memory cannot be written to
        self._plan.sweep(self._ratings[block], self._fans, titles)
        return titles

    def save(self, epoch: int, titles: Parameters) -> None:
        """Write the fans' parameters, and the titles' of the block with this worker's number."""
        for kind, parameters in (("fans", self._fans), ("titles", titles)):
            self._storage.write_arrays(_name(epoch, kind, self._block), parameters.to_arrays())


def _train(
    session: Session, plan: Plan, parts: list[tuple], epoch: int, every: int, keep: Callable[[int], None], bar: tqdm
) -> None:
    """Train from `epoch` to the last one. `keep` is called with the number of epochs whose parameters are written."""
    workers = session.actors(FanWorker, [(*part, block, epoch) for block, part in enumerate(parts)])
    try:
        titles = [worker.titles.remote(block, epoch) for block, worker in enumerate(workers)]
        for done in range(epoch + 1, plan.config.n_epochs + 1):
            # Nobody waits for a whole stratum: a worker begins when the titles come from the one before.
            for stratum in plan.strata(done - 1):
                for block, worker in enumerate(workers):
                    other = (block + stratum) % plan.n_blocks
                    titles[other] = worker.sweep.remote(other, titles[other])
            session.gather(titles)
            if done % every == 0 or done == plan.config.n_epochs:
                session.gather([worker.save.remote(done, own) for worker, own in zip(workers, titles, strict=True)])
                keep(done)
            bar.update()
    finally:
        session.stop(workers)


def _finished(storage: Storage, described: dict[str, Any]) -> int:
    """The number of epochs of the newest complete checkpoint, 0 if there is none."""
    data = storage.read(_STATE)
    if data is None:
        return 0
    try:
        state = json.loads(data)
        if state["training"] == described:
            return int(state["epochs"])
    except (ValueError, KeyError, TypeError):
        pass
    raise ArtifactError(
        f"{storage.shown}/{_FOLDER} holds the checkpoint of another training, or a damaged one. Delete it, or give "
        "another folder to --checkpoints."
    )


def _keep(storage: Storage, described: dict[str, Any], epoch: int) -> None:
    """Name `epoch` as the newest complete checkpoint, and delete the one before."""
    before = _finished(storage, described)
    storage.write(_STATE, json.dumps({"training": described, "epochs": epoch}).encode())
    if before and before != epoch:
        storage.delete(_name(before))


def _read(storage: Storage, epoch: int, kind: str, block: int) -> Parameters:
    return Parameters(**storage.read_arrays(_name(epoch, kind, block)))


def _name(epoch: int, kind: str | None = None, block: int = 0) -> str:
    folder = f"{_FOLDER}/epoch-{epoch:04}"
    return folder if kind is None else f"{folder}/{kind}-{block:04}.safetensors"
