"""Progress of long work, on stderr: lines rather than a bar, so that logs stay readable."""

import sys
import time
from collections.abc import Iterable, Iterator

_EVERY_SECONDS = 10


class Meter:
    """A line per stage, and another every ten seconds of a long one; to be called with a stage and the share done."""

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
    """Go through `work`, whose length is known, saying every ten seconds how far it is."""
    items = list(work)
    start = last = time.monotonic()
    for done, item in enumerate(items):
        now = time.monotonic()
        if now - last >= _EVERY_SECONDS:
            print(f"[{now - start:5.0f} s] step {done:,} of {len(items):,}", file=sys.stderr, flush=True)
            last = now
        yield item
