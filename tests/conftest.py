"""Options and endings that the whole suite shares."""

import gc
from collections.abc import Iterator

import pytest
import streamlit as st


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--url", help="run the browser tests against this running app, instead of starting one")


@pytest.fixture(scope="session", autouse=True)
def let_go() -> Iterator[None]:
    """DuckDB's binding complains after pytest's summary when connections outlive the tests."""
    yield
    st.cache_resource.clear()
    gc.unfreeze()
    gc.collect()
