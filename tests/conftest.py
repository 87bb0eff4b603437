"""Options, shared fixtures and the clean-up at the end of all tests."""

import gc
import os
import typing
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

# A busy machine is slow, which is no failure: tests assert no times.
settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")

# No test asks a real host for covers.
os.environ["ANIME_ALCHEMY_COVERS"] = "off"

if TYPE_CHECKING:
    from tests.lists.local_site import LocalSite
    from tests.training.trained import SmallModels

# The tests' matrices are small: two threads of the linear algebra library take 1.4 times the CPU time (measured).
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--url", help="run the browser tests against this running app, instead of starting one")
    parser.addoption(
        "--covers", action="store_true", help="run the browser tests with drawn covers from a local server"
    )


@pytest.fixture(scope="session")
def small_models(tmp_path_factory: pytest.TempPathFactory) -> "SmallModels":
    """Every model, trained on the small data set at its first use."""
    from tests.training.trained import SmallModels

    return SmallModels(tmp_path_factory.mktemp("small"))


@pytest.fixture
def site() -> Iterator["LocalSite"]:
    """A site on this machine; set its answers."""
    from tests.lists.local_site import running

    with running() as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def release_test_modules() -> Iterator[None]:
    """Release the test modules before Python ends; otherwise DuckDB prints errors about its objects after the summary.

    Two lists keep them alive: the garbage collector's callbacks (Hypothesis adds one), and typing's overloads, which
    stay once torch is loaded.
    """
    callbacks = gc.callbacks.copy()
    yield
    gc.callbacks[:] = callbacks
    typing.clear_overloads()
