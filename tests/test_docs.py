"""The documentation: printed help, links, commands, code snippets and tables of figures."""

import re
import sys
from pathlib import Path

import pytest

from recsys.serving import reports
from scripts.evaluations import report
from tests import commands

ROOT = Path(__file__).parent.parent
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="argparse formats help differently from Python 3.13 on")
def test_commands_page_is_as_printed() -> None:
    assert commands.PAGE.read_text(encoding="utf-8") == commands.render(), "run: make docs"


@pytest.mark.parametrize("name", commands.names())
def test_help_names_the_command_as_it_is_run(name: str) -> None:
    lines = list(commands.help_pages(name))
    assert lines[0] == f"python -m scripts.{name}"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_readme_commands_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^(\w+):", makefile, re.MULTILINE)
    code = "\n".join([*blocks("sh"), *re.findall(r"`([^`\n]+)`", README)])
    assert set(re.findall(r"\bmake ([a-z]+)\b", code)) - set(targets) == set()
    assert set(re.findall(r"scripts\.([a-z_]+)", code)) - set(commands.names()) == set()


@pytest.mark.parametrize("snippet", blocks("python"))
def test_readme_snippets_run(snippet: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    exec(compile(snippet, "README.md", "exec"), {})  # noqa: S102


def test_tables_hold_the_shipped_figures() -> None:
    figures = reports.read(ROOT / "artifacts")
    written = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    again = "run: python -m scripts.evaluate tables --results docs/results.md --readme README.md"
    assert written == report.markdown(figures), again
    assert report.filled(README, figures) == README, again
