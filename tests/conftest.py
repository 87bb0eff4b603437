"""Options and endings that the whole suite shares."""

import gc
import typing
from collections.abc import Iterator

import pytest
from hypothesis import settings

# A busy machine is slow, which is no failure: tests assert no times.
settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--url", help="run the browser tests against this running app, instead of starting one")


@pytest.fixture(scope="session", autouse=True)
def nothing_outlives_python() -> Iterator[None]:
    """DuckDB's binding complains, after pytest's summary, when its objects outlive Python's last garbage collection.

    Two lists do, and through Hypothesis's and pytest's functions in them the tests' modules: the collector's callbacks,
    where Hypothesis leaves one, and typing's overloads, once torch is loaded, which holds on to typing.
    """
    callbacks = gc.callbacks.copy()
    yield
    gc.callbacks[:] = callbacks
    typing.clear_overloads()
