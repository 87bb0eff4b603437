"""Options, shared fixtures and the clean-up at the end of all tests."""

import gc
import typing
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.training.trained import SmallModels

#: Fixtures that are expensive to make: with `pytest -n 2 --dist loadgroup`, all their tests run in one process.
SHARED = ("small_models",)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--url", help="run the browser tests against this running app, instead of starting one")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "xdist_group(name): tests of one name run in one process")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group the tests for `--dist loadgroup`: by shared fixture, otherwise by file."""
    for item in items:
        shared = [name for name in SHARED if name in getattr(item, "fixturenames", ())]
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(shared[0] if shared else str(item.path)))


@pytest.fixture(scope="session")
def small_models(tmp_path_factory: pytest.TempPathFactory) -> "SmallModels":
    """Every model, trained on the small data set at its first use."""
    from tests.training.trained import SmallModels

    return SmallModels(tmp_path_factory.mktemp("small"))


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
