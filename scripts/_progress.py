"""Print the progress of long work on stderr, in lines, which are readable in logs."""

import sys
import time
from collections.abc import Iterable, Iterator

_EVERY_SECONDS = 10


class Meter:
    """Prints a line for each stage, and every ten seconds of it. Call it with the stage and the share done."""

    def __init__(self) -> None:
        self._start = self._last = time.monotonic()
        self._stage = ""

    def __call__(self, stage: str, share: float) -> None:
        now = time.monotonic()
        if stage != self._stage or now - self._last >= _EVERY_SECONDS:
            done = f" {share:.0%}" if 0.01 < share < 1 else ""
            print(f"[{now - self._start:5.0f} s] {stage}{done}", file=sys.stderr, flush=True)
            self._stage, self._last = stage, now


def steps(work: Iterable[int]) -> Iterator[int]:
    """Iterate over `work`, and print the number of steps done every ten seconds."""
    items = list(work)
    start = last = time.monotonic()
    for done, item in enumerate(items):
        now = time.monotonic()
        if now - last >= _EVERY_SECONDS:
            print(f"[{now - start:5.0f} s] step {done:,} of {len(items):,}", file=sys.stderr, flush=True)
            last = now
        yield item
