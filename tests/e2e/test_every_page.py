"""Every page opens, fits its window and has no serious violation that axe-core finds.

`make screenshots` checks every view, with and without a list, on desktop and phone, light and dark, and writes
build/screenshots. Other runs leave these tests out: test_untrusted_text.py opens every page in them.
"""

from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from pages.parts import router
from tests.e2e import accessibility
from tests.e2e.helpers import DESKTOP, PHONE, expect_fits, expect_opens, screenshot, settled, watch_console

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

RATED = "r=5114-9_1535-8_30276-4_16498-9_21-6_20-7_269-5_11061-10_11757-3_9253-10_1575-9_4224-7"
GROUP = "&".join(
    f"g={quote(spec)}"
    for spec in (
        "r=5114-9_1535-8_30276-4_16498-9_20-7_269-5_11061-10_9253-10&as=Ann",
        "r=5114-5_1535-9_30276-9_16498-4_20-8_269-8_11061-7_9253-6_21-9&as=Bob",
    )
)

#: Pages of which another view than the first depends on the list.
VIEWS = {"atlas": "&colour=Predicted+for+you", "models": "&view=Side+by+side", "data": "&view=Ask+in+SQL"}


def addresses() -> dict[str, str]:
    """Name of a view -> its address. The pages come from the router, so that a new page is tested too."""
    found = {}
    for script in router.SCRIPTS:
        name = script.rpartition("/")[2]
        path = "" if script == router.DEFAULT else name
        found |= {f"{name}-nobody": path, f"{name}-rated": f"{path}?{RATED}{VIEWS.get(name, '')}"}
    return found | {
        "explore-title": f"explore?title=16498&{RATED}",
        "explore-title-nobody-rated": "explore?title=38524",
        "explore-unknown": "explore?title=0",
        "explore-nothing-fits": "explore?genre=Horror&genre=Sports&genre=Mecha",
        "season-past": f"season?season=1998-spring&{RATED}",
        "season-nothing": "season?season=2150-winter&genre=Horror",
        "atlas-near": f"atlas?near=16498&{RATED}&colour=Year",
        "together-group": f"together?{GROUP}",
        "models-words": "models?view=What+each+is",
    }


def open_view(page: Page, url: str, name: str, address: str) -> None:
    expect_opens(page, f"{url}/{address}")
    if name.startswith("atlas"):
        expect(page.locator(".st-key-map").locator("canvas.gl-canvas-context, .gl-canvas").first).to_be_attached()


@pytest.mark.screenshots
@pytest.mark.parametrize("name", addresses())
def test_looks(page: Page, url: str, axe: str, name: str) -> None:
    errors, violations = watch_console(page), []
    for scheme, rules in (("light", ()), ("dark", ("color-contrast",))):  # the other rules find the same in both
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(DESKTOP)
        open_view(page, url, name, addresses()[name])  # again: Streamlit does not repaint the charts of an open page
        violations += [f"{scheme}: {found}" for found in accessibility.violations(page, axe, *rules)]
        for width, size in (("desktop", DESKTOP), ("phone", PHONE)):
            page.set_viewport_size(size)
            collapsed = str(size == PHONE).lower()
            expect(page.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", collapsed)
            settled(page)
            expect_fits(page)
            screenshot(page, f"{name}-{width}-{scheme}")
    assert violations == []
    assert errors == []
