"""How many titles the Recommend page shows: ten, and ten more with each click. The address keeps the number."""

from collections.abc import Callable

import streamlit as st

_STEP, _MOST = 10, 100
#: The query parameter.
_NAME = "n"


def shown() -> int:
    """The number in the address: a multiple of ten, up to a hundred. Anything else counts as ten."""
    written = st.query_params.get(_NAME, "")
    if not (written.isascii() and written.isdecimal() and len(written) <= len(str(_MOST))):
        return _STEP
    return min(max(int(written) // _STEP * _STEP, _STEP), _MOST)


def more(on_change: Callable[[], None]) -> None:
    """A button for ten more, as long as the number may grow. `on_change` draws the titles again."""
    if shown() < _MOST:
        st.button(
            "Show ten more", icon=":material/add:", key="show-more", on_click=_add, args=(on_change,), type="tertiary"
        )


def _add(on_change: Callable[[], None]) -> None:
    st.query_params[_NAME] = str(min(shown() + _STEP, _MOST))
    on_change()
