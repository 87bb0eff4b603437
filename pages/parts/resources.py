"""What is loaded once and shared by all visitors: the engine and the store of ratings."""

import atexit
import contextlib
import functools
import gc
import os

import streamlit as st
from threadpoolctl import threadpool_limits

import recsys
from pages.parts import memory_use
from recsys import RecsysError
from recsys.serving import tags
from recsys.serving.covers import Covers
from recsys.serving.norms import RatingsStore
from recsys.settings import CoverSettings

#: The folder of the artifacts, so that another copy can be served as well.
ARTIFACTS = os.environ.get("ANIME_ALCHEMY_ARTIFACTS", "artifacts")


@st.cache_resource(show_spinner=False)
def _load() -> tuple[recsys.Engine, RatingsStore]:
    # One request is too small to share among threads, and visitors compete for the same cores.
    threadpool_limits(1, user_api="blas")
    memory_use.drop_chart_descriptions()
    loaded = recsys.load(ARTIFACTS), RatingsStore(ARTIFACTS)
    # What all visitors need is built before the first one comes: several at a time would each build it.
    loaded[0].search("title")
    tags.offered(loaded[0].catalogue)
    loaded[0].recommend(recsys.Profile(), n=1, reasons=0)
    # Frozen objects, which live as long as the server, are skipped when Python collects garbage.
    gc.collect()
    gc.freeze()
    # At exit, DuckDB's binding reports every object that Python could not tear down.
    atexit.register(gc.unfreeze)
    memory_use.release_memory()
    return loaded


def preload() -> None:
    """Load before the first visitor comes. When artifacts are damaged, each visitor sees the error, not the log."""
    with contextlib.suppress(RecsysError):
        _load()


def _shared() -> tuple[recsys.Engine, RatingsStore]:
    try:
        return _load()
    except RecsysError as error:
        st.error(f"The app's data cannot be read.\n\n{error}", icon=":material/broken_image:")
        st.stop()


def engine() -> recsys.Engine:
    """The loaded engine; when artifacts are damaged, shows an error and stops the page."""
    return _shared()[0]


def ratings() -> RatingsStore:
    """The store of ratings; when artifacts are damaged, shows an error and stops the page."""
    return _shared()[1]


@functools.cache
def _load_covers() -> Covers | None:
    settings = CoverSettings.from_env()
    return Covers(settings) if settings.enabled else None


def covers() -> Covers | None:
    """The covers of all visitors, None if they are switched off; a wrong setting shows an error and stops the page."""
    try:
        return _load_covers()
    except RecsysError as error:
        st.error(str(error), icon=":material/settings:")
        st.stop()
