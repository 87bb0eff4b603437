"""The synopsis of a title in a real browser, from a local server in the place of AniList."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.helpers import settled
from tests.lists.local_site import LocalSite, Reply

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

RATED = "r=5114-9_1535-8_30276-4_16498-9"


@pytest.fixture
def asked(request: pytest.FixtureRequest, anilist: LocalSite) -> LocalSite:
    if request.config.getoption("--url"):
        pytest.skip("the app at --url asks the real AniList")
    anilist.replies(Reply(status=500))
    return anilist


def test_without_anilist_there_is_a_link_and_it_can_be_tried_again(page: Page, url: str, asked: LocalSite) -> None:
    page.goto(f"{url}/explore?title=20")
    main = page.get_by_test_id("stMain")
    main.get_by_text("Synopsis", exact=True).click()
    expect(main.get_by_text("The synopsis cannot be fetched at the moment.")).to_be_visible()
    expect(main.get_by_role("link", name="Read it on AniList")).to_have_attribute("href", "https://anilist.co/anime/20")
    asked.replies(Reply({"data": {"Media": {"description": "Two friends <b>meet</b>.<br>A cat."}}}))
    main.get_by_role("button", name="Try again").click()
    expect(main.get_by_text("Two friends meet.")).to_be_visible()
    expect(main.get_by_role("link", name="From AniList")).to_be_visible()


def test_in_the_details(page: Page, url: str, asked: LocalSite) -> None:
    asked.replies(Reply({"data": {"Media": {"description": "A town by the sea."}}}))
    page.goto(f"{url}/?{RATED}")
    settled(page)
    page.locator('[class*="st-key-ten-open-"]').first.get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Synopsis", exact=True).click()
    expect(dialog.get_by_text("A town by the sea.")).to_be_visible()
