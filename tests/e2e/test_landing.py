"""The first page in a real browser: with the keyboard alone, and on a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import accessibility
from tests.e2e.helpers import DESKTOP, PHONE, expect_fits, heading, settled, watch_console

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

CARD = ".st-key-wall .rate-card"
TEN = '[class*="st-key-ten-open-"]'


def test_three_scores_with_the_keyboard_alone_make_ten_in_view(page: Page, url: str) -> None:
    page.set_viewport_size(DESKTOP)
    page.goto(url)
    expect(page.locator(CARD).first.get_by_role("button").first).to_be_visible()
    settled(page)
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("card => !!document.activeElement.closest(card)", CARD):
            break
    told = r"[?&]r="
    for step in ("Tab", "Tab", "Shift+Tab"):  # the focus stays on the button when the next title comes
        page.keyboard.press(step)
        score = page.evaluate("document.activeElement.textContent")
        page.keyboard.press("Enter")
        told += rf"(_|\b)\d+-{score}"
        page.wait_for_url(re.compile(told))
        settled(page)
    expect(heading(page)).to_have_text("Recommended for you")
    expect(page.locator(TEN)).not_to_have_count(0)
    expect(heading(page)).to_be_in_viewport()


def test_a_title_that_was_not_seen_makes_room_for_another(page: Page, url: str) -> None:
    page.goto(url)
    cards = page.locator(f"{CARD} .rate-name")
    expect(cards).to_have_count(12)
    before = cards.all_inner_texts()
    page.locator(CARD).nth(2).get_by_role("button", name=re.compile("Haven’t seen")).click()
    page.wait_for_url("**unseen=**")
    expect(cards.nth(2)).not_to_have_text(before[2])
    settled(page)
    after = cards.all_inner_texts()
    assert after[:2] + after[3:] == before[:2] + before[3:]


def test_on_a_phone_the_ways_to_begin_are_on_the_page(page: Page, url: str, axe: str) -> None:
    errors = watch_console(page)
    page.set_viewport_size(PHONE)
    page.goto(url)
    main = page.get_by_test_id("stMain")
    expect(main.get_by_label("AniList username")).to_be_visible()
    cards = page.locator(CARD)
    expect(cards).to_have_count(12)
    settled(page)
    first, second, third = (cards.nth(i).bounding_box() for i in range(3))
    assert first["y"] == pytest.approx(second["y"], abs=2)  # two to a row
    assert third["y"] > first["y"] + first["height"]
    expect_fits(page)
    assert accessibility.violations(page, axe) == []
    table = {"name": "mine.csv", "mimeType": "text/csv", "buffer": b"title,score\nCowboy Bebop,9\nMonsterr,7\n"}
    main.locator("input[type=file]").set_input_files(table)
    expect(main.get_by_text("1 title to confirm").first).to_be_visible()
    expect(page.locator(TEN)).to_have_count(10)
    expect_fits(page)
    assert errors == []
