"""The first page in a real browser: with the keyboard alone, and on a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import accessibility
from tests.e2e.helpers import DESKTOP, PHONE, expect_fits, heading, settled, watch_console

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

CARD = ".st-key-wall .rate-card"
TEN = '[class*="st-key-ten-open-"]'
TWO_TO_A_ROW = """
selector => {
    const [first, second, third] = [...document.querySelectorAll(selector)].map(one => one.getBoundingClientRect());
    return Math.abs(first.top - second.top) < 2 && third.top > first.bottom;
}
"""


def test_three_scores_with_the_keyboard_alone_make_ten_in_view(page: Page, url: str) -> None:
    errors = watch_console(page)
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
    expect(page.locator(TEN)).to_have_count(10)
    expect(heading(page)).to_be_in_viewport()
    assert errors == []


def test_the_ways_to_begin_on_a_phone(page: Page, url: str, axe: str) -> None:
    errors = watch_console(page)
    page.set_viewport_size(PHONE)
    page.goto(url)
    main = page.get_by_test_id("stMain")
    expect(main.get_by_label("AniList username")).to_be_visible()
    cards = page.locator(CARD)
    expect(cards).to_have_count(12)
    settled(page)
    page.wait_for_function(TWO_TO_A_ROW, arg=CARD)
    expect_fits(page)
    assert accessibility.violations(page, axe) == []
    names = cards.locator(".rate-name")
    before = names.all_inner_texts()
    cards.nth(2).get_by_role("button", name=re.compile("Haven’t seen")).click()
    page.wait_for_url("**unseen=**")
    expect(names.nth(2)).not_to_have_text(before[2])
    settled(page)
    after = names.all_inner_texts()
    assert after[:2] + after[3:] == before[:2] + before[3:]  # another title takes its place
    table = {"name": "mine.csv", "mimeType": "text/csv", "buffer": b"title,score\nCowboy Bebop,9\nMonsterr,7\n"}
    main.locator("input[type=file]").set_input_files(table)
    expect(main.get_by_text("1 title to confirm").first).to_be_visible()
    expect(page.locator(TEN)).to_have_count(10)
    expect_fits(page)
    assert errors == []
