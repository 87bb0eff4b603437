"""What a process has taken, for benchmarks."""

import resource
import sys


def peak_mb() -> float:
    """The process's largest resident memory so far, in megabytes; the system counts in bytes on macOS, else in kB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
