"""The Season page in a real browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.helpers import PHONE, expect_fits, heading, settled, watch_console

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

RATED = "r=5114-9_1535-8_30276-4_16498-9"


def test_a_season_is_chosen_kept_in_the_address_and_left_by_back(page: Page, url: str) -> None:
    errors = watch_console(page)
    page.goto(f"{url}/season?{RATED}&season=2025-spring")
    expect(page.get_by_role("heading", name="New in Spring 2025")).to_be_visible()
    picker = page.get_by_role("combobox", name="Any season")
    picker.focus()  # with the keyboard alone
    picker.press("ControlOrMeta+a")
    picker.press_sequentially("spring 1998", delay=30)
    expect(page.get_by_role("option")).to_have_count(1)
    picker.press("Enter")
    page.wait_for_url(re.compile("season=1998-spring"))
    expect(page.get_by_role("heading", name="New in Spring 1998")).to_be_visible()
    settled(page)
    assert "r=5114-9" in page.url
    card = page.locator(".st-key-season-new").get_by_role("link").first
    name = card.inner_text().split("\n")[0]
    card.click()
    page.wait_for_url(re.compile(r"title=\d+"))
    expect(heading(page)).to_contain_text(name.removesuffix(" …"))
    page.go_back()
    expect(page.get_by_role("heading", name="New in Spring 1998")).to_be_visible()
    assert errors == []


def test_on_a_phone(page: Page, url: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"{url}/season?{RATED}&season=2025-spring")
    expect(page.get_by_role("heading", name="New in Spring 2025")).to_be_visible()
    settled(page)
    expect_fits(page)
    page.get_by_role("button", name="Page 2", exact=True).click()
    page.wait_for_url("**page=2**")
    settled(page)
    page.get_by_role("radio").filter(has_text="(now)").click()
    page.wait_for_url(re.compile(r"season=(?!2025-spring)\d{4}-\w+"))
    settled(page)
    calendar = page.locator(".st-key-season-calendar").get_by_role("button")
    if calendar.count():  # once the catalogue is older than the season, nothing on it is still to air
        with page.expect_download() as download:
            calendar.click()
        assert download.value.suggested_filename == "anime-alchemy.ics"
        assert b"BEGIN:VEVENT" in Path(download.value.path()).read_bytes()
    expect(page.get_by_role("button", name="Page 1", exact=True)).to_have_attribute("aria-current", "page")
