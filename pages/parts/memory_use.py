"""How little memory the server's process keeps: free hosts stop an app that takes too much."""

import ctypes
import os
import sys

#: M_ARENA_MAX of mallopt(3).
_ARENA_MAX = -8


def keep_small() -> None:
    """Call before Arrow is imported and before threads start: each thread's own heap, and Arrow's own allocator, would
    keep several times what is in use."""
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    _glibc("mallopt", _ARENA_MAX, 2)


def give_back() -> None:
    """Return to the system what was taken and freed."""
    _glibc("malloc_trim", 0)


def _glibc(name: str, *arguments: int) -> None:
    """Call a function of glibc's allocator; do nothing where there is another."""
    function = getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
    if function is not None:
        function(*arguments)
