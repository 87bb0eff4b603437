"""What several commands share: options of the same meaning, tables, and how they report errors."""

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from recsys.errors import RecsysError

_OPTIONS: dict[str, dict[str, Any]] = {
    "--data": {"type": Path, "default": Path("build/mal"), "help": "prepared ratings (%(default)s)"},
    "--artifacts": {"type": Path, "default": Path("artifacts"), "help": "folder of artifacts (%(default)s)"},
    "--catalogue": {
        "type": Path,
        "default": Path("artifacts/catalogue.parquet"),
        "help": "content of the titles (%(default)s)",
    },
    "--part": {"choices": ("validation", "test"), "default": "test", "help": "held-out fans to use (%(default)s)"},
    "--ray": {
        "metavar": "ADDRESS",
        "help": "work on a Ray cluster: local (one on this machine), auto, or host:port of a running head; needs "
        "requirements-cluster.txt (default: without Ray)",
    },
    "--seed": {"type": int, "default": 0, "help": "seed of every random choice (%(default)s)"},
}


def add_options(parser: argparse.ArgumentParser, *names: str) -> None:
    """Add options of `_OPTIONS` to a command."""
    for name in names:
        parser.add_argument(name, **_OPTIONS[name])


def markdown_table(heads: Sequence[str], rows: Mapping[str, Iterable[str]]) -> str:
    """A table with a column of the names of `rows` before the columns `heads`."""
    lines = ["| | " + " | ".join(heads) + " |", "|---" + "|---:" * len(heads) + "|"]
    return "\n".join(lines + [f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items()])


def run(work: Callable[[argparse.Namespace], int], args: argparse.Namespace) -> int:
    """The exit status of a command. An error that the user can mend is one line on stderr and status 2."""
    try:
        return work(args)
    except RecsysError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
