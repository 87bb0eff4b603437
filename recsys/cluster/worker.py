"""What tasks need to know of the process that they run in."""

import resource
import sys

from threadpoolctl import threadpool_limits


def peak_mb() -> float:
    """The largest resident memory of this process so far, shared memory included, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def single_threaded() -> None:
    """Let the linear algebra libraries use one thread, as the commands do: each task has one CPU."""
    threadpool_limits(1)
