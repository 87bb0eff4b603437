"""The flows of the Recommend page in a real browser."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.e2e.helpers import PHONE, settled, watch_reruns

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

RATED = "r=5114-9_1535-8_30276-4_16498-9"
TEN = '[class*="st-key-ten-open-"]'

#: The page gets the server's messages `window.apart` milliseconds apart, so that it draws what is otherwise never seen.
APART = """
const add = WebSocket.prototype.addEventListener;
let next = 0;
WebSocket.prototype.addEventListener = function (type, handler, ...rest) {
  const later = event => {
    next = Math.max(next, performance.now()) + (window.apart ?? 0);
    setTimeout(() => handler(event), next - performance.now());
  };
  add.call(this, type, type === "message" ? later : handler, ...rest);
};
"""

#: Whether the covers of each row of so many align, and at least so many are seen without scrolling.
ALIGNED = """
([columns, seen]) => {
    const covers = [...document.querySelectorAll('[class*="st-key-card-ten-"] img')];
    const boxes = covers.map(one => one.getBoundingClientRect());
    return boxes.length === 10
        && boxes.every(({ top, bottom }, i) => {
            const first = boxes[i - i % columns];
            return top === first.top && bottom === first.bottom;
        })
        && boxes.filter(({ bottom }) => bottom <= innerHeight).length >= seen;
}
"""


def open_details(page: Page, card: str) -> Locator:
    """The dialog with the details of the card with this class."""
    page.locator(f".{card}").get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Not for me")).to_be_visible()
    return dialog


def shown(page: Page) -> list[str]:
    """Keys of the ten, in order. During a rerun the old cards stand among the new ones."""
    settled(page)
    expect(page.locator(TEN)).to_have_count(10)
    return page.locator(TEN).evaluate_all(
        "elements => elements.map(e => [...e.classList].find(c => c.startsWith('st-key-ten-open-')))"
    )


def test_marked_titles_leave_the_ten_undo_brings_back_and_a_reload_keeps_the_marks(page: Page, url: str) -> None:
    page.goto(f"{url}/?{RATED}")
    expect(page.locator(TEN)).to_have_count(10)
    before = shown(page)
    open_details(page, before[0]).get_by_role("button", name="Not for me").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(f".{before[0]}")).to_have_count(0)
    assert len(set(shown(page)) & set(before)) == 9
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f".{before[0]}")).to_have_count(1)
    assert shown(page) == before
    open_details(page, before[0]).get_by_role("button", name="Seen, no score").click()
    expect(page.locator(f".{before[0]}")).to_have_count(0)
    page.wait_for_url("**seen=**")
    after = shown(page)
    page.reload()
    assert shown(page) == after
    assert before[0] not in after


def test_reasons_open_and_an_influence_can_be_ignored(page: Page, url: str) -> None:
    page.goto(f"{url}/?{RATED}")
    details = open_details(page, shown(page)[0])
    expect(details.get_by_text("Because you liked")).to_be_visible()
    details.get_by_text("Single titles").click()
    expect(details.get_by_text("The titles of your list that change this prediction most")).to_be_visible()
    details.get_by_role("button", name="Ignore").first.click()
    expect(page.get_by_text("Based on your list: 3 scores")).to_be_visible()


def test_the_keyboard_alone_opens_details_and_closed_ones_stay_closed(new_tab: Page, url: str) -> None:
    page = new_tab
    page.add_init_script(APART)
    page.goto(f"{url}/?{RATED}")
    before = shown(page)
    page.locator(f".{before[1]}").get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("button", name="Not for me")).to_be_visible()
    settled(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)  # the server may not have heard of it yet
    page.evaluate("window.apart = 20")
    page.get_by_role("slider", name="Safe to adventurous").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.wait_for_url("**discovery=Adventurous**")
    expect(page.locator(TEN).first).not_to_have_class(re.compile(rf"\b{before[0]}\b"))
    assert shown(page) != before
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_cards_align_and_ten_more_are_shown_in_place_by_keyboard(page: Page, url: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{url}/?{RATED}&odds=Surest")
    before = shown(page)
    page.wait_for_function(ALIGNED, arg=[5, 10])
    page.set_viewport_size(PHONE)
    page.wait_for_function(ALIGNED, arg=[2, 4])
    page.get_by_role("button", name="Show ten more").focus()
    page.keyboard.press("Enter")
    expect(page.locator(TEN)).to_have_count(20)
    page.wait_for_url("**n=20**")
    expect(page.locator(TEN).first).to_have_class(re.compile(rf"\b{before[0]}\b"))
    page.reload()
    expect(page.locator(TEN)).to_have_count(20)


def test_a_link_is_copied_and_a_picture_downloaded(context: BrowserContext, url: str) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{url}/?{RATED}")
    shown(page)
    page.get_by_role("button", name="Share and export").click()
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_text("Link copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    with page.expect_download() as download:
        page.get_by_role("button", name="Picture of the ten").click()
    assert download.value.path().read_bytes().startswith(b"\x89PNG")
    page.close()


def test_two_visitors_never_see_each_others_list(page: Page, browser: Browser, url: str) -> None:
    other = browser.new_context()
    theirs = other.new_page()
    page.goto(f"{url}/?{RATED}")
    theirs.goto(url)
    expect(page.get_by_text("You · 4 scores", exact=True)).to_be_visible()
    expect(theirs.get_by_text("Or rate a few titles")).to_be_visible()
    settled(theirs)
    expect(theirs.get_by_text("4 scores")).to_have_count(0)
    assert "r=" not in theirs.url
    other.close()


def test_undo_and_forget_reach_what_the_sidebar_shows(page: Page, url: str) -> None:
    reruns = watch_reruns(page)
    page.goto(f"{url}/?{RATED}")
    sidebar = page.get_by_test_id("stSidebar")
    search = sidebar.get_by_label("Find a title that you know")
    search.fill("cowboy bebop")
    scores = sidebar.get_by_role("radiogroup", name="Your score").first
    expect(scores).to_be_visible()
    assert len(reruns) > 1
    assert all(reruns[1:])  # the page is not drawn again
    scores.get_by_role("radio", name="9", exact=True).click()
    expect(sidebar.get_by_text("You · 5 scores", exact=True)).to_be_visible()
    expect(scores.get_by_role("radio", name="9", exact=True)).to_be_checked()
    page.get_by_role("button", name="Undo").click()
    expect(sidebar.get_by_text("You · 4 scores", exact=True)).to_be_visible()
    expect(scores.get_by_role("radio", name="9", exact=True)).not_to_be_checked()
    sidebar.get_by_text("File", exact=True).click()
    table = {"name": "secret.csv", "mimeType": "text/csv", "buffer": b"title,score\nCowboy Bebop,9\nNaruto,7\n"}
    sidebar.locator("input[type=file]").set_input_files(table)
    # The four scores given on the page stay.
    expect(sidebar.get_by_text("secret.csv · 6 scores", exact=True)).to_be_visible()
    page.get_by_role("button", name="Forget my list").click()
    expect(page.get_by_text("Or rate a few titles")).to_be_visible()
    expect(page.get_by_text("secret")).to_have_count(0)
    sidebar.get_by_text("Rate", exact=True).click()
    expect(search).to_have_value("")
    assert "r=" not in page.url


def test_a_plan_for_the_hours_chosen_by_keyboard_is_in_the_address(page: Page, url: str) -> None:
    page.goto(f"{url}/?{RATED}")
    shown(page)
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("slider", name="Plan for the hours you have").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="Plan for 2 hours")).to_be_visible()
    expect(page.locator('[class*="st-key-plan-open-"]').first).to_be_attached()
    page.wait_for_url(re.compile(r"hours=2"))
    shown(page)
    page.reload()
    expect(page.get_by_role("heading", name="Plan for 2 hours")).to_be_visible()
