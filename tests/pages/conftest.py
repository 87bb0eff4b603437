"""The app without a browser."""

from collections.abc import Iterator

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest


@pytest.fixture(scope="session", autouse=True)
def cached_resources() -> Iterator[None]:
    """Once torch is loaded, as it never is in the app, what Streamlit caches outlives Python's last collection, and
    DuckDB's binding complains of the connection in it."""
    yield
    st.cache_resource.clear()


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_file("../../app.py", default_timeout=60)
