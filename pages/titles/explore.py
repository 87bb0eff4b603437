"""Look through the catalogue; `?title=ID` in the address is the page of one title."""

import streamlit as st

from pages.parts import gallery, scroll, title_page

wanted = st.query_params.get("title")
scroll.to_top(f"page {st.session_state.get('page', 1)}" if wanted is None else f"title {wanted}")
if wanted is None:
    gallery.show()
else:
    title_page.show(wanted)
if st.session_state.get("title-shown") != wanted:
    # A link from a page to itself leaves the browser's address as it was.
    st.query_params.update()
    st.session_state["title-shown"] = wanted
