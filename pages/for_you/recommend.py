"""Ten titles that the fan has not seen, or what to do first to get them."""

import streamlit as st

from pages.for_you import list_basis, rating_wall, ten
from pages.parts import state


def _page() -> None:
    now = state.visit()
    st.title("Recommended for you")
    if now.profile.is_empty or (now.source == "none" and len(now.profile.begun) < list_basis.ENOUGH):
        rating_wall.show(list_basis.ENOUGH)
        return
    ten.show()
    if now.source == "none":
        rating_wall.show_more()


_page()
