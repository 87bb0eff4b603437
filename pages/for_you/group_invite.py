"""Who is in the group, and the ways to add a list."""

from collections.abc import Callable

import streamlit as st

from pages.for_you import group_lists
from pages.parts import pickers, resources, state
from pages.parts.text import count, plain
from recsys import RecsysError
from recsys.serving import basis
from recsys.serving.engine import MODEL_LABELS
from recsys.serving.group import MAX_FANS, MIN_FANS


def show() -> None:
    """The lists of the group as small cards, and the ways to add one."""
    everyone, group = group_lists.members(), group_lists.taking_part()
    if everyone:
        with st.grid(columns=MAX_FANS, min_column_width=150, border=True, gap="small", key="group-members") as cells:
            mine = len(everyone) - len(group_lists.kept())
            for place, member in enumerate(everyone):
                with cells.cell(), st.container(gap="xxsmall"):
                    _member(member, place - mine)
                    if len(everyone) > MAX_FANS:
                        _takes_part(place - mine, on=member in group, full=len(group) >= MAX_FANS)
    if len(everyone) > MAX_FANS:
        waiting = ", ".join(plain(member.label, 24) for member in everyone if member not in group)
        st.warning(
            f"A group has at most {MAX_FANS} lists, and there are {len(everyone)}. Left out: {waiting}. To change "
            "that, switch off “Takes part” on one list and switch it on on another, or remove a list.",
            icon=":material/group_off:",
        )
    if len(everyone) < MAX_FANS:
        with st.expander("Add a list", icon=":material/person_add:", expanded=len(everyone) < MIN_FANS, key="add"):
            way = st.segmented_control(
                "From where", list(_WAYS), key="join", default="Community", required=True, wrap=True,
                label_visibility="collapsed",
            )  # fmt: skip
            _WAYS[way]()


def _member(member: group_lists.Member, place: int) -> None:
    fan = member.profile
    st.markdown(f"**{plain(member.label, 24)}**")
    mean = f" · mean {sum(fan.scores.values()) / len(fan.scores):.1f}" if fan.scores else ""
    st.caption(count(len(fan.scores), "score") + mean)
    if unscored := len(fan.begun) - len(fan.scores):
        st.caption(f"{count(unscored, 'title')} without a score")
    engine = resources.engine()
    using = [MODEL_LABELS[name] for name in engine.models if basis.of(engine, fan, name).is_personal]
    if not using:
        st.caption(":material/info: No title that we can use: the predictions are the same as for everybody.")
    elif not fan.scores:
        st.caption(f":material/info: Personal only with {' and '.join(using)}: the other models need scores.")
    if place < 0:
        st.caption("Your list in the sidebar")
    else:
        st.button("Remove", key=f"out-{place}", icon=":material/close:", on_click=group_lists.remove, args=(place,),
                  type="tertiary", help=f"Remove {plain(member.label, 24)} from the group")  # fmt: skip


def _takes_part(place: int, *, on: bool, full: bool) -> None:
    key = f"part-{place}"
    st.toggle(
        "Takes part",
        key=state.mirror(key, on),
        disabled=full and not on,
        on_change=lambda: group_lists.set_out(place, not st.session_state[key]),
    )


def _join(make: Callable[[], group_lists.Member]) -> None:
    try:
        group_lists.add(make(), group_lists.members())
    except RecsysError as error:
        st.error(plain(str(error), 300), icon=":material/error:")
    else:
        st.rerun()


def _from_community() -> None:
    if name := pickers.community_name("join-fans"):
        _join(lambda: group_lists.from_community(name))


def _from_link() -> None:
    st.caption("A friend rates titles in this app, or opens a community fan’s list, and sends you the page’s address.")
    with st.form("link-form", border=False):
        link = st.text_input(
            "Your friend’s link", key=state.input_key("join-link"), placeholder="https://…/?r=5114-9_1535-8",
            max_chars=20_000,
        )  # fmt: skip
        name = st.text_input("Name", key=state.input_key("join-name"), placeholder="Optional", max_chars=24)
        if st.form_submit_button("Add", icon=":material/person_add:"):
            _join(lambda: group_lists.from_link(link, name))


def _from_sidebar() -> None:
    mine = group_lists.own()
    st.caption(
        "The list in the sidebar is in the group already. To add several such lists, for example two exports: keep the "
        "first one here, then open the next one in the sidebar."
    )
    if mine is None:
        st.caption("The sidebar has no list that is not in the group yet.")
        return
    key = state.input_key("keep-name")
    with st.form("keep-form", border=False):
        st.text_input("Name", value=mine.label, key=key, max_chars=24)
        st.form_submit_button("Keep this list", icon=":material/keep:",
                              on_click=lambda: group_lists.keep_own(st.session_state[key]))  # fmt: skip


_WAYS = {"Community": _from_community, "A friend's link": _from_link, "The sidebar": _from_sidebar}
