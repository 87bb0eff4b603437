"""The sidebar of every page: whose list this is, and how to bring another."""

import streamlit as st

from pages.parts import import_list, pickers, resources, state
from pages.parts.text import count, plain
from recsys import lists

_WAYS = {
    "Rate": pickers.title_to_rate,
    "File": import_list.from_file,
    "MyAnimeList": import_list.from_mal,
    "AniList": import_list.from_anilist,
    "Community": pickers.community_name,
}


def show() -> None:
    with st.sidebar:
        st.markdown("## Your list")
        _summary()
        way = st.pills(
            "How to bring a list", list(_WAYS), key="way", default="Rate", required=True, label_visibility="collapsed"
        )
        _WAYS[way]()
        st.divider()
        pickers.leading_name()


def _summary() -> None:
    now = state.visit()
    fan = now.profile
    if fan.is_empty:
        st.caption("Nothing here yet. Rate three titles, bring a list, or look through a community fan's eyes.")
        return
    who = {"none": "**You**", "community": f"**{plain(now.label)}**", "import": f"**{plain(now.label)}**"}[now.source]
    if now.source == "community" and resources.ratings().simulated:
        who += ", a simulated fan"
    st.markdown(f"{who} · {count(len(fan.scores), 'score')}")
    engine = resources.engine()
    counts = lists.summary(fan, engine.catalogue.ids.tolist())
    kinds = ("completed", "watching", "on_hold", "dropped", "planned")
    parts = [f"{getattr(counts, kind):,} {kind.replace('_', ' ')}" for kind in kinds if getattr(counts, kind)]
    st.caption(f"{counts.known:,} of {count(counts.titles, 'title')} known · {' · '.join(parts)}")
    for note in now.notes:
        st.caption(f":material/info: {plain(note, 300)}")
    if now.base.dropped - now.base.scores.keys():
        st.toggle(
            "Unscored drops are dislikes", now.drops_disliked, key="drops",
            on_change=lambda: state.set_drops_disliked(st.session_state["drops"]),
        )  # fmt: skip
    with st.container(horizontal=True):
        st.button("Undo", icon=":material/undo:", on_click=state.undo, disabled=not state.can_undo(), type="tertiary")
        st.button("Forget my list", icon=":material/delete:", on_click=state.forget, type="tertiary")
