"""One server and one browser for all tests. Without Chromium the tests are skipped; in CI they fail."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from tests.e2e import accessibility
from tests.lists.local_site import LocalSite, running
from tests.pictures import image_site

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
#: Takes an eighth less processor time, but draws letters a little differently.
HEADLESS_SHELL = "chromium-headless-shell"
START_SECONDS = 60
#: On a busy machine, Streamlit's JavaScript alone takes many seconds to start.
PAGE_MS = 45_000
WINDOW: ViewportSize = {"width": 1280, "height": 1000}


@pytest.fixture(scope="session")
def anilist() -> Iterator[LocalSite]:
    """The site that the app of `url` asks in the place of AniList. It fails until a test gives it answers."""
    with running() as site:
        yield site


@pytest.fixture(scope="session")
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, anilist: LocalSite) -> Iterator[str]:
    """The address of a running app: `--url`, or one started for this session on a free port."""
    if given := request.config.getoption("--url"):
        yield given.rstrip("/")
        return
    with contextlib.ExitStack() as stack:
        covers = stack.enter_context(image_site()).url if request.config.getoption("--covers") else None
        yield stack.enter_context(serving(tmp_path_factory.mktemp("server"), covers, ANILIST_API_URL=anilist.url))


@contextmanager
def serving(folder: Path, covers: str | None = None, **environment: str) -> Iterator[str]:
    """Start the app with these environment variables on a free port; its log goes into `folder`. Gives its address.

    `covers` is the address of a local server of covers; without it, covers are off.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    script = "tests/e2e/app_with_covers.py" if covers else "app.py"
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.headless", "true"]
    command += ["--server.address", "127.0.0.1", "--server.port", str(port)]
    log = folder / "log.txt"
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "COVERS_SITE": covers or "", **environment}
    with (
        log.open("w") as output,
        subprocess.Popen(command, cwd=ROOT, env=variables, stdout=output, stderr=output) as server,
    ):
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_until_healthy(address, server, log)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait_until_healthy(address: str, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(f"{address}/_stcore/health", timeout=5):  # noqa: S310
                return
        except OSError:  # not listening yet, or too busy
            time.sleep(0.2)
    pytest.fail(f"The app did not start:\n{log.read_text(errors='replace')}")


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    pictures = any(item.get_closest_marker("screenshots") for item in request.session.items)
    names = (*BROWSERS, HEADLESS_SHELL) if pictures else (HEADLESS_SHELL, *BROWSERS)
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if program is None:
        message = "no Chromium or Chrome on PATH (or in the environment variable CHROMIUM)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    expect.set_options(timeout=PAGE_MS)
    # As root and in most containers Chromium cannot start its sandbox. It opens only pages of the app.
    arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """All pages share a cache, so that Streamlit's JavaScript is fetched once. Each page has a session of its own."""
    context = browser.new_context(viewport=WINDOW, locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(PAGE_MS)
    context.new_page()  # keeps the window: a new window for each test takes a third of the browser's time
    yield context
    context.close()


@pytest.fixture(scope="module")
def tab(context: BrowserContext) -> Iterator[Page]:
    """A file's tests share it: a visit in a new tab takes half as much processor time again."""
    tab = context.new_page()
    yield tab
    tab.close()


@pytest.fixture
def page(tab: Page) -> Iterator[Page]:
    """A new visit."""
    yield tab
    tab.goto("about:blank")
    tab.emulate_media(color_scheme="null")
    tab.set_viewport_size(WINDOW)


@pytest.fixture
def new_tab(context: BrowserContext) -> Iterator[Page]:
    """A new visit in a tab of its own, for what stays with a tab: its scripts and its history."""
    tab = context.new_page()
    yield tab
    tab.close()


@pytest.fixture(scope="session")
def axe() -> str:
    return accessibility.source()
