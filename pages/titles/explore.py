"""The catalogue, or with `?title=ID` in the address the page of one title."""

import streamlit as st

from pages.titles import gallery, title_page

wanted = st.query_params.get("title")
if wanted is None:
    gallery.show()
else:
    title_page.show(wanted)
if st.session_state.get("title-shown") != wanted:
    # After a link from a page to itself, Streamlit does not write the address by itself.
    st.query_params.update()
    st.session_state["title-shown"] = wanted
