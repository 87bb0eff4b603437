"""Measure speed and memory."""

import sys

from scripts.commands import Command, run

#: What can be measured, and the module that does it: `add_arguments(parser)` and `main(args) -> int`.
COMMANDS = {
    "serve": Command("scripts.benchmarks.serve", "one fan's ten, for each model; reading an export; memory"),
    "page": Command("scripts.benchmarks.page", "reruns, cold page loads in a real browser, the server's memory"),
}


def main(argv: list[str] | None = None) -> int:
    return run("benchmark", __doc__, COMMANDS, argv)


if __name__ == "__main__":
    sys.exit(main())
