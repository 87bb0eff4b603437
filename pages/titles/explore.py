"""Look through the catalogue; `?title=ID` in the address is the page of one title."""

import streamlit as st
from streamlit.components.v2 import component

from pages.titles import gallery, title_page

#: Streamlit changes elements one by one and stays scrolled where it was: without this, who opens a title at the bottom
#: of a page would land at the bottom of the next. It is given no data but the name of a view, and only compares it.
_SCRIPT = """
export default function ({ data }) {
    const main = document.querySelector('[data-testid="stMain"]');
    if (main && main.dataset.view !== data) main.scrollTo(0, 0);
    if (main) main.dataset.view = data;
}
"""
_to_top = component("to_top", js=_SCRIPT)


def _scroll_to_top(view: str) -> None:
    """Scroll to the top when `view` is another than the last."""
    _to_top(key="to-top", data=view, height=1)


wanted = st.query_params.get("title")
_scroll_to_top(f"page {st.session_state.get('page', 1)}" if wanted is None else f"title {wanted}")
if wanted is None:
    gallery.show()
else:
    title_page.show(wanted)
if st.session_state.get("title-shown") != wanted:
    # A link from a page to itself leaves the browser's address as it was.
    st.query_params.update()
    st.session_state["title-shown"] = wanted
