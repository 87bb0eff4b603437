"""Sets the number of threads of a library for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


@contextmanager
def thread_count(library: ModuleType, n: int) -> Iterator[None]:
    """Let `library` (numba or torch) use `n` threads, and restore its number afterwards, also after an error."""
    before = library.get_num_threads()
    library.set_num_threads(n)
    try:
        yield
    finally:
        library.set_num_threads(before)
