"""The app without a browser."""

from collections.abc import Iterator

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_file("../../app.py", default_timeout=60)


@pytest.fixture(scope="session", autouse=True)
def let_go() -> Iterator[None]:
    """DuckDB's binding complains after pytest's summary when connections outlive the tests."""
    yield
    st.cache_resource.clear()
