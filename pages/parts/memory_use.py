"""Settings of the memory allocators: free hosts stop an app that uses too much memory."""

import ctypes
import os
import sys

#: M_ARENA_MAX of mallopt(3).
_ARENA_MAX = -8


def limit_allocators() -> None:
    """Make Arrow use the system's allocator, and glibc two heaps for all threads.

    Call it before Arrow is imported and before threads start. Otherwise each thread's own heap, and Arrow's own
    allocator, keep several times the memory that is in use.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    _glibc("mallopt", _ARENA_MAX, 2)


def drop_chart_descriptions() -> None:
    """Drop what Plotly reads of all charts' properties when Streamlit imports it, 8 MB; it is read again when a chart
    has a property that none had before.

    Call it before anything large is loaded, which then takes the place of it.
    """
    from plotly.validator_cache import ValidatorCache  # imports too much for the top of this file, see above

    if hasattr(ValidatorCache, "_json_cache"):
        ValidatorCache._json_cache = None


def release_memory() -> None:
    """Return freed memory to the system."""
    _glibc("malloc_trim", 0)


def _glibc(name: str, *arguments: int) -> None:
    """Call a function of glibc's allocator; do nothing where there is another."""
    function = getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
    if function is not None:
        function(*arguments)
