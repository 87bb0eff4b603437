"""Measure speed and memory."""

import argparse
import sys
from importlib import import_module

from scripts.common import run

#: Module of `scripts.benchmarks` with `add_arguments(parser)` and `main(args) -> int`, and one line of help. Only the
#: chosen one is imported: they need more packages than the app.
COMMANDS = {
    "svd": "our SVD compared with Surprise's: time, memory, results",
    "dsgd": "the SVD trained by blocks, as on a cluster, compared with the exact one: RMSE",
    "serve": "ten recommendations with each model; reading an export; memory",
    "search": "finding titles by their names: time; memory of the catalogue",
    "names": "titles matched by names as people write them: sure and wrong, right among the choices",
    "network": "one epoch of the network at three sizes: time and memory",
    "cluster": "the long commands on Ray compared with one process; their growth on one machine",
    "page": "reruns, cold page loads in a real browser, memory of the server",
    "load": "waiting times of many visitors at a time, over the websocket; the same of an older commit",
}


def main(argv: list[str] | None = None) -> int:
    argv = sys.argv[1:] if argv is None else argv
    parser = argparse.ArgumentParser(prog="python -m scripts.benchmark", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    chosen = next((word for word in argv if word in COMMANDS), None)
    for name, what in COMMANDS.items():
        command = commands.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
        if name == chosen:
            module = import_module(f"scripts.benchmarks.{name}")
            module.add_arguments(command)
            command.set_defaults(run=module.main)
    args = parser.parse_args(argv)
    return run(args.run, args)


if __name__ == "__main__":
    sys.exit(main())
