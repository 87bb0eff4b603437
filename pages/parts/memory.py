"""What took long to work out for one visitor, kept while it holds."""

from collections.abc import Callable, Hashable
from typing import TypeVar

import streamlit as st

_Made = TypeVar("_Made")


def remembered(name: str, key: Hashable, make: Callable[[], _Made], waiting: str) -> _Made:
    """What `make` gives for `key`, made once per visitor until the key under `name` changes; `waiting` is shown
    meanwhile."""
    kept = st.session_state.get(f"remembered-{name}")
    if kept is None or kept[0] != key:
        with st.spinner(waiting):
            kept = (key, make())
        st.session_state[f"remembered-{name}"] = kept
    return kept[1]
