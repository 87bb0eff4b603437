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


def help_pages(name: str, *words: str) -> dict[str, str]:
    """What `--help` prints, by command line: `python -m scripts.NAME` and each of its sub-commands."""
    parsers: list[argparse.ArgumentParser] = []
    main = import_module(f"scripts.{name}").main
    with (
        mock.patch.object(argparse.ArgumentParser, "print_help", lambda self, file=None: parsers.append(self)),
        contextlib.suppress(SystemExit),
    ):
        main([*words, "--help"])
    with mock.patch.dict(os.environ, {"COLUMNS": str(_COLUMNS), "NO_COLOR": "1"}):
        pages = {parsers[0].prog: parsers[0].format_help()}
    # A sub-command may add its arguments only when it is asked for.
    choices = [a.choices for a in parsers[0]._actions if isinstance(a, argparse._SubParsersAction)]
    for word in (word for group in choices for word in group):
        pages |= help_pages(name, *words, word)
    return pages


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
