"""Measures waiting times of a visitor: reruns on the server, and cold page loads in a real browser."""

import argparse
import os
import shutil
import statistics
import sys
import time
from pathlib import Path
from unittest import mock

import streamlit as st
from playwright.sync_api import sync_playwright
from streamlit import logger
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import AppTest, app_test

from recsys.models import store
from scripts.benchmarks.servers import serving

_RATED = "5114-9_1535-8_30276-4_16498-9"
_STEPS = [0.5, 0.0, 1.0, 0.25, 0.75]
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")

#: Seconds from navigation to the first paint of any content; waits until the browser reports it.
_FIRST_PAINT = """
() => new Promise(resolve => new PerformanceObserver(list => {
    const found = list.getEntriesByName('first-contentful-paint')[0];
    if (found) resolve(found.startTime / 1000);
}).observe({ type: 'paint', buffered: true }))
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reruns", type=int, default=30, help="number of reruns (%(default)s)")
    parser.add_argument("--loads", type=int, default=5, help="cold page loads (%(default)s)")


def main(args: argparse.Namespace) -> int:
    st.get_option("logger.level")  # reads the configuration, which sets the level
    logger.set_log_level("ERROR")  # Streamlit would warn at each rerun that there is no server
    times = _reruns(args.reruns)
    print(f"A rerun after moving a control, the ten included: {statistics.median(times):.0f} ms median, "
          f"{max(times):.0f} ms worst of {len(times)}, on the server.")  # fmt: skip
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _BROWSERS)), None)
    if program is None:
        print("Cold page loads are not measured: there is no Chromium or Chrome on PATH.", file=sys.stderr)
        return 2
    _cold_loads(program, args.loads)
    return 0


def _reruns(n: int) -> list[float]:
    script = Path("app.py").resolve()
    pages = PagesManager(str(script), ScriptCache(), setup_watcher=False)
    app = AppTest.from_file(script, default_timeout=120)
    app.query_params["r"] = _RATED
    times = []
    with mock.patch.object(app_test, "PagesManager", return_value=pages):  # AppTest forgets the pages after a run
        app.run()
        for turn in range(n + 3):
            app.run()  # draws the control, which a move leaves as it is
            slider = next(slider for slider in app.select_slider if slider.key == "discovery")
            start = time.perf_counter()
            slider.set_value(_STEPS[turn % len(_STEPS)]).run()
            times.append(1000 * (time.perf_counter() - start))
            if app.exception:
                raise SystemExit(f"The page failed: {app.exception[0].value}")
    return times[3:]


def _cold_loads(program: str, n: int) -> None:
    with serving(covers="on") as server:
        first, ready = zip(*(_load(program, f"{server.address}/?r={_RATED}") for _ in range(n + 1)), strict=True)
        for model in store.REGISTRY:
            _load(program, f"{server.address}/?r={_RATED}&model={model}")
        resident = server.memory_mb()
    print(f"Cold page loads in a new browser: first paint {statistics.median(first[1:]):.2f} s, ten titles "
          f"{statistics.median(ready[1:]):.2f} s (medians of {n}; the first visitor of the server waited "
          f"{ready[0]:.2f} s).")  # fmt: skip
    print(f"The server's resident memory after that, and after each model was used once: {resident:.0f} MB.")


def _load(program: str, address: str) -> tuple[float, float]:
    """Seconds from navigation to the first paint and to ten titles, in a new browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page()
        start = time.perf_counter()
        page.goto(address, wait_until="commit")
        page.wait_for_function(
            "document.querySelectorAll('[class*=\"st-key-ten-open-\"]').length === 10", timeout=120_000
        )
        ready = time.perf_counter() - start
        paint = page.evaluate(_FIRST_PAINT)
        browser.close()
    return paint, ready
