"""Ten titles that the fan has not seen, or what to do first to get them."""

import streamlit as st

from pages.for_you import landing, rating_wall, ten
from pages.parts import import_questions, links, state


def _page() -> None:
    now = state.visit()
    if not now.has_list:
        landing.show()
        _other_ways()
        return
    st.title("Recommended for you")
    import_questions.show()
    ten.show()
    if now.source == "none":
        rating_wall.show_more()
    _other_ways()


def _other_ways() -> None:
    """Links to the pages that choose in another way."""
    with st.container(horizontal=True, gap="small", key="other-ways"):
        if state.visit().has_list:
            st.page_link(
                links.TONIGHT, label="One title for tonight", icon=":material/nightlight:", query_params=links.kept()
            )
        st.page_link(
            links.LIKE_THESE, label="Like these, not that", icon=":material/thumbs_up_down:", query_params=links.kept()
        )


_page()
