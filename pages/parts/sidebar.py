"""The sidebar of every page: whose list this is, and the ways to add another."""

from functools import partial

import streamlit as st

from pages.parts import cover_slots, import_list, import_questions, pickers, remember, resources, state
from pages.parts.text import count, plain
from recsys import lists

_SOURCES = {
    "Rate": pickers.title_to_rate,
    "File": import_list.from_file,
    **{site: partial(import_list.from_site, site) for site in ("MyAnimeList", "AniList", "Kitsu")},
    "Community": pickers.community_fan,
}


def show() -> None:
    with st.sidebar:
        st.markdown("## Your list")
        _summary()
        source = st.pills(
            "Add a list", list(_SOURCES), key="way", default="Rate", required=True, label_visibility="collapsed"
        )
        _SOURCES[source]()
        st.divider()
        pickers.title_language()
        cover_slots.switch()


def _summary() -> None:
    now = state.visit()
    fan = now.profile
    if fan.is_empty:
        st.caption("Your list is empty. Rate three titles, import your list, or try the list of a community fan.")
    else:
        who = "**You**" if now.source == "none" else f"**{plain(now.label)}**"
        if now.source == "community" and resources.ratings().simulated:
            who += ", a simulated fan"
        unscored = len(fan.begun) - len(fan.scores)
        without = f" · {unscored:,} without a score" if unscored else ""
        st.markdown(f"{who} · {count(len(fan.scores), 'score')}{without}")
        counts = lists.summary(fan, resources.engine().catalogue.ids.tolist())
        kinds = ("completed", "watching", "on_hold", "dropped", "planned")
        parts = [f"{getattr(counts, kind):,} {kind.replace('_', ' ')}" for kind in kinds if getattr(counts, kind)]
        st.caption(f"{counts.known:,} of {count(counts.titles, 'title')} in our catalogue · {' · '.join(parts)}")
    if now.table and (text := import_questions.open_questions(now.table)):
        st.caption(f":material/help: On the page Recommend: {text}.")
    if now.base.dropped - now.base.scores.keys():
        st.toggle(
            "Count dropped titles without a score as disliked",
            key=state.mirror("drops", now.drops_disliked),
            on_change=lambda: state.set_drops_disliked(st.session_state["drops"]),
        )
    if not st.session_state.get(state.REMEMBER):
        _not_in_address(imported=now.source == "import")
    remember.control()
    with st.container(horizontal=True):
        st.button("Undo", icon=":material/undo:", on_click=state.undo, disabled=not state.can_undo(), type="tertiary")
        st.button(
            "Forget my list", icon=":material/delete:", on_click=state.forget, type="tertiary",
            help="Also removes what you typed or uploaded, the lists on Together, the list in the page’s address, "
            "and what this browser remembers. Your browser’s history may still hold earlier addresses.",
        )  # fmt: skip


def _not_in_address(*, imported: bool) -> None:
    """What a reload of the page would lose."""
    if imported:
        st.caption(
            ":material/link_off: An imported list, and what you change in it here, is never in the page’s address. "
            "After a reload, import it again."
        )
    elif left_out := state.left_out_of_address():
        st.caption(
            f":material/link_off: The page’s address is full: {count(left_out, 'score or mark', 'scores and marks')} "
            "did not fit. They are lost after a reload and missing in a shared link."
        )
