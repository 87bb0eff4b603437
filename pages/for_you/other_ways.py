"""Links from Recommend to the pages that choose in another way."""

import streamlit as st

from pages.for_you import details
from pages.parts import controls, links, state

#: The fragment draws the links again when the filters change, which they bring along.
KEY = "other-ways"


@st.fragment(key=KEY)
def show() -> None:
    """Draw the links."""
    parameters = links.kept() | controls.filter_parameters()
    with st.container(horizontal=True, gap="small", key="other-ways"):
        if state.visit().has_list:
            st.page_link(
                links.TONIGHT, label="One title for tonight", icon=":material/nightlight:", query_params=parameters
            )
        st.page_link(
            links.LIKE_THESE, label="Like these, not that", icon=":material/thumbs_up_down:", query_params=parameters
        )
    details.drawn(KEY)
