"""Measure speed and memory."""

import sys

from scripts.commands import Command, run

#: What can be measured, and the module that does it: `add_arguments(parser)` and `main(args) -> int`.
COMMANDS = {
    "svd": Command("scripts.benchmarks.svd", "training and prediction beside Surprise's SVD: time, memory, results"),
    "serve": Command("scripts.benchmarks.serve", "one fan's ten, for each model; reading an export; memory"),
    "network": Command("scripts.benchmarks.network", "an epoch of the network at three sizes: time and memory"),
    "page": Command("scripts.benchmarks.page", "reruns, cold page loads in a real browser, the server's memory"),
}


def main(argv: list[str] | None = None) -> int:
    return run("benchmark", __doc__, COMMANDS, argv)


if __name__ == "__main__":
    sys.exit(main())
