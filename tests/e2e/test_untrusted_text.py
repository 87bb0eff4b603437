"""Titles and names that try to be markup are shown as text, in cards, charts and the sidebar."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from recsys.data import catalogue, manifest
from tests.e2e.conftest import ROOT, serving
from tests.e2e.helpers import settled, watch_console

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "![](http://a/b)",
    "*bold* `code` $x^2$ :smile: :material/home:",
    "x" * 300,
    "\u202eعنوان\u202c من اليمين",  # noqa: RUF001
    "👩‍🚀🐉 emoji",
    "</script><script>alert(1)</script>",
    "<b>b</b>%{y}",
    "http://example.org/ www.example.org a@example.org",
]


@pytest.fixture(scope="module")
def hostile_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app on a copy of the artifacts in which the popular titles have hostile names."""
    folder = tmp_path_factory.mktemp("hostile") / "artifacts"
    shutil.copytree(ROOT / "artifacts", folder)
    titles = catalogue.Catalogue.load(folder / catalogue.FILE).titles()
    renamed = {
        title.anime_id: HOSTILE[rank % len(HOSTILE)]
        for rank, title in enumerate(sorted(titles, key=lambda title: -title.members)[:3000])
    }
    changed = [
        replace(title, title=name, title_english=f"{name} (English)")
        if (name := renamed.get(title.anime_id))
        else title
        for title in titles
    ]
    with manifest.writing(folder) as batch:
        catalogue.write(changed, batch.path(catalogue.FILE))
    with serving(Path(folder).parent, ANIME_ALCHEMY_ARTIFACTS=str(folder)) as address:
        yield address


@pytest.mark.parametrize("query", ["", "?r=5114-9_1535-8_30276-4"])
def test_nothing_hostile_becomes_markup(page: Page, hostile_url: str, query: str) -> None:
    errors = watch_console(page)
    page.on("dialog", lambda dialog: errors.append(f"dialog {dialog.message}"))
    page.goto(f"{hostile_url}/{query}")
    grid = page.locator(".st-key-ten" if query else ".st-key-wall")
    expect(grid).to_be_visible()
    settled(page)
    main = page.get_by_test_id("stMain")
    assert (
        main.locator("img[src='x'], script, a[href^='javascript'], a[href*='example.org'], img[src*='a/b']").count()
        == 0
    )
    text = grid.inner_text().replace("\u2060", "")
    assert "<img src=x onerror=alert(1)>" in text
    assert "x" * 130 not in text
    assert "\u202e" not in text
    assert errors == []


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("explore?r=5114-9_1535-8", ".st-key-titles"),
        ("explore?title=1535&r=5114-9_16498-8", ".st-key-similar"),
        ("atlas?near=1535&r=5114-9", ".st-key-neighbours"),
        ("atlas", ".st-key-regions"),
    ],
)
def test_nothing_hostile_becomes_markup_among_the_titles(page: Page, hostile_url: str, path: str, shown: str) -> None:
    errors = watch_console(page)
    page.on("dialog", lambda dialog: errors.append(f"dialog {dialog.message}"))
    page.goto(f"{hostile_url}/{path}")
    part = page.locator(shown)
    expect(part).to_be_visible()
    settled(page)
    main = page.get_by_test_id("stMain")
    forbidden = "img[src='x'], script, a[href^='javascript'], a[href*='example.org'], img[src*='a/b'], svg b"
    assert main.locator(forbidden).count() == 0
    text = part.inner_text().replace("\u2060", "").replace("\n", " ")
    assert any(name in text for name in ("<img src=x", "[x](javascript", "![](http", "<b>b</b>%{y}"))
    assert "\u202e" not in text
    assert errors == []
