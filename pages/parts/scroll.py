"""Where on the page the visitor looks."""

import streamlit as st

#: Streamlit changes elements one by one and stays scrolled where it was: without this, who opens a title at the bottom
#: of a page would land at the bottom of the next. It is given no data but the name of a view, and only compares it.
_SCRIPT = """
export default function ({ data }) {
    const main = document.querySelector('[data-testid="stMain"]');
    if (main && main.dataset.view !== data) main.scrollTo(0, 0);
    if (main) main.dataset.view = data;
}
"""
_to_top = st.components.v2.component("to_top", js=_SCRIPT)


def to_top(view: str) -> None:
    """Scroll to the top when `view` is another than the last."""
    _to_top(key="to-top", data=view, height=1)
