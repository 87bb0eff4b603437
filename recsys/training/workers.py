"""Processes that train one network together: each takes a part of every batch."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, distributed, nn


@dataclass(frozen=True)
class Workers:
    """This process is number `rank` of `size`, and `torch.distributed` connects them if there are several.

    The losses of the parts of a batch add up to the loss of the batch, so gradients are added, too. All processes then
    take the same step, and the weights are those of one process up to the rounding of sums.
    """

    rank: int = 0
    size: int = 1
    #: Called by every process after each epoch, when the checkpoint of process 0 is written: with the loss and the
    #: validation of each epoch so far.
    ended_epoch: Callable[[list[float], list[float]], None] | None = None

    @property
    def first(self) -> bool:
        """Whether this process validates, shows progress and writes checkpoints."""
        return self.rank == 0

    def align(self, module: nn.Module) -> None:
        """Give all processes the parameters of process 0."""
        if self.size > 1:
            for parameter in module.parameters():
                distributed.broadcast(parameter.data, 0)

    def add_gradients(self, module: nn.Module) -> None:
        """Replace each gradient by its sum over all processes."""
        if self.size > 1:
            found = [parameter.grad for parameter in module.parameters() if parameter.grad is not None]
            works = [distributed.all_reduce(gradient, async_op=True) for gradient in found]
            for work in works:
                if work is not None:
                    work.wait()

    def total(self, value: float, device: torch.device) -> float:
        """The sum of the processes' values."""
        return self._together(value, device, distributed.all_reduce)

    def of_first(self, value: float, device: torch.device) -> float:
        """The value of process 0."""
        return self._together(value, device, lambda shared: distributed.broadcast(shared, 0))

    def _together(self, value: float, device: torch.device, exchange: Callable[[Tensor], object]) -> float:
        if self.size == 1:
            return value
        shared = torch.tensor(value, dtype=torch.float64, device=device)
        exchange(shared)
        return shared.item()


ALONE = Workers()
