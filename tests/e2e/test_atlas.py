"""The Atlas in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.helpers import heading, settled, watch_console, watch_reruns

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

RATED = "r=5114-9_1535-8_30276-4_16498-9"
NEAR = "near=16498"


def middle(page: Page) -> tuple[float, float]:
    """The centre of the map, where the selected title is."""
    plot = page.locator(".st-key-map .nsewdrag").first
    expect(plot).to_be_attached()
    settled(page)
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_title_is_found_and_opened_and_each_view_is_one_entry_of_the_history(new_tab: Page, url: str) -> None:
    page, errors, reruns = new_tab, watch_console(new_tab), watch_reruns(new_tab)
    page.goto(f"{url}/atlas?names=English&{RATED}")
    expect(page.get_by_role("heading", name="Regions")).to_be_visible()
    settled(page)
    views = [page.url]
    entries = page.evaluate("history.length")
    page.get_by_label("Find a title on the map").press_sequentially("attack on tit", delay=30)
    found = page.get_by_test_id("stMain").get_by_role("radio", name="Attack on Titan", exact=True)
    expect(found).to_be_visible()
    assert len(reruns) > 1
    assert all(reruns[1:])  # the map is not drawn again
    found.click()
    around = page.get_by_role("heading", name="Around Attack on Titan")
    expect(around).to_be_visible()
    expect(page.locator(".st-key-neighbours").get_by_role("link")).to_have_count(12)
    page.wait_for_url(f"**{NEAR}**")
    x, y = middle(page)
    views.append(page.url)
    page.mouse.move(x - 3, y)
    page.mouse.move(x, y)
    expect(page.locator(".st-key-map .hoverlayer")).to_contain_text("Attack on Titan")
    page.mouse.click(x, y)
    expect(heading(page)).to_have_text("Attack on Titan")
    page.wait_for_url(re.compile(r"/explore\?.*title=16498"))
    settled(page)
    assert page.evaluate("history.length") == entries + 2
    for view, shown in ((views[1], around), (views[0], page.get_by_role("heading", name="Regions"))):
        assert RATED in page.url
        page.go_back()
        expect(shown).to_be_visible()
        page.wait_for_url(view)
        settled(page)
    page.go_forward()
    expect(around).to_be_visible()
    page.wait_for_url(views[1])
    assert errors == []


def test_the_map_zooms_and_resets(page: Page, url: str) -> None:
    page.goto(f"{url}/atlas?{NEAR}")
    x, y = middle(page)
    extent = "document.querySelector('.st-key-map .js-plotly-plot')._fullLayout.xaxis.range.slice()"
    before = page.evaluate(extent)
    page.mouse.move(x, y)
    page.mouse.wheel(0, -600)
    page.wait_for_function(f"(b => {{ const [l, r] = {extent}; return r - l < 0.95 * (b[1] - b[0]) }})({before})")
    page.locator(".st-key-map .modebar-btn[data-attr='zoom'][data-val='reset']").click()
    page.wait_for_function(
        f"(b => {{ const [l, r] = {extent}; return Math.abs(r - l - b[1] + b[0]) < 0.01 }})({before})"
    )
    page.get_by_role("button", name="Show the whole map").click()
    expect(page.get_by_role("heading", name="Regions")).to_be_visible()
    expect(page).not_to_have_url(re.compile("near="))


def test_a_title_links_to_the_map_and_back(page: Page, url: str) -> None:
    page.goto(f"{url}/explore?title=16498&{RATED}")
    page.get_by_role("link", name="Show on the map").click()
    expect(page.get_by_role("heading", name="Around Shingeki no Kyojin")).to_be_visible()
    page.wait_for_url(f"**{NEAR}**")
    page.get_by_role("link", name="Open Shingeki no Kyojin").click()
    expect(heading(page)).to_have_text("Shingeki no Kyojin")
