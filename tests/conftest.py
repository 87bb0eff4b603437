"""Options and endings that the whole suite shares."""

import gc
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
