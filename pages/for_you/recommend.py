"""Ten titles that the fan has not seen, or what to do first to get them."""

import streamlit as st

from pages.for_you import landing, other_ways, rating_wall, ten
from pages.parts import import_questions, state


def _page() -> None:
    now = state.visit()
    if not now.has_list:
        landing.show()
        other_ways.show()
        return
    st.title("Recommended for you")
    import_questions.show()
    ten.show()
    if now.source == "none":
        rating_wall.show_more()
    other_ways.show()


_page()
