"""Run scripts with sub-commands, each in its own module, which is imported only when needed."""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

from recsys.errors import RecsysError


@dataclass(frozen=True)
class Command:
    """`module` has `add_arguments(parser)` and `main(args) -> int`; `help` is one line."""

    module: str
    help: str


def run(script: str, description: str | None, commands: Mapping[str, Command], argv: list[str] | None) -> int:
    """Parse `argv` (default: `sys.argv`) and run its sub-command. A `RecsysError` is printed; the exit code is 2."""
    argv = sys.argv[1:] if argv is None else argv
    parser = argparse.ArgumentParser(prog=f"python -m scripts.{script}", description=description)
    parsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    chosen = next((word for word in argv if word in commands), None)
    for name, command in commands.items():
        sub = parsers.add_parser(name, help=command.help, description=command.help[0].upper() + command.help[1:] + ".")
        if name == chosen:
            import_module(command.module).add_arguments(sub)
    args = parser.parse_args(argv)
    try:
        return import_module(commands[args.command].module).main(args)
    except RecsysError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
