"""Who is in the group, and how somebody joins it."""

from collections.abc import Callable

import streamlit as st

from pages.for_you import group_lists
from pages.parts import resources
from pages.parts.text import count, plain
from recsys import RecsysError
from recsys.serving.group import MAX_FANS, MIN_FANS

_NAMES_SHOWN = 12


def show() -> None:
    """The lists of the group as small cards, and the ways to add one."""
    everyone = group_lists.members()
    if everyone:
        with st.grid(columns=MAX_FANS, min_column_width=150, border=True, gap="small", key="group-members") as cells:
            mine = len(everyone) - len(group_lists.kept())
            for place, member in enumerate(everyone):
                with cells.cell(), st.container(gap="xxsmall"):
                    _member(member, place - mine)
    if len(everyone) < MAX_FANS:
        with st.expander("Add a list", icon=":material/person_add:", expanded=len(everyone) < MIN_FANS, key="add"):
            way = st.segmented_control(
                "Whose", list(_WAYS), key="join", default="Community", required=True, wrap=True,
                label_visibility="collapsed",
            )  # fmt: skip
            _WAYS[way]()


def _member(member: group_lists.Member, place: int) -> None:
    fan = member.profile
    st.markdown(f"**{plain(member.label, 24)}**")
    known = len(resources.engine().known(fan.scores))
    mean = f" · mean {sum(fan.scores.values()) / len(fan.scores):.1f}" if fan.scores else ""
    st.caption(count(len(fan.scores), "score") + mean)
    if not known:
        st.caption(":material/info: Predicted as for anybody: no score is known.")
    if place < 0:
        st.caption("The list in the sidebar")
    else:
        st.button("Take out", key=f"out-{place}", icon=":material/close:", on_click=group_lists.remove, args=(place,),
                  type="tertiary", help=f"Take {plain(member.label, 24)} out of the group")  # fmt: skip


def _join(make: Callable[[], group_lists.Member]) -> None:
    try:
        group_lists.add(make())
    except RecsysError as error:
        st.error(plain(str(error), 300), icon=":material/error:")
    else:
        st.rerun()


def _from_community() -> None:
    store = resources.ratings()
    who = "simulated fans: they look real and belong to nobody" if store.simulated else "fans of the community"
    st.caption(f"{store.n_fans:,} {who}.")
    typed = st.text_input(
        "A fan's name", key="join-typed", placeholder="Type a part of a name", type="search", live=True
    )
    names = store.find_names(typed, _NAMES_SHOWN)
    if not names:
        st.caption("Nobody has such a name. Try fewer letters.")
        return
    # A new row of names after each who joins: a pill stays pressed.
    key = f"join-{len(group_lists.kept())}-{typed}"
    choice = st.pills("Fans", names, key=key, format_func=plain, label_visibility="collapsed")
    if choice:
        _join(lambda: group_lists.from_spec(group_lists.spec(fan=choice)))


def _from_link() -> None:
    st.caption("A friend who rated titles here, or looked at a fan, sends you the address of their page.")
    with st.form("link-form", border=False):
        link = st.text_input("The address", key="join-link", placeholder="https://…/?r=5114-9_1535-8", max_chars=20_000)
        name = st.text_input("Whose it is", key="join-name", placeholder="Optional", max_chars=24)
        if st.form_submit_button("Add it", icon=":material/person_add:"):
            _join(lambda: group_lists.from_link(link, name))


def _from_sidebar() -> None:
    mine = group_lists.own()
    st.caption(
        "Any list that you can open in the sidebar: an export, a MyAnimeList or AniList name, titles rated. The open "
        "one takes part by itself. Keep it here, then open the next."
    )
    if mine is None:
        st.caption("There is no list in the sidebar that is not here yet.")
        return
    with st.form("keep-form", border=False):
        st.text_input("Keep it as", value=mine.label, key="keep-name", max_chars=24)
        st.form_submit_button("Keep it here", icon=":material/keep:", on_click=_keep)
    if not mine.shareable:
        st.caption("An imported list stays in this visit: the page's address does not hold it.")


def _keep() -> None:
    group_lists.keep_own(st.session_state["keep-name"])


_WAYS = {"Community": _from_community, "A friend's link": _from_link, "The sidebar": _from_sidebar}
