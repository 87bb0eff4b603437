"""Every command's `--help`, as in docs/commands.md. `python -m tests.commands` writes that file."""

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

Run them in the project's folder, with the environment that `make` created: `.venv/bin/python -m scripts.NAME` (on
Windows `.venv\\Scripts\\python -m scripts.NAME`). `recommend`, `serve`, `update_catalogue` and `benchmark serve` need
only `requirements.txt`, the others `requirements-train.txt`; `--ray` needs `requirements-cluster.txt`. Errors that you
can correct are one line on stderr, with exit status 2.

`make docs` writes this page; a test checks that it is up to date.
"""


def names() -> list[str]:
    """The commands: every module of `scripts` that has a `main`."""
    modules = (ROOT / "scripts").glob("*.py")
    return sorted(path.stem for path in modules if "\ndef main(" in path.read_text(encoding="utf-8"))


def help_pages(name: str, *words: str) -> dict[str, str]:
    """The output of `--help` for `python -m scripts.NAME` and each of its sub-commands, by command line."""
    parsers: list[argparse.ArgumentParser] = []
    main = import_module(f"scripts.{name}").main
    with (
        mock.patch.object(argparse.ArgumentParser, "print_help", lambda self, file=None: parsers.append(self)),
        contextlib.suppress(SystemExit),
    ):
        main([*words, "--help"])
    with mock.patch.dict(os.environ, {"COLUMNS": str(_COLUMNS), "NO_COLOR": "1"}):
        pages = {parsers[0].prog: parsers[0].format_help()}
    # A sub-command may add its arguments only when it is called.
    choices = [a.choices for a in parsers[0]._actions if isinstance(a, argparse._SubParsersAction)]
    for word in (word for group in choices for word in group):
        pages |= help_pages(name, *words, word)
    return pages


def render() -> str:
    """The text of docs/commands.md."""
    parts = [_INTRODUCTION]
    for name in names():
        parts.append(f"\n## {name}\n")
        parts += [f"\n```text\n$ {line} --help\n{text}```\n" for line, text in help_pages(name).items()]
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}: {len(names())} commands")
