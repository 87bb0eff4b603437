"""Covers from a local server in a real browser."""

import re
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, WebSocket, expect

from pages.parts import cover_slots
from tests.e2e.conftest import serving
from tests.e2e.helpers import expect_opens, heading, settled, watch_console
from tests.lists.local_site import LocalSite, Reply
from tests.pictures import image_site, poster

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

RATED = "r=5114-9_1535-8_30276-4_16498-9"


@pytest.fixture(scope="module")
def site() -> Iterator[LocalSite]:
    with image_site() as site:
        yield site


@pytest.fixture(scope="module")
def covers_url(site: LocalSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("covers"), site.url) as url:
        yield url


def art(page: Page) -> Locator:
    return page.locator(".st-key-titles img[src^='data:image/svg']")


def covers(page: Page) -> Locator:
    return page.locator(".st-key-titles img[src^='data:image/webp']")


def shapes(page: Page) -> list[list[float]]:
    """Left, top, width and height of every cover or its art, once they are drawn."""
    page.wait_for_function("[...document.querySelectorAll('.st-key-titles img')].every(one => one.naturalWidth > 0)")
    return page.locator(".st-key-titles img").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).map(box => [box.left, box.top, box.width, box.height])"
    )


def test_covers_take_the_place_of_the_art_and_the_page_comes_to_rest(
    page: Page, site: LocalSite, covers_url: str
) -> None:
    errors = watch_console(page)
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    sent: list[float] = []
    page.on("websocket", lambda socket: _count(socket, sent))
    may_answer = threading.Event()
    site.answer = lambda request: Reply(poster(request.path)) if may_answer.wait(120) else Reply(status=500)
    expect_opens(page, f"{covers_url}/explore")
    expect(art(page)).to_have_count(24)
    before = shapes(page)
    may_answer.set()
    expect(covers(page)).to_have_count(24)
    assert shapes(page) == before  # nothing moves
    expect(page.get_by_role("img", name="Cover of Death Note")).to_be_visible()
    expect_rest(page, sent)
    assert hosts - {""} == {urlsplit(covers_url).netloc}
    assert errors == []


def expect_rest(page: Page, sent: list[float]) -> None:
    """The page stops asking for covers: for some rounds of its timer it sends nothing."""
    for _ in range(10):
        rounds = len(sent)
        page.wait_for_timeout(2_500 * cover_slots.EVERY)
        if len(sent) == rounds:
            return
    pytest.fail("The page goes on asking for covers.")


def _count(socket: WebSocket, sent: list[float]) -> None:
    socket.on("framesent", lambda _: sent.append(time.monotonic()))


def test_the_switch_is_in_the_address_and_kept_on_other_pages(page: Page, covers_url: str) -> None:
    page.goto(f"{covers_url}/explore?{RATED}")
    expect(covers(page).first).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_text("Covers", exact=True).click()
    expect(covers(page)).to_have_count(0)
    page.wait_for_url(re.compile("covers=false"))
    page.locator(".st-key-titles").get_by_role("link").first.click()
    page.wait_for_url(re.compile("title="))
    settled(page)
    assert "covers=false" in page.url
    page.get_by_test_id("stTopNav").get_by_role("link", name="Recommend").click()
    expect(heading(page)).to_have_text("Recommended for you")
    settled(page)
    expect(page.locator("img[src^='data:image/webp']")).to_have_count(0)
    page.get_by_test_id("stSidebar").get_by_text("Covers", exact=True).click()
    expect(page.locator("img[src^='data:image/webp']").first).to_be_visible()


def test_the_ten_get_covers_after_a_control_was_moved_and_the_page_comes_to_rest(
    page: Page, site: LocalSite, covers_url: str
) -> None:
    sent: list[float] = []
    page.on("websocket", lambda socket: _count(socket, sent))
    may_answer = threading.Event()
    site.answer = lambda request: Reply(poster(request.path)) if may_answer.wait(120) else Reply(status=500)
    page.goto(f"{covers_url}/?{RATED}&type=Movie")
    fetched = page.locator(".st-key-ten img[src^='data:image/webp']")
    drawn = page.locator(".st-key-ten img[src^='data:image/svg']")
    expect(drawn.first).to_be_visible()  # the tests before have left some of the covers
    settled(page)
    page.get_by_role("slider", name="Safe to adventurous").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.wait_for_url("**discovery=Adventurous**")
    settled(page)
    page.locator(".st-key-ten").get_by_role("button").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    may_answer.set()
    expect(fetched).to_have_count(10)
    expect(page.get_by_role("dialog")).to_be_visible()  # what is drawn below it does not close it
    expect_rest(page, sent)
