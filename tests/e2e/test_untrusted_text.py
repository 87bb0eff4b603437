"""Titles and names with markup are shown as text, in cards, charts and the sidebar."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Page, expect

from recsys.data import catalogue, manifest
from tests.e2e.conftest import ROOT, serving
from tests.e2e.helpers import expect_opens, heading, settled, watch_console

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
#: The beginnings of some of these, as the page must show them; names in a group are cut to 24 characters.
READ = ("<img src=x", "[x](javascript", "![](http", "<b>b</b>%{y}")
FANS = HOSTILE[:2]
LIST = "r=5114-9_1535-8_30276-4_16498-9_21-6_20-7_269-5_11061-10_11757-3_9253-10_1575-9_4224-7"
GROUP = "&".join(
    f"g={quote(spec)}"
    for spec in (f"fan={quote(FANS[0])}", f"{LIST}&as={quote(FANS[1])}", f"r=5114-3_1535-4_21-9&as={quote(HOSTILE[8])}")
)


@pytest.fixture(scope="module")
def hostile_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app with a copy of the artifacts in which popular titles and two fans have hostile names."""
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
        catalogue.add_to(batch, changed)
        users = pq.read_table(folder / "users.parquet").to_pydict()
        users["username"][: len(FANS)] = FANS
        pq.write_table(pa.table(users), batch.path("users.parquet"))
    with serving(Path(folder).parent, ANIME_ALCHEMY_ARTIFACTS=str(folder)) as address:
        yield address


# The first visitor of a server opens another page than the first: docs/decisions/0004.
@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (f"taste?{LIST}", [".st-key-influences-grid"]),
        ("", [".st-key-wall"]),
        ("?r=5114-9_1535-8_30276-4", [".st-key-ten"]),
        (f"together?{GROUP}", [".st-key-group-members", ".st-key-together"]),
        ("explore?r=5114-9_1535-8", [".st-key-titles"]),
        ("explore?title=1535&r=5114-9_16498-8", [".st-key-similar"]),
        ("atlas?near=1535&r=5114-9", [".st-key-neighbours"]),
        (f"models?view=Side+by+side&fan={quote(FANS[1])}", [".st-key-side-by-side"]),
    ],
)
def test_nothing_hostile_becomes_markup(page: Page, hostile_url: str, path: str, shown: list[str]) -> None:
    errors = watch(page)
    expect_opens(page, f"{hostile_url}/{path}")
    expect_plain_text(page, shown)
    if path.startswith("atlas"):
        page.get_by_role("button", name="Show the whole map").click()
        expect_plain_text(page, [".st-key-regions"])
    assert errors == []


def test_a_fan_with_a_hostile_name_is_chosen_by_that_name(page: Page, hostile_url: str) -> None:
    errors = watch(page)
    page.goto(f"{hostile_url}/taste")
    sidebar = page.get_by_test_id("stSidebar")
    sidebar.get_by_text("Community", exact=True).click()
    sidebar.get_by_label("Name of a fan").fill("onerror")
    fans = sidebar.get_by_role("radiogroup", name="Fans").get_by_role("radio")
    expect(fans).to_have_count(1)
    fans.click()
    expect(heading(page)).to_contain_text("The taste of <img src=x")
    settled(page)
    expect_plain_text(page, ["h1"])
    assert errors == []


def watch(page: Page) -> list[str]:
    """Return a list to which the errors in the browser's console and the dialogs of scripts are added."""
    errors = watch_console(page)
    page.on("dialog", lambda dialog: (errors.append(f"dialog {dialog.message}"), dialog.dismiss()))
    return errors


def expect_plain_text(page: Page, shown: list[str]) -> None:
    """The parts of the page with these selectors show hostile names as text, and nothing of it has become markup."""
    for selector in shown:
        part = page.locator(selector)
        expect(part).to_be_visible()
        settled(page)
        text = part.inner_text().replace("\u2060", "").replace("\n", " ")
        assert any(name in text for name in READ)
        assert "x" * 130 not in text
        assert "\u202e" not in text
    forbidden = "img[src='x'], script, a[href^='javascript'], a[href*='example.org'], img[src*='a/b'], svg b"
    for area in ("stMain", "stSidebar"):
        expect(page.get_by_test_id(area).locator(forbidden)).to_have_count(0)
