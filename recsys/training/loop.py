"""The epoch loop of all torch models: seeds, learning rate, validation, early stopping, checkpoints."""

import json
import math
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from tqdm import tqdm

from recsys.errors import ArtifactError
from recsys.training.run import thread_count
from recsys.training.workers import ALONE, Workers


@dataclass(frozen=True)
class Schedule:
    """Length and learning rate of training; part of a model's configuration."""

    max_epochs: int = 20
    #: Highest learning rate of AdamW: linear warm-up in the first tenth, then half a cosine (Loshchilov 2017).
    lr: float = 5e-3
    #: Decoupled weight decay of parameters with more than one dimension.
    weight_decay: float = 0.05
    #: Stop after this many epochs without a better validation.
    patience: int = 6


@dataclass(frozen=True)
class RunOptions:
    """Run-time choices; they do not define the model."""

    seed: int = 0
    #: "auto": CUDA if there is one, else MPS, else the CPU. Only the CPU is reproducible from a seed.
    device: str = "auto"
    threads: int = 1
    #: A file to resume from, written after each epoch.
    checkpoint: Path | None = None
    progress: bool = True


@dataclass
class History:
    """By epoch: training `losses`, `validations` (lower is better) and `seconds`; `best` is the epoch whose weights are
    kept."""

    losses: list[float] = field(default_factory=list)
    validations: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def best(self) -> int:
        return min(range(len(self.validations)), key=self.validations.__getitem__)


class Batches(Protocol):
    """Batches by epoch, always the same for the same epoch; `len` is their number in an epoch."""

    def __len__(self) -> int: ...

    def epoch(self, epoch: int) -> Iterable[Any]: ...


def device(name: str = "auto") -> torch.device:
    """The device `name`; for "auto", the fastest kind that this machine has."""
    if name != "auto":
        return torch.device(name)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def train(
    module: nn.Module,
    batches: Batches,
    loss: Callable[[nn.Module, Any], Tensor],
    validate: Callable[[nn.Module], float],
    schedule: Schedule,
    options: RunOptions,
    described: dict[str, Any],
    workers: Workers = ALONE,
) -> History:
    """Train `module` in place; it ends with the weights of its best epoch, on the CPU and in evaluation mode.

    `loss(module, batch)` is a scalar; `validate(module)` is lower for a better module and must not use training data.
    `described` identifies the training; raises `ArtifactError` on a checkpoint of another one. A run that was killed
    and resumed gives the same weights as an uninterrupted one, because every epoch has its own seed.

    With several `workers`, `batches` are this process's parts, and `loss` is its part of a batch's loss.
    """
    on = device(options.device)
    module.to(on)
    decayed = [p for p in module.parameters() if p.ndim > 1]
    plain = [p for p in module.parameters() if p.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": schedule.weight_decay}, {"params": plain, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=schedule.lr)
    described = {**described, "schedule": schedule.__dict__, "seed": options.seed}
    history, best = History(), _copy(module)
    if options.checkpoint is not None and options.checkpoint.exists():
        history, best = _resume(options.checkpoint, module, optimizer, described)
    total = schedule.max_epochs * len(batches)
    done = len(history.losses) * len(batches)
    workers.align(module)
    shown = options.progress and workers.first
    bar = tqdm(total=total, initial=done, disable=not shown, unit="batch", mininterval=5)
    with bar, thread_count(torch, options.threads):
        for epoch in range(len(history.losses), schedule.max_epochs):
            if history.validations and epoch - 1 - history.best >= schedule.patience:
                break
            start, summed = time.perf_counter(), 0.0
            torch.manual_seed(options.seed * 100_003 + epoch)
            module.train()
            for step, batch in enumerate(batches.epoch(epoch)):
                for group in optimizer.param_groups:
                    group["lr"] = schedule.lr * _rate((epoch * len(batches) + step + 1) / total)
                value = loss(module, batch)
                optimizer.zero_grad(set_to_none=True)
                value.backward()
                workers.add_gradients(module)
                optimizer.step()
                summed += value.item()
                bar.update()
            module.eval()
            with torch.no_grad():
                history.validations.append(workers.of_first(validate(module) if workers.first else 0.0, on))
            history.losses.append(workers.total(summed, on) / max(len(batches), 1))
            history.seconds.append(time.perf_counter() - start)
            if history.best == epoch:
                best = _copy(module)
            bar.set_postfix(loss=f"{history.losses[-1]:.4f}", validation=f"{history.validations[-1]:.4f}")
            if options.checkpoint is not None and workers.first:
                _save(options.checkpoint, module, optimizer, best, history, described)
            if workers.ended_epoch is not None:
                workers.ended_epoch(history.losses, history.validations)
    module.load_state_dict(best)
    module.to("cpu").eval()
    return history


def _rate(done: float) -> float:
    """Learning rate, as a share of the highest, after the share `done` (0..1] of the steps."""
    return done / 0.1 if done < 0.1 else 0.5 * (1 + math.cos(math.pi * (done - 0.1) / 0.9))


def _copy(module: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in module.state_dict().items()}


def _save(path: Path, module: nn.Module, optimizer, best: dict, history: History, described: dict) -> None:
    """Write tensors and description to one safetensors file. The rename keeps the old file intact if killed."""
    tensors = {f"module.{name}": value for name, value in module.state_dict().items()}
    tensors |= {f"best.{name}": value for name, value in best.items()}
    for index, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{name}": value for name, value in state.items()}
    tensors = {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    text = json.dumps({"described": described, "history": history.__dict__})
    save_file(tensors, partial, metadata={"loop": text})
    os.replace(partial, path)


def _resume(path: Path, module: nn.Module, optimizer, described: dict) -> tuple[History, dict[str, Tensor]]:
    advice = "Delete it to train from the start."
    try:
        with safe_open(path, framework="pt") as file:
            header = json.loads((file.metadata() or {})["loop"])
        tensors = load_file(path)
        if header["described"] != json.loads(json.dumps(described)):
            raise ArtifactError(f"{path} is the checkpoint of another training. {advice}")
        history = History(**header["history"])
        parts: dict[str, dict[str, Tensor]] = {"module": {}, "best": {}, "optimizer": {}}
        for key, value in tensors.items():
            part, name = key.split(".", 1)
            parts[part][name] = value
        module.load_state_dict(parts["module"])
        state: dict[int, dict[str, Tensor]] = {}
        for key, value in parts["optimizer"].items():
            index, name = key.split(".", 1)
            state.setdefault(int(index), {})[name] = value
        optimizer.load_state_dict({**optimizer.state_dict(), "state": state})
    except (SafetensorError, OSError, KeyError, ValueError, TypeError, RuntimeError) as error:
        raise ArtifactError(f"{path} is not a checkpoint of this training ({error}). {advice}") from None
    device_ = next(module.parameters()).device
    return history, {name: value.to(device_) for name, value in parts["best"].items()}
