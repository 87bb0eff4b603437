"""Every command's `--help`, as docs/commands.md holds it. `python -m tests.commands` writes that file anew."""

import argparse
import contextlib
import os
from importlib import import_module
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "commands.md"
_COLUMNS = 100
_INTRODUCTION = """# Commands

Run them from the project's folder, with the environment that `make` created: `.venv/bin/python -m scripts.NAME` (on
Windows `.venv\\Scripts\\python -m scripts.NAME`). `recommend` and `benchmark serve` need `requirements.txt` alone, the
rest `requirements-train.txt`. An error that you can mend is one line on stderr and exit status 2.

This page is written by `make docs`; a test holds it to the commands.
"""


def names() -> list[str]:
    """The commands: every module of `scripts` that has a `main`."""
    modules = (ROOT / "scripts").glob("*.py")
    return sorted(path.stem for path in modules if "\ndef main(" in path.read_text(encoding="utf-8"))


def help_pages(name: str) -> dict[str, str]:
    """What `--help` prints, by command line: `python -m scripts.NAME` and each of its sub-commands."""
    parsers: list[argparse.ArgumentParser] = []
    main = import_module(f"scripts.{name}").main
    with (
        mock.patch.object(argparse.ArgumentParser, "print_help", lambda self, file=None: parsers.append(self)),
        contextlib.suppress(SystemExit),
    ):
        main(["--help"])
    with mock.patch.dict(os.environ, {"COLUMNS": str(_COLUMNS), "NO_COLOR": "1"}):
        return {parser.prog: parser.format_help() for parser in _family(parsers[0])}


def _family(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    groups = [a.choices for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    return [parser, *(one for group in groups for child in group.values() for one in _family(child))]


def render() -> str:
    """The whole of docs/commands.md."""
    parts = [_INTRODUCTION]
    for name in names():
        parts.append(f"\n## {name}\n")
        parts += [f"\n```text\n$ {line} --help\n{text}```\n" for line, text in help_pages(name).items()]
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}: {len(names())} commands")
