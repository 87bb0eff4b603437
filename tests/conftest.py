"""Options, shared fixtures and the clean-up at the end of all tests."""

import functools
import gc
import logging
import os
import sys
import typing
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

# A busy machine is slow, which is no failure: tests assert no times.
settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")

# No test asks a real host for covers.
os.environ["ANIME_ALCHEMY_COVERS"] = "off"

#: Real lists beside the clone, for tests marked real_data.
REAL = Path(__file__).parents[2] / "shared" / "data" / "mal"

if TYPE_CHECKING:
    from xdist.scheduler import LoadFileScheduling

    from recsys import Engine
    from recsys.prepare.report import Report
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


#: What a file's text names -> what it shares with others, and what takes seconds to make.
_SHARED = {"small_models": "small_models", "ModelContract": "small_models", "real_lists": "real_lists"}


@functools.cache
def _group(file: str) -> str:
    """The files that one process tests: those that share something costly, else the file alone."""
    text = (Path(__file__).parents[1] / file).read_text(encoding="utf-8")
    return next((shared for name, shared in _SHARED.items() if name in text), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> "LoadFileScheduling | None":
    """With `--dist loadfile`, each worker takes whole groups of files."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return _group(super()._split_scope(nodeid))

    return Scheduling(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Leave what the imports of all tests made out of every garbage collection: 2 s in each worker, and 6% of the tests
    (measured). Let collections be rarer, too: by Python's own thresholds they take 9% (measured)."""
    gc.disable()
    try:
        return (yield)
    finally:
        _pass_messages_on()
        gc.freeze()
        gc.set_threshold(20_000)
        gc.enable()


def _pass_messages_on() -> None:
    """Let Streamlit's seventy loggers pass their messages on, as all others do: pytest adds its handlers to each logger
    that does not, six times for each test, which took as long as most tests (measured)."""
    for logger in logging.root.manager.loggerDict.values():
        if isinstance(logger, logging.Logger):
            logger.propagate = True


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Give torch its number of threads back: numba, once it starts its own, changes OpenMP's, and small networks then
    take several times the CPU time (measured)."""
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))


@pytest.fixture(scope="session")
def small_models(tmp_path_factory: pytest.TempPathFactory) -> "SmallModels":
    """Every model, trained on the small data set at its first use."""
    from tests.training.trained import SmallModels

    return SmallModels(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def shipped_engine() -> "Engine":
    """The shipped models and catalogue. An engine never changes."""
    import recsys

    return recsys.load(Path(__file__).parents[1] / "artifacts")


@pytest.fixture
def site() -> Iterator["LocalSite"]:
    """A site on this machine; set its answers."""
    from tests.lists.local_site import running

    with running() as server:
        yield server


@pytest.fixture(scope="session")
def real_lists(tmp_path_factory: pytest.TempPathFactory) -> "tuple[Path, Report]":
    """The folder of the prepared real lists, which no test changes, and the report of preparing them."""
    if not REAL.is_dir():
        pytest.skip("needs ../shared/data/mal")
    from recsys.prepare.pipeline import prepare

    folder = tmp_path_factory.mktemp("real")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("recsys.catalogue_build.franchise.annotate", lambda titles, _: list(titles))  # takes long
        return folder, prepare(REAL, folder)


@pytest.fixture(scope="session", autouse=True)
def release_test_modules() -> Iterator[None]:
    """Release the test modules before Python ends; otherwise DuckDB prints errors about its objects after the summary.

    Two lists keep them alive: the garbage collector's callbacks (Hypothesis adds one), and typing's overloads, which
    stay once torch is loaded.
    """
    callbacks = gc.callbacks.copy()
    yield
    gc.callbacks[:] = callbacks
    gc.unfreeze()
    typing.clear_overloads()
