"""On request a browser keeps the visitor's list, and only that browser; an address with a list comes first."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.helpers import settled

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

KEPT = "localStorage.getItem('anime-alchemy-list')"
SWITCH = "Remember me in this browser"
TABLE = {"name": "mine.csv", "mimeType": "text/csv", "buffer": b"title,score\nCowboy Bebop,9\nNaruto,7\n"}


@pytest.fixture
def own_page(context: BrowserContext, url: str) -> Iterator[Page]:
    """A page in a browser that keeps nothing yet. What it keeps in the test is removed afterwards."""
    others = context.pages
    yield context.new_page()
    for page in context.pages:
        if page not in others:
            page.close()
    storage = context.new_cdp_session(others[0])
    storage.send("Storage.clearDataForOrigin", {"origin": url, "storageTypes": "local_storage"})
    storage.detach()


def turn_on(page: Page) -> None:
    expect(page.get_by_role("switch", name=SWITCH)).not_to_be_checked()
    page.get_by_text(SWITCH).click()
    page.wait_for_function(f"{KEPT} !== null")


def test_an_imported_list_comes_back_until_it_is_forgotten(own_page: Page, url: str) -> None:
    page = own_page
    page.goto(url)
    sidebar = page.get_by_test_id("stSidebar")
    sidebar.get_by_text("File", exact=True).click()
    sidebar.locator("input[type=file]").set_input_files(TABLE)
    expect(sidebar.get_by_text("mine.csv · 2 scores", exact=True)).to_be_visible()
    settled(page)
    assert page.evaluate(KEPT) is None
    turn_on(page)
    page.get_by_role("slider", name="Safe to adventurous").press("ArrowRight")
    page.wait_for_url("**discovery=Familiar**")
    page.goto(f"{url}/taste")
    expect(page.get_by_role("heading", level=1)).to_contain_text("taste")
    expect(sidebar.get_by_text("mine.csv · 2 scores", exact=True)).to_be_visible()
    again = page.context.new_page()
    again.goto(url)
    expect(again.get_by_text("mine.csv · 2 scores", exact=True)).to_be_visible()
    again.wait_for_url("**discovery=Familiar**")
    expect(again.get_by_role("switch", name=SWITCH)).to_be_checked()
    again.get_by_role("button", name="Forget my list").click()
    expect(again.get_by_text("Or rate a few titles")).to_be_visible()
    again.wait_for_function(f"{KEPT} === null")
    expect(again.get_by_role("switch", name=SWITCH)).not_to_be_checked()
    # The other tab of the same visitor does not keep it again.
    expect(page.get_by_text("The list was forgotten in another tab")).to_be_visible()
    expect(page.get_by_role("switch", name=SWITCH)).not_to_be_checked()
    # What comes after is not kept either.
    again.locator(".st-key-wall .rate-card").first.get_by_role("button", name="9", exact=True).click()
    again.wait_for_url("**r=**")
    settled(again)
    assert again.evaluate(KEPT) is None


def test_a_list_in_the_address_comes_first_and_the_kept_one_stays(own_page: Page, url: str) -> None:
    page = own_page
    page.goto(f"{url}/?r=5114-9_1535-8_30276-4")
    turn_on(page)
    kept = page.evaluate(KEPT)
    page.goto(f"{url}/?r=5114-3")
    expect(page.get_by_text("The page’s address has a list, so that one is used.")).to_be_visible()
    expect(page.get_by_text("You · 1 score", exact=True)).to_be_visible()
    settled(page)
    assert page.evaluate(KEPT) == kept
    page.get_by_role("button", name="Use the kept list (3 titles)").click()
    expect(page.get_by_text("You · 3 scores", exact=True)).to_be_visible()
    expect(page.get_by_role("switch", name=SWITCH)).to_be_checked()
    page.get_by_text(SWITCH).click()
    page.wait_for_function(f"{KEPT} === null")


def test_a_damaged_value_is_said_to_be_and_nothing_breaks(own_page: Page, url: str) -> None:
    page = own_page
    page.goto(f"{url}/robots.txt")
    page.evaluate("localStorage.setItem('anime-alchemy-list', '<img src=x onerror=alert(1)>')")
    page.goto(url)
    expect(page.get_by_text("The list that this browser keeps cannot be read")).to_be_visible()
    expect(page.get_by_text("Or rate a few titles")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_browser_that_stores_nothing_switches_it_off_and_says_so(own_page: Page, url: str) -> None:
    page = own_page
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('blocked'); } })")
    page.goto(f"{url}/?r=5114-9_1535-8_30276-4")
    page.get_by_text(SWITCH).click()
    expect(page.get_by_text("This browser does not let the app keep anything")).to_be_visible()
    expect(page.get_by_role("switch", name=SWITCH)).not_to_be_checked()
