"""The My taste page in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.helpers import PHONE, expect_fits, settled

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

RATED = "r=5114-9_1535-8_30276-4_16498-9_21-6_20-7_269-5_11061-10_11757-3_9253-10_1575-9_4224-7"
SECTIONS = ("Your average score", "Preferences", "Surprising scores", "Most influential titles")


def expect_every_section(page: Page) -> None:
    """All sections with both charts."""
    for section in SECTIONS:
        expect(page.get_by_role("heading", name=section, exact=True)).to_be_visible()
    charts = page.get_by_test_id("stMain").locator(".js-plotly-plot")
    expect(charts).to_have_count(2)
    for chart in charts.all():
        expect(chart.locator(".point").first).to_be_attached()
    expect(page.get_by_text("predicted from all the others")).to_be_visible()


def test_every_section_and_titles_grouped_in_another_way_stand_in_the_address(page: Page, url: str) -> None:
    page.goto(f"{url}/taste?{RATED}")
    expect_every_section(page)
    page.get_by_test_id("stMain").get_by_text("Type", exact=True).click()
    expect(page.locator(".js-plotly-plot").nth(1).get_by_text("TV", exact=True)).to_be_visible()
    page.wait_for_url("**by=Type**")


def test_a_score_is_ignored_and_counted_again_with_another_model(page: Page, url: str) -> None:
    page.goto(f"{url}/taste?{RATED}&model=SVD")
    expect_every_section(page)
    page.get_by_role("button", name="Ignore this score").first.click()
    expect(page.get_by_test_id("stSidebar").get_by_text("11 scores")).to_be_visible()
    page.locator('[class*="st-key-count-"]').get_by_role("button").click()
    expect(page.get_by_test_id("stSidebar").get_by_text("12 scores")).to_be_visible()


def test_a_name_of_the_community_from_the_sidebar(page: Page, url: str) -> None:
    page.goto(f"{url}/taste")
    expect(page.get_by_text("There is no list yet")).to_be_visible()
    sidebar = page.get_by_test_id("stSidebar")
    sidebar.get_by_text("Community", exact=True).click()
    sidebar.get_by_role("radiogroup", name="Fans").get_by_role("radio").first.click()
    expect(page.get_by_role("heading", name="The taste of")).to_be_visible()
    page.wait_for_url("**fan=**")


def test_how_far_to_trust_us_opens_by_keyboard_and_from_a_link(page: Page, url: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"{url}/taste?{RATED}&trust=Era")
    expect(page.get_by_text("scores lie in their range")).to_be_visible()
    expect(page.get_by_role("heading", name="Titles whose rating would help most")).to_be_visible()
    settled(page)
    expect_fits(page)
    era = page.get_by_test_id("stMain").get_by_role("radio", name="Popularity", exact=True).last
    era.focus()
    era.press("Enter")
    page.wait_for_url("**trust=Popularity**")
    scores = page.get_by_role("group", name=re.compile("Your score of")).first.get_by_role("button", name="8")
    scores.focus()
    scores.press("Enter")
    expect(page.get_by_test_id("stSidebar").get_by_text("13 scores")).to_be_visible()
