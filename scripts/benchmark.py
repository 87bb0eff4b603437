"""Measure speed and memory."""

import sys

from scripts.commands import Command, run

#: Name -> module with `add_arguments(parser)` and `main(args) -> int`.
COMMANDS = {
    "svd": Command("scripts.benchmarks.svd", "our SVD compared with Surprise's: time, memory, results"),
    "serve": Command("scripts.benchmarks.serve", "ten recommendations with each model; reading an export; memory"),
    "network": Command("scripts.benchmarks.network", "one epoch of the network at three sizes: time and memory"),
    "page": Command("scripts.benchmarks.page", "reruns, cold page loads in a real browser, memory of the server"),
}


def main(argv: list[str] | None = None) -> int:
    return run("benchmark", __doc__, COMMANDS, argv)


if __name__ == "__main__":
    sys.exit(main())
