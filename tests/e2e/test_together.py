"""The Together page in a real browser."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.helpers import PHONE, expect_fits, settled

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

ANN = "r=5114-9_1535-8_30276-4_16498-9_20-7_269-5_11061-10_9253-10&as=Ann"
BOB = "r=5114-5_1535-9_30276-9_16498-4_20-8_269-8_11061-7_9253-6_21-9&as=Bob"
GROUP = f"g={quote(ANN)}&g={quote(BOB)}"
PICKS = '[class*="st-key-pick-"]'


def shown(page: Page) -> list[str]:
    """Keys of the titles, in order."""
    settled(page)
    return page.locator(PICKS).evaluate_all(
        "elements => elements.map(e => [...e.classList].find(c => c.startsWith('st-key-pick-')))"
    )


def test_a_link_brings_the_group_ten_titles_and_a_changed_one_somebody_else(
    page: Page, new_tab: Page, url: str
) -> None:
    page.goto(f"{url}/together?{GROUP}")
    expect(page.locator(PICKS)).to_have_count(10)
    together = page.locator(".st-key-together")
    for name in ("Ann", "Bob"):
        expect(together.get_by_text(re.compile(rf"^{name} \d"))).to_have_count(10)
    expect(page.get_by_text("on 8 common titles")).to_be_visible()
    expect(page.get_by_role("heading", name="Biggest disagreements")).to_be_visible()
    page.get_by_test_id("stMain").get_by_text("Least misery", exact=True).click()
    page.wait_for_url("**fair=Least**")
    expect(page.get_by_text("the fan who wants a title least")).to_be_visible()  # the rerun has begun
    mine = shown(page)
    new_tab.goto(page.url)
    expect(new_tab.locator(PICKS)).to_have_count(10)
    assert shown(new_tab) == mine


def test_a_community_fan_joins_by_typing_and_is_taken_out(page: Page, url: str) -> None:
    page.goto(f"{url}/together?g={quote(ANN)}")
    expect(page.get_by_text("A group needs 2 to 5 lists")).to_be_visible()
    fans = page.locator(".st-key-add").get_by_role("radiogroup", name="Fans").get_by_role("radio")
    name = fans.nth(3).inner_text()
    page.locator(".st-key-add").get_by_label("Name of a fan").fill(name.upper())
    expect(fans).not_to_have_count(12)
    fans.first.click()
    expect(page.locator(PICKS)).to_have_count(10)
    expect(page.locator(".st-key-group-members").get_by_text(name, exact=True)).to_be_visible()
    page.wait_for_url(re.compile(r"[?&]g=.*&g="))
    page.get_by_role("button", name="Remove").last.click()
    expect(page.get_by_text("A group needs 2 to 5 lists")).to_be_visible()


def test_an_evening_of_four_and_the_next_one_by_keyboard_on_a_phone(page: Page, url: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"{url}/together?{GROUP}&show=An+evening+of+four")
    expect(page.locator(PICKS)).to_have_count(4)
    expect(page.get_by_text("All give 7 or more")).to_have_count(4)
    expect(page.get_by_text(re.compile(r"Ann: \d\.\d on average, most for"))).to_be_visible()
    first = shown(page)
    expect_fits(page)
    second = page.get_by_test_id("stMain").get_by_role("radio", name="2", exact=True)
    second.focus()
    second.press("Enter")
    page.wait_for_url("**evening=2**")
    expect(page.locator(f".{first[0]}")).to_have_count(0)
    assert not set(shown(page)) & set(first)
