"""Every page opens, and shows titles and names with markup as text, in cards, charts and the sidebar."""

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Page, expect

from recsys.data import catalogue, manifest
from tests.e2e import accessibility
from tests.e2e.conftest import ROOT, serving
from tests.e2e.helpers import DESKTOP, expect_fits, heading, settled, watch_console
from tests.e2e.test_every_page import RATED, addresses, open_view

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
MEMBERS = (f"fan={quote(FANS[0])}", f"{RATED}&as={quote(FANS[1])}", f"r=5114-3_1535-4_21-9&as={quote(HOSTILE[8])}")
GROUP = "&".join(f"g={quote(spec)}" for spec in MEMBERS)
#: View -> the parts of it that have names of titles or fans.
PARTS = {
    "recommend-nobody": (".st-key-wall",),
    "recommend-rated": (".st-key-ten",),
    "taste-rated": (".st-key-influences-grid",),
    "together-group": (".st-key-group-members", ".st-key-together"),
    "explore-rated": (".st-key-titles",),
    "explore-title": (".st-key-similar",),
    "atlas-near": (".st-key-neighbours",),
    "atlas-rated": (".st-key-regions",),
    "models-rated": (".st-key-side-by-side",),
}
#: Addresses of views with names of fans.
OTHERS = {
    "together-group": f"together?{GROUP}",
    "models-rated": f"models?view=Side+by+side&fan={quote(FANS[1])}",
}


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


# The last of the addresses comes first: the first visitor of a server opens another page than the first, as
# docs/decisions/0004 says.
@pytest.mark.parametrize("name", [name for name in reversed(addresses()) if name in PARTS or name.endswith("-rated")])
def test_every_page_opens_and_nothing_hostile_becomes_markup(page: Page, hostile_url: str, axe: str, name: str) -> None:
    """Part of what `test_looks` checks, with hostile names."""
    errors = watch(page)
    page.set_viewport_size(DESKTOP)
    open_view(page, hostile_url, name, {**addresses(), **OTHERS}[name])
    expect_plain_text(page, PARTS.get(name, ()))
    expect_fits(page)
    assert accessibility.violations(page, axe) == []
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


def expect_plain_text(page: Page, shown: Iterable[str]) -> None:
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
