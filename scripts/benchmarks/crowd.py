"""Many visitors at a time: what each waited, and what it cost the server."""

import asyncio
import itertools
import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from scripts.benchmarks.servers import Server
from scripts.benchmarks.visitor import PageError, Visitor, run

#: The control that visitors move, by its query parameter.
CONTROL = "discovery"
_PATIENCE = 120.0  # seconds
_POPULAR = 300
_RATED = 8


@dataclass
class Figures:
    """Seconds that visitors waited, for a new page (`cold`) and after a move, and the server's part in it."""

    cold: list[float] = field(default_factory=list)
    moves: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0  # how long moves were measured
    memory: list[float] = field(default_factory=list)  # MB: before the first visitor, the samples, at the end
    cpu: float = 0.0  # the server's CPU seconds while moves were measured
    own_cpu: float = 0.0  # those of the visitors' process

    def milliseconds_a_move(self) -> float:
        return 1000 * self.cpu / max(1, len(self.moves))

    def moves_a_second(self) -> float:
        return len(self.moves) / max(1e-9, self.seconds)


@dataclass(frozen=True)
class Crowd:
    """`visitors` arrive evenly over `arrival` seconds. When all have come, moves are measured for `seconds`, in which
    each visitor makes at least one.

    Each thinks for `think` seconds on average, from half to one and a half times that, before each move. With `stay`,
    a visitor leaves after so many moves and another one comes. `samples` is how often memory is noted meanwhile.
    """

    visitors: int
    think: float
    arrival: float
    seconds: float
    stay: int | None = None
    samples: int = 0
    seed: int = 0


def measure(server: Server, crowd: Crowd, lists: list[str], say: Callable[[str], None] = lambda _: None) -> Figures:
    """Let the crowd visit the server. `lists` are query strings, given to one visitor after the other."""
    return run(_measure(server, crowd, lists, say))


async def _measure(server: Server, crowd: Crowd, lists: list[str], say: Callable[[str], None]) -> Figures:
    figures = Figures(memory=[server.memory_mb()])
    began = end = math.inf  # known when all have come
    moves: list[tuple[float, float]] = []
    numbers = itertools.count()

    async def visit(chance: random.Random) -> None:
        async with Visitor(server.address, lists[next(numbers) % len(lists)]) as visitor:
            figures.cold.append(await _timed(visitor, visitor.open()))
            options, now, asked = visitor.options(CONTROL), "", 0.0
            for _ in range(crowd.stay) if crowd.stay else itertools.count():
                await asyncio.sleep(crowd.think * chance.uniform(0.5, 1.5))
                if time.monotonic() >= end and asked >= began:
                    return
                now, asked = chance.choice([option for option in options if option != now]), time.monotonic()
                moves.append((asked, await _timed(visitor, visitor.choose(CONTROL, now))))

    async def seat(number: int) -> None:
        chance = random.Random(f"{crowd.seed} {number}")  # noqa: S311
        await asyncio.sleep(crowd.arrival * number / crowd.visitors)
        while time.monotonic() < end:
            try:
                await visit(chance)
            except (PageError, OSError, TimeoutError) as error:
                figures.errors.append(str(error) or type(error).__name__)
                await asyncio.sleep(1)

    seats = [asyncio.create_task(seat(number)) for number in range(crowd.visitors)]
    await asyncio.sleep(crowd.arrival)
    while len(figures.cold) + len(figures.errors) < crowd.visitors:
        await asyncio.sleep(0.05)
    cpu, own = server.cpu_seconds(), time.process_time()
    began = time.monotonic()
    end = began + crowd.seconds
    for sample in range(crowd.samples):
        figures.memory.append(server.memory_mb())
        minutes, memory = sample * crowd.seconds / crowd.samples / 60, figures.memory[-1]
        say(f"{minutes:.1f} min: {memory:.0f} MB, {len(moves)} moves, {len(figures.errors)} errors")
        await asyncio.sleep(began + (sample + 1) * crowd.seconds / crowd.samples - time.monotonic())
    await asyncio.gather(*seats)
    figures.moves = [took for asked, took in moves if asked >= began]
    figures.seconds = time.monotonic() - began
    figures.cpu, figures.own_cpu = server.cpu_seconds() - cpu, time.process_time() - own
    figures.memory.append(server.memory_mb())
    return figures


async def _timed(visitor: Visitor, doing) -> float:
    """Seconds until the page shows ten titles."""
    began = time.monotonic()
    async with asyncio.timeout(_PATIENCE):
        await doing
    took = time.monotonic() - began
    visitor.check()
    return took


def hand_rated(popular: list[int], n: int) -> list[str]:
    """Query strings of `n` visitors who rated some of these titles, each others."""
    chance = np.random.default_rng(0)
    lists = []
    for _ in range(n):
        ids = chance.choice(popular[:_POPULAR], size=_RATED, replace=False).tolist()
        scores = chance.integers(5, 11, size=_RATED).tolist()
        lists.append("r=" + "_".join(f"{anime_id}-{score}" for anime_id, score in zip(ids, scores, strict=True)))
    return lists
