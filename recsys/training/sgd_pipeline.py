"""Stochastic gradient descent on several threads with exactly the result of one.

Updates of different fans and different titles do not depend on each other. So the titles are divided into groups, one
for each thread, and every thread goes through the fans in order; it takes a block of fans when the thread before it,
with the titles before its own, has finished this block. Every fan and every title then sees its ratings in the order of
one thread. This needs lists in which each group's titles come before those of the next group.
"""

import itertools
from concurrent.futures import ThreadPoolExecutor
from threading import Semaphore

import numpy as np
from numpy.typing import NDArray

from recsys.training import sgd_kernel

#: Blocks of fans in an epoch: few, as threads wait for each other after each; many, as the first block is one thread's.
_BLOCKS = 64


def split(
    starts: NDArray[np.int64], items: NDArray[np.int32], order: NDArray[np.integer], n_threads: int
) -> NDArray[np.int64] | None:
    """Divide the titles among threads, with about the same number of ratings each.

    `starts` (n_users + 1,) are where each fan's ratings begin in `items` (m,); `order` (n_items,) are the titles in the
    order that the lists may have. Returns where each fan's ratings of each group begin and end, (n_threads + 1,
    n_users); None if the lists are not in this order.
    """
    counts = np.bincount(items, minlength=len(order))[order]
    before = np.cumsum(counts) - counts
    groups = np.empty(len(order), np.int32)
    groups[order] = before * n_threads // max(len(items), 1)
    return sgd_kernel.split_lists(starts, items, groups, n_threads)


def run_epoch(bounds: NDArray[np.int64], *arguments) -> None:
    """Run one epoch over the ratings in `bounds`, from `split`, with a thread for each group; `arguments` are those of
    `sgd_kernel.sgd_pass` from `items` on."""
    n_threads = len(bounds) - 1
    blocks = even_blocks(np.concatenate([[0], np.cumsum(bounds[-1] - bounds[0])]), _BLOCKS)
    ready = [Semaphore(len(blocks) - 1)] + [Semaphore(0) for _ in range(n_threads)]

    def work(group: int) -> None:
        try:
            for first, last in itertools.pairwise(blocks):
                ready[group].acquire()
                sgd_kernel.sgd_pass(first, last, bounds[group], bounds[group + 1], *arguments)
                ready[group + 1].release()
        finally:  # an error here must not leave the next thread waiting
            ready[group + 1].release(len(blocks))

    with ThreadPoolExecutor(n_threads) as pool:
        list(pool.map(work, range(n_threads)))


def even_blocks(starts: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Split the fans into `n` blocks with about the same number of ratings: bounds (n + 1,)."""
    targets = np.linspace(0, starts[-1], n + 1)
    bounds = np.searchsorted(starts, targets).astype(np.int64)
    bounds[0], bounds[-1] = 0, len(starts) - 1
    return bounds
