"""The Data page in a real browser."""

import re

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import ROOT
from tests.e2e.helpers import settled, watch_console

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

EVIL = "SELECT '<img src=x onerror=alert(1)> [x](javascript:alert(1))' AS \"<b>x</b>\""


def test_a_query_is_changed_answered_and_shared(page: Page, url: str) -> None:
    errors = watch_console(page)
    page.goto(f"{url}/data?view=Ask+in+SQL")
    box = page.get_by_role("textbox", name="Query")
    expect(box).to_be_visible()
    box.fill("SELECT 41 + 1 AS answer")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("1 row", exact=True)).to_be_visible()
    page.wait_for_url("**q=SELECT**")
    again = page.context.new_page()
    again.goto(page.url)
    expect(again.get_by_role("textbox", name="Query")).to_have_value("SELECT 41 + 1 AS answer")
    expect(again.get_by_text("1 row", exact=True)).to_be_visible()
    again.close()
    assert errors == []


def test_text_of_a_query_stays_text_and_a_refused_query_leaves_the_page_working(page: Page, url: str) -> None:
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(f"{url}/data?q={EVIL}")
    expect(page.get_by_text("1 row", exact=True)).to_be_visible()
    settled(page)
    expect(page.get_by_test_id("stMain").locator("img[src='x']")).to_have_count(0)
    page.get_by_role("textbox", name="Query").fill("FROM '/etc/passwd'")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("There is no table")).to_be_visible()
    page.get_by_role("button", name="Columns", exact=True).click()
    columns = pq.read_schema(ROOT / "artifacts" / "catalogue.parquet").names
    expect(page.get_by_text(f"{len(columns)} rows", exact=True)).to_be_visible()
    assert dialogs == []


def test_a_search_on_explore_does_not_become_a_query(page: Page, url: str) -> None:
    page.goto(f"{url}/explore?q=titan")
    expect(page.get_by_text("best match first")).to_be_visible()
    page.get_by_test_id("stTopNav").get_by_text("Data", exact=True).click()
    page.get_by_test_id("stMain").get_by_text("Ask in SQL", exact=True).click()
    box = page.get_by_role("textbox", name="Query")
    expect(box).to_have_value(re.compile("^SELECT"))
    box.fill("SELECT 1 AS one")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("1 row", exact=True)).to_be_visible()
    page.get_by_test_id("stTopNav").get_by_text("Explore", exact=True).click()
    search = page.get_by_label("Find a title", exact=True)
    expect(search).to_be_visible()
    settled(page)
    expect(search).not_to_have_value(re.compile("SELECT"))
