"""Explore and the title pages in a real browser."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.helpers import heading, settled, watch_console

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

RATED = "r=5114-9_1535-8_30276-4_16498-9"
TITLE = re.compile(r"[?&]title=\d+")


def cards(page: Page) -> Locator:
    return page.locator(".st-key-titles").get_by_role("link")


def expect_at_top(page: Page) -> None:
    main = page.get_by_test_id("stMain").element_handle()
    page.wait_for_function("main => main.scrollTop === 0", arg=main)


def test_search_updates_while_typing_in_any_language(page: Page, url: str) -> None:
    page.goto(f"{url}/explore")
    search = page.get_by_label("Find a title", exact=True)
    search.press_sequentially("attack on tit", delay=30)
    expect(cards(page).first).to_contain_text("Shingeki no Kyojin")
    search.fill("鋼の錬金術師")
    expect(cards(page).first).to_contain_text("Fullmetal Alchemist")
    page.wait_for_url("**q=**")


def test_pages_titles_and_back(page: Page, url: str) -> None:
    errors = watch_console(page)
    page.goto(f"{url}/explore?{RATED}&genre=Horror")
    before = cards(page).first.get_attribute("href") or ""
    page.get_by_role("button", name="Page 2", exact=True).click()
    page.wait_for_url("**page=2**")
    expect(cards(page).first).not_to_have_attribute("href", before)  # the address changes before the titles
    settled(page)
    expect_at_top(page)
    name = cards(page).last.inner_text().replace("\n", " ")
    cards(page).last.click()  # at the bottom of the page; the title's page begins at the top
    page.wait_for_url(TITLE)
    settled(page)
    expect_at_top(page)
    expect(heading(page)).to_contain_text(name.removesuffix(" …"))
    page.go_back()
    expect(heading(page)).to_have_text("Explore")
    page.wait_for_url("**page=2**")
    page.wait_for_url("**genre=Horror**")
    expect(cards(page).last).to_contain_text(name[:15])
    page.go_forward()
    expect(heading(page)).not_to_have_text("Explore")
    page.get_by_role("link", name="All titles").click()
    expect(heading(page)).to_have_text("Explore")
    page.wait_for_url(re.compile(r"genre=Horror"))
    expect(cards(page).last).to_contain_text(name[:15])
    expect(page).not_to_have_url(TITLE)
    assert errors == []


def test_a_title_has_scores_links_and_relations_and_a_similar_one_opens_by_keyboard(page: Page, url: str) -> None:
    page.goto(f"{url}/explore?title=5114&names=English")
    expect(heading(page)).to_have_text("Fullmetal Alchemist: Brotherhood")
    expect(page.locator(".js-plotly-plot .point").first).to_be_attached()
    expect(page.get_by_role("link", name="MyAnimeList", exact=False).first).to_have_attribute(
        "href", "https://myanimelist.net/anime/5114"
    )
    expect(page.get_by_role("link", name="AniList").first).to_have_attribute(
        "href", re.compile(r"anilist\.co/anime/\d+")
    )
    expect(page.locator(".st-key-franchise").get_by_text("this title")).to_be_visible()
    link = page.locator(".st-key-similar").get_by_role("link").first
    expect(link).to_be_visible()
    link.focus()
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("title=5114"))
    expect(heading(page)).not_to_have_text("Fullmetal Alchemist: Brotherhood")
    expect_at_top(page)
    page.wait_for_url("**names=English**")


def test_an_unknown_title_links_back(page: Page, url: str) -> None:
    page.goto(f"{url}/explore?title=<img src=x onerror=alert(1)>")
    expect(heading(page)).to_have_text("No such title")
    expect(page.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()
    page.get_by_role("link", name="All titles").click()
    expect(cards(page)).to_have_count(24)


def test_scores_given_on_a_title_page_count_at_once(page: Page, url: str) -> None:
    page.goto(f"{url}/explore?title=11757&{RATED}")
    expect(page.get_by_text("for an empty list")).to_be_visible()
    narrow = page.locator("summary").filter(has_text="Narrow this range")
    narrow.focus()
    narrow.press("Enter")
    expect(page.get_by_text("the range gets about")).to_be_visible()
    buttons = page.get_by_role("group", name=re.compile("Your score of"))
    expect(buttons).to_have_count(3)
    name = buttons.first.get_attribute("aria-label")
    score = buttons.first.get_by_role("button", name="8")
    score.focus()
    score.press("Enter")
    expect(page.get_by_test_id("stSidebar").get_by_text("5 scores")).to_be_visible()
    expect(page.get_by_role("group", name=name, exact=True)).to_have_count(0)
    expect(buttons).to_have_count(3)
    page.locator(".st-key-yours").get_by_text("7", exact=True).click()
    expect(page.get_by_text("You gave it 7")).to_be_visible()
    expect(page.get_by_test_id("stSidebar").get_by_text("6 scores")).to_be_visible()
    page.wait_for_url(re.compile(r"11757-7"))
