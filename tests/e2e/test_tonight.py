"""One title for tonight, and titles like others, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.helpers import PHONE, expect_fits, settled, watch_reruns

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

RATED = "r=5114-9_1535-8_30276-4"


def test_filters_come_along_from_recommend_and_the_address_leads_to_the_same_title(
    page: Page, new_tab: Page, url: str
) -> None:
    page.goto(f"{url}/?{RATED}")
    settled(page)
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("button", name="Movie", exact=True).press("Enter")
    page.wait_for_url("**type=Movie**")
    link = page.get_by_role("link", name="One title for tonight")
    expect(link).to_have_attribute("href", re.compile("type=Movie"))  # the address changes before the page
    settled(page)
    page.keyboard.press("Escape")
    link.click()
    page.wait_for_url("**/tonight?**type=Movie**")
    expect(page.get_by_text("Filtered by type.")).to_be_visible()
    page.get_by_role("button", name="Another").click()
    page.wait_for_url("**draw=**")
    expect(page.get_by_text("Title 2 of 10")).to_be_visible()
    settled(page)
    title = page.locator(".st-key-tonight").get_by_role("heading", level=2).inner_text()
    other = new_tab
    other.set_viewport_size(PHONE)
    other.goto(page.url)
    expect(other.locator(".st-key-tonight").get_by_role("heading", level=2)).to_have_text(title)
    expect_fits(other)
    other.get_by_role("button", name="Clear filters").click()
    expect(other.get_by_text("Filtered by type.")).to_have_count(0)
    expect(other).not_to_have_url(re.compile("type="))


def test_search_and_filters_on_like_these_by_keyboard(page: Page, url: str) -> None:
    reruns = watch_reruns(page)
    page.goto(f"{url}/like_these?like=20")
    expect(page.get_by_role("heading", name="Ten titles")).to_be_visible()
    settled(page)
    page.get_by_label("Find a title", exact=True).fill("cowboy bebop")
    expect(page.get_by_role("button", name="Like this").first).to_be_visible()
    assert len(reruns) > 1
    assert all(reruns[1:])  # the ten are not chosen again
    page.get_by_role("button", name="Filters").press("Enter")
    page.get_by_role("button", name="Music", exact=True).press("Enter")
    page.wait_for_url("**type=Music**")
    expect(page.get_by_text("Filtered by type.")).to_be_visible()
