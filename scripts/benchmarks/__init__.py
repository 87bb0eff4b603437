"""What `python -m scripts.benchmark` measures, one module per subject."""

import resource
import sys


def peak_mb() -> float:
    """The largest resident memory of this process so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
