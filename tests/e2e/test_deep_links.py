"""Every page by its own address, also for the first visitor that a server ever has."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pages.parts import router
from tests.e2e.conftest import serving
from tests.e2e.helpers import expect_fits, settled, watch_console

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

ADDRESSES = ["", *(path.rpartition("/")[2] for path in router.SCRIPTS if path != router.DEFAULT)]


def expect_found(page: Page, address: str) -> None:
    errors = watch_console(page)
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    settled(page)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect_fits(page)
    assert errors == []


def test_the_first_visitor_of_all_may_come_by_a_deep_link(page: Page, tmp_path: Path) -> None:
    with serving(tmp_path) as fresh:
        expect_found(page, f"{fresh}/taste?r=5114-9_1535-8_30276-4")


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("query", ["", "?r=5114-9_1535-8_30276-4_16498-9"], ids=["nobody", "rated"])
def test_every_page_has_an_address(page: Page, url: str, path: str, query: str) -> None:
    expect_found(page, f"{url}/{path}{query}")
