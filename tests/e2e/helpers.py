"""What every end-to-end test looks at."""

import re
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Page, expect

OUTPUT = Path(__file__).parents[2] / "build" / "screenshots"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
#: Streamlit looks for its own base path with requests that fail on purpose.
_PROBES = re.compile(r"_stcore/(health|host-config)|Failed to load resource")


def watch_console(page: Page) -> list[str]:
    """A list that fills with the errors in the browser's console."""
    errors: list[str] = []

    def keep(message: ConsoleMessage) -> None:
        if message.type == "error" and not _PROBES.search(message.text):
            errors.append(message.text)

    page.on("console", keep)
    page.on("pageerror", lambda error: errors.append(str(error)))
    return errors


def settled(page: Page) -> None:
    """Wait until the server has finished the rerun, what it sent is drawn, and nothing of the last run is left."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    expect(page.locator("[data-stale='true']")).to_have_count(0)


def expect_opens(page: Page, address: str) -> None:
    """The page has a heading, and neither Streamlit's "Page not found" nor an exception."""
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    settled(page)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def expect_fits(page: Page) -> None:
    """Nothing sticks out sideways, once tables and charts have taken up the width that there is."""
    page.wait_for_function(
        "[document.querySelector('[data-testid=stMain]'), document.documentElement]"
        ".every(element => element.scrollWidth <= element.clientWidth)",
        timeout=10_000,
    )


def screenshot(page: Page, name: str) -> None:
    """Keep the whole page as build/screenshots/NAME.png."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    size = page.viewport_size
    height = page.get_by_test_id("stMain").evaluate("element => element.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": min(height + 20, 6000)})
    settled(page)
    page.screenshot(path=OUTPUT / f"{name}.png", animations="disabled")
    page.set_viewport_size(size)
