"""Options and endings that the whole suite shares."""

import gc
import os
import sys
from collections.abc import Iterator

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--url", help="run the browser tests against this running app, instead of starting one")


@pytest.fixture(scope="session", autouse=True)
def collectors_callbacks() -> Iterator[None]:
    """Hypothesis leaves a callback with the garbage collector, and what hangs on it outlives Python's last collection:
    then DuckDB's binding complains of leaks after pytest's summary."""
    before = gc.callbacks.copy()
    yield
    gc.callbacks[:] = before


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """The summary has the last word: what DuckDB's binding still says of its own objects while Python exits is about no
    test. A crash there still shows in the exit code."""
    sys.stderr.flush()
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
