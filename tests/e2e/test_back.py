"""The browser's Back and Forward: one press for each page view."""

import re
from collections.abc import Callable
from urllib.parse import urlencode

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import ROOT
from tests.e2e.helpers import settled

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

RATED = {"r": "5114-9_1535-8_30276-7"}


def heading(page: Page) -> str:
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    settled(page)
    return page.get_by_role("heading", level=1).inner_text()


def open_from_header(name: str, path: str) -> Callable[[Page], None]:
    def click(page: Page) -> None:
        page.get_by_test_id("stTopNav").get_by_role("link", name=name).click()
        page.wait_for_url(f"**/{path}?*")

    return click


def open_a_card(page: Page) -> None:
    page.locator(".st-key-titles").get_by_role("link").nth(3).click()
    page.wait_for_url("**title=*")


def open_a_similar_title(page: Page) -> None:
    before = page.url
    page.locator(".st-key-similar").get_by_role("link").first.click()
    expect(page).not_to_have_url(before)
    page.wait_for_url("**title=*")


STEPS = [
    open_from_header("Together", "together"),
    open_from_header("Explore", "explore"),
    open_a_card,
    open_a_similar_title,
]


def test_each_page_view_is_one_entry_of_the_history(new_tab: Page, url: str) -> None:
    page = new_tab
    name = pq.read_table(ROOT / "artifacts" / "users.parquet", columns=["username"])["username"][0].as_py()
    address = urlencode({"fan": name, **RATED})
    page.goto(f"{url}/?{address}")
    views = [(heading(page), page.url)]
    entries = page.evaluate("history.length")
    for step in STEPS:
        step(page)
        views.append((heading(page), page.url))
        assert page.evaluate("history.length") == entries + len(views) - 1, page.url
        assert all(part in page.url for part in address.split("&"))
    for press, expected in [(page.go_back, views[-2::-1]), (page.go_forward, views[1:])]:
        for view in expected:
            press()
            expect(page.get_by_role("heading", level=1).first).to_have_text(view[0])
            assert (heading(page), page.url) == view


def test_back_keeps_what_was_rated_since_and_a_late_message_does_not_undo_it(new_tab: Page, url: str) -> None:
    page = new_tab
    page.goto(f"{url}/explore?{urlencode(RATED)}")
    unrated = re.compile(rf"title=(?!({'|'.join(pair.split('-')[0] for pair in RATED['r'].split('_'))})$)\d+$")
    cards = page.locator(".st-key-titles").get_by_role("link")
    expect(cards.first).to_be_visible()
    addresses = [card.get_attribute("href") or "" for card in cards.all()]
    opened = next(i for i, address in enumerate(addresses) if unrated.search(address))
    cards.nth(opened).click()
    page.wait_for_url("**title=*")
    heading(page)
    page.locator(".st-key-yours").get_by_text("6", exact=True).click()
    page.wait_for_url(re.compile(r"r=[^&]*-6(&|$)"))
    settled(page)
    left = page.url
    page.go_back()
    expect(page.get_by_role("heading", level=1).first).to_have_text("Explore")
    expect(page.get_by_test_id("stSidebar").get_by_text("4 scores")).to_be_visible()
    page.wait_for_url(re.compile(r"/explore\?r=[^&]*-6$"))
    heading(page)
    address, entries = page.url, page.evaluate("history.length")
    page.evaluate("address => history.pushState({}, '', address)", left)
    assert (page.url, page.evaluate("history.length")) == (address, entries)
    page.locator(".st-key-titles").get_by_role("link").nth(opened).click()
    page.wait_for_url("**title=*")
    assert page.url == left
