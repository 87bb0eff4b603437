"""Measures what visitors wait for who come at the same time, over the server's own websocket protocol."""

import argparse
import contextlib
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from scripts.benchmarks.crowd import Crowd, Figures, hand_rated, measure
from scripts.benchmarks.servers import HERE, serving, tree_of

_STAY = 15  # moves of a visitor in the soak
_SAMPLES = 10
_ARRIVAL = 60.0  # seconds in which the soak's visitors come
_HEAD = (
    "| visitors | server | cold: median | 95% | worst | move: median | 95% | worst | moves/s | CPU a move | errors "
    "| MB before | after |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|"
)


def _numbers(text: str) -> list[int]:
    """Read whole numbers from 1 on, separated by commas."""
    numbers = [int(part) for part in text.split(",")]
    if min(numbers) < 1:
        raise argparse.ArgumentTypeError("the numbers must be 1 or more")
    return numbers


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--visitors", type=_numbers, default=[1, 10, 25, 50], metavar="N,N", help="visitors at a time (1,10,25,50)"
    )
    parser.add_argument("--think", type=float, default=4, help="mean seconds between a visitor's moves (%(default)g)")
    parser.add_argument(
        "--seconds", type=float, default=60,
        help="length of each measurement; visitors arrive in the first third, moves count after that (%(default)g)",
    )  # fmt: skip
    other = parser.add_mutually_exclusive_group()
    other.add_argument("--against", metavar="COMMIT", help="measure this commit too, in turn, and print the ratios")
    other.add_argument(
        "--copies", type=_numbers, metavar="N,N", help="measure so many copies behind the reverse proxy, in turn"
    )
    other.add_argument(
        "--soak", type=float, metavar="MINUTES",
        help=f"memory over a long time with the last of --visitors, who leave after {_STAY} moves for others to come",
    )  # fmt: skip


def main(args: argparse.Namespace) -> int:
    lists = hand_rated(_popular(HERE), 500)
    if args.soak:
        return _soak(args, lists)
    with contextlib.ExitStack() as stack:
        sides: list[tuple[str, Path, int]] = [("this tree", HERE, 0)]
        if args.against:
            sides.append((args.against, stack.enter_context(tree_of(args.against)), 0))
        if args.copies:
            sides = [(f"{n} behind the proxy", HERE, n) for n in args.copies]
        print("Seconds, and CPU milliseconds of the server (with its proxy). Covers are off.\n")
        print(_HEAD, flush=True)
        found: list[tuple[int, list[Figures]]] = []
        for n in args.visitors:
            row = []
            for name, tree, copies in sides:
                with serving(tree, copies) as server:
                    row.append(measure(server, Crowd(n, args.think, args.seconds / 3, args.seconds * 2 / 3), lists))
                print(_line(n, name, row[-1]), flush=True)
            found.append((n, row))
    figures = [one for _, row in found for one in row]
    if len(sides) > 1:
        _print_ratios(found, [name for name, _, _ in sides])
    busiest = max(one.own_cpu / max(1e-9, one.seconds) for one in figures)
    print(f"\nThe visitors' own process used up to {busiest:.0%} of a core.")
    return _report_errors(figures)


def _popular(tree: Path) -> list[int]:
    """Ids of the catalogue's titles, most popular first."""
    table = pq.read_table(tree / "artifacts" / "catalogue.parquet", columns=["anime_id", "members"])
    return table.sort_by([("members", "descending")])["anime_id"].to_pylist()


def _spread(seconds: list[float]) -> list[str]:
    """Median, 95% quantile and maximum."""
    if not seconds:
        return ["–"] * 3
    return [f"{value:.2f}" for value in (*np.quantile(seconds, [0.5, 0.95]), max(seconds))]


def _line(n: int, name: str, one: Figures) -> str:
    cells = [str(n), name, *_spread(one.cold), *_spread(one.moves), f"{one.moves_a_second():.1f}"]
    cells += [f"{one.milliseconds_a_move():.0f} ms" if one.moves else "–", str(len(one.errors))]
    cells += [f"{one.memory[0]:.0f}", f"{one.memory[-1]:.0f}"]
    return f"| {' | '.join(cells)} |"


def _print_ratios(found: list[tuple[int, list[Figures]]], names: list[str]) -> None:
    """How many times as long, or as much, the first takes as each other one."""
    print(f"\nRatios, {names[0]} to:\n")
    print("| visitors | to | cold, median | move, median | move, 95% | moves/s | CPU a move | MB after |")
    print("|---|---|---|---|---|---|---|---|")
    for n, (first, *others) in found:
        for name, other in zip(names[1:], others, strict=True):
            pairs = [(_quantiles(first), _quantiles(other))]
            values = [a / b if b else float("nan") for one, two in pairs for a, b in zip(one, two, strict=True)]
            print(f"| {n} | {name} | {' | '.join(f'{value:.2f}' for value in values)} |")


def _quantiles(one: Figures) -> list[float]:
    cold, moves = one.cold or [float("nan")], one.moves or [float("nan")]
    waits = [np.median(cold), np.median(moves), np.quantile(moves, 0.95)]
    return [*map(float, waits), one.moves_a_second(), one.milliseconds_a_move(), one.memory[-1]]


def _soak(args: argparse.Namespace, lists: list[str]) -> int:
    n = args.visitors[-1]
    seconds = 60 * args.soak
    crowd = Crowd(n, args.think, min(_ARRIVAL, seconds), seconds, stay=_STAY, samples=_SAMPLES)
    print(f"{n} visitors for {args.soak:g} minutes. Each leaves after {_STAY} moves, and another one comes.")
    with serving() as server:
        one = measure(server, crowd, lists, say=lambda text: print(text, flush=True))
    print(f"\n{_HEAD}\n{_line(n, 'this tree', one)}\n")
    settled = one.memory[1:]
    start, middle, end = settled[0], settled[len(settled) // 2], settled[-1]
    print(
        f"Resident memory when all had come {start:.0f} MB, in the middle {middle:.0f} MB, at the end {end:.0f} MB: ",
        end="",
    )
    print(f"{end / start - 1:+.0%}; visits: {len(one.cold)}.")
    return _report_errors([one])


def _report_errors(figures: list[Figures]) -> int:
    """Print each error once, with how often it came; the exit status."""
    errors = Counter(error for one in figures for error in one.errors)
    for text, times in errors.most_common():
        print(f"{times} x {text}")
    return 1 if errors else 0
