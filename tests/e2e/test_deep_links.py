"""The first visitor of a server can open any page."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import serving
from tests.e2e.helpers import expect_opens, watch_console

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def test_the_first_visitor_can_open_a_deep_link(page: Page, tmp_path: Path) -> None:
    errors = watch_console(page)
    with serving(tmp_path) as fresh:
        expect_opens(page, f"{fresh}/taste?r=5114-9_1535-8_30276-4")
        assert errors == []
