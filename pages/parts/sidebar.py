"""The sidebar of every page: whose list this is, and how to bring another."""

import streamlit as st

from pages.parts import pickers, resources, state
from pages.parts.text import count, plain


def show() -> None:
    with st.sidebar:
        st.markdown("#### Your list")
        _summary()
        way = st.segmented_control(
            "Bring a list", ["Rate titles", "Community"], key="way", default="Rate titles", label_visibility="collapsed"
        )
        if way == "Community":
            st.caption(f"{resources.ratings().n_fans:,} simulated fans: they look real and belong to nobody.")
            pickers.community_name()
        else:
            pickers.title_to_rate()
        st.divider()
        pickers.leading_name()


def _summary() -> None:
    now = state.visit()
    fan = now.profile
    if fan.is_empty:
        st.caption("Nothing here yet. Rate three titles, or look through a community fan's eyes.")
        return
    who = f"**{plain(now.label)}**, a simulated fan" if now.source == "community" else "**You**"
    if now.source == "import":
        who = f"**{plain(now.label)}**"
    unscored = len(fan.begun) - len(fan.scores)
    st.markdown(who + " · " + count(len(fan.scores), "score") + (f" · {unscored:,} unscored" if unscored else ""))
    with st.container(horizontal=True):
        st.button("Undo", icon=":material/undo:", on_click=state.undo, disabled=not state.can_undo(), type="tertiary")
        st.button("Forget my list", icon=":material/delete:", on_click=state.forget, type="tertiary")
