"""What is loaded once and shared by every visitor: the engine and the read store of ratings."""

import atexit
import contextlib
import gc
import os

import streamlit as st
from threadpoolctl import threadpool_limits

import recsys
from pages.parts import memory_use
from recsys import RecsysError
from recsys.serving import elicit
from recsys.serving.norms import RatingsStore

#: Where the artifacts lie; a second copy can be served without touching the first.
ARTIFACTS = os.environ.get("ANIME_ALCHEMY_ARTIFACTS", "artifacts")


@st.cache_resource(show_spinner=False)
def _load() -> tuple[recsys.Engine, RatingsStore]:
    # One request is too small to share among threads, and visitors compete for the same cores.
    threadpool_limits(1, user_api="blas")
    loaded = recsys.load(ARTIFACTS), RatingsStore(ARTIFACTS)
    loaded[0].search("title")  # builds the index of names, for which the first visitor would wait otherwise
    # Streamlit collects garbage after every rerun; what lives as long as the server need not be walked each time.
    gc.collect()
    gc.freeze()
    # DuckDB's binding reports everything that Python could not tear down at its end.
    atexit.register(gc.unfreeze)
    memory_use.give_back()
    return loaded


def preload() -> None:
    """Load before the first visitor comes. Artifacts that are not whole are told to that visitor, not to the log."""
    with contextlib.suppress(RecsysError):
        _load()


def _shared() -> tuple[recsys.Engine, RatingsStore]:
    try:
        return _load()
    except RecsysError as error:
        st.error(f"The app's data cannot be read.\n\n{error}", icon=":material/broken_image:")
        st.stop()


def engine() -> recsys.Engine:
    """The loaded engine; stops the page with a clear message when the artifacts are not whole."""
    return _shared()[0]


def ratings() -> RatingsStore:
    """The ratings' read store; stops the page with a clear message when the artifacts are not whole."""
    return _shared()[1]


def next_questions(fan: recsys.Profile, asked: frozenset[int], n: int) -> list[int]:
    """Anime ids of the `n` titles whose scores would tell most about `fan`, without those in `asked`."""
    return elicit.next_titles(engine(), fan, n, asked)
