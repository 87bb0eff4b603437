"""Helpers of the end-to-end tests."""

import re
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Locator, Page, expect
from streamlit.proto.BackMsg_pb2 import BackMsg

OUTPUT = Path(__file__).parents[2] / "build" / "screenshots"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
#: Streamlit finds its base path with requests that are expected to fail.
_PROBES = re.compile(r"_stcore/(health|host-config)|Failed to load resource")


def watch_console(page: Page) -> list[str]:
    """Return a list to which the errors in the browser's console are added."""
    errors: list[str] = []

    def keep(message: ConsoleMessage) -> None:
        if message.type == "error" and not _PROBES.search(message.text):
            errors.append(message.text)

    page.on("console", keep)
    page.on("pageerror", lambda error: errors.append(str(error)))
    return errors


def watch_reruns(page: Page) -> list[str]:
    """Return a list to which the fragment of each rerun that the page asks for is added: empty for the whole page."""
    asked: list[str] = []

    def keep(sent: str | bytes) -> None:
        message = BackMsg.FromString(sent) if isinstance(sent, bytes) else BackMsg()
        if message.HasField("rerun_script"):
            asked.append(message.rerun_script.fragment_id)

    page.on("websocket", lambda socket: socket.on("framesent", keep))
    return asked


def settled(page: Page) -> None:
    """Wait until the rerun has finished, its elements are drawn, and none of the last run is left."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    expect(page.locator("[data-stale='true']")).to_have_count(0)


def heading(page: Page) -> Locator:
    """The page's heading. While a page gives way to another, both may have theirs: then it is the upper one."""
    return page.get_by_role("heading", level=1).first


def expect_opens(page: Page, address: str) -> None:
    """Open a page; it has a heading, no "Page not found" and no exception."""
    page.goto(address)
    expect(heading(page)).to_be_visible()
    settled(page)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def expect_fits(page: Page) -> None:
    """Nothing is wider than the window, once tables and charts have adapted to it."""
    page.wait_for_function(
        "[document.querySelector('[data-testid=stMain]'), document.documentElement]"
        ".every(element => element.scrollWidth <= element.clientWidth)"
    )


def screenshot(page: Page, name: str) -> None:
    """Save the full page as build/screenshots/NAME.png."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    size = page.viewport_size
    height = page.get_by_test_id("stMain").evaluate("element => element.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": min(height + 20, 6000)})
    settled(page)
    page.screenshot(path=OUTPUT / f"{name}.png", animations="disabled")
    page.set_viewport_size(size)
