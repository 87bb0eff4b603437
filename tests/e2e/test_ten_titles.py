"""The main promise of the README: a name gives ten unseen titles with predicted scores, and charts."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.helpers import settled

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

CARDS = ".st-key-ten"
PREDICTED = re.compile(r"^\s*(10\.0|[1-9]\.\d)\s*likely [\d.]+–[\d.]+\s+(?P<name>.+)$", re.DOTALL)

#: A chart without bars is not enough: at least one bar is higher than 5 pixels.
DRAWN_BAR = "[...document.querySelectorAll('.js-plotly-plot .barlayer path')].some(bar => bar.getBBox().height > 5)"


def expect_ten_titles(page: Page) -> None:
    expect(page.locator(CARDS).get_by_role("button")).to_have_count(10)
    cards = [PREDICTED.match(text) for text in page.locator(CARDS).get_by_role("button").all_inner_texts()]
    assert len({card["name"] for card in cards}) == 10


def expect_no_error(page: Page) -> None:
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_picking_a_name_gives_ten_titles_and_a_drawn_chart(page: Page, url: str) -> None:
    page.goto(url)
    sidebar = page.get_by_test_id("stSidebar")
    sidebar.get_by_text("Community", exact=True).click()
    sidebar.get_by_label("Name of a fan").wait_for()
    settled(page)
    sidebar.get_by_role("radiogroup", name="Fans").get_by_role("radio").first.click()
    expect_ten_titles(page)
    page.get_by_text("Charts", exact=True).click()
    page.wait_for_function(DRAWN_BAR)
    assert "fan=" in page.url
    expect_no_error(page)


def test_a_link_with_ratings_gives_ten_titles(page: Page, url: str) -> None:
    page.goto(f"{url}/?r=5114-9_1535-8_30276-4")
    expect_ten_titles(page)
    expect_no_error(page)
