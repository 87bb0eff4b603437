"""How many titles the Recommend page shows: ten, and ten more with each click. The address keeps the number."""

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


def more() -> None:
    """A button that shows ten more in place, as long as there may be more."""
    if shown() < _MOST:
        st.button("Show ten more", icon=":material/add:", key="show-more", on_click=_add, type="tertiary")


def _add() -> None:
    st.query_params[_NAME] = str(min(shown() + _STEP, _MOST))
