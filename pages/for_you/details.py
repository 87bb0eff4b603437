"""The details of one recommended title, and what the fan can do with it, in a dialog."""

import streamlit as st
from streamlit.errors import StreamlitAPIException

from pages.parts import cards, links, narrow, pickers, reasons, resources, state, synopsis_box
from pages.parts.text import plain
from pages.parts.visit import Mark
from recsys import Pick, Reason, Title
from recsys.serving.folding import Folding

_KEY, _OPENED, _DUE = "details", "details-opened", "fragments-due"
_LINKS = 6

#: Drawn in the place of the dialog when no details are open. A dialog that was only closed in the browser is opened
#: again by Streamlit when a run of the whole page begins and is cut short.
_NO_DIALOG = "<style></style>"


def open_dialog(pick: Pick, folding: Folding) -> None:
    """Open the details of a title: a callback. Only `dialog` runs again, so that the cards are not drawn again."""
    st.session_state[_OPENED] = pick, folding
    rerun()


def rerun(*others: str) -> None:
    """Run `dialog`, which removes details that were closed, and the fragments with these keys again: a callback.

    With them run those of earlier calls that did not come to their end, see `drawn`: Streamlit forgets a fragment that
    waits when another callback asks for other ones. The whole page runs if it was not drawn as far as these fragments.
    """
    due = list(dict.fromkeys([_KEY, *others, *st.session_state.get(_DUE, ())]))
    st.session_state[_DUE] = due
    try:
        st.rerun(due)
    except StreamlitAPIException:
        st.session_state[_DUE] = []
        st.rerun()


def drawn(key: str) -> None:
    """Note that the fragment with this key was drawn to its end. Call it there."""
    st.session_state[_DUE] = [one for one in st.session_state.get(_DUE, ()) if one != key]


@st.fragment(key=_KEY)
def dialog() -> None:
    """The dialog of the title that was just opened: facts, the predicted score and its reasons, and buttons, which
    close it. A run that is cut short leaves it to the next one.

    Call it above what may be drawn or not: in another place Streamlit takes it for another fragment, and a dialog of
    the first stays.
    """
    if opened := st.session_state.get(_OPENED):
        pick, folding = opened
        title = resources.engine().title(pick.anime_id)
        st.dialog(plain(pickers.names_of(title)[0], 80), on_dismiss=_close)(_fill)(pick, title, folding)
        st.session_state.pop(_OPENED, None)
    else:
        st.html(_NO_DIALOG)
    drawn(_KEY)


def _close() -> None:
    st.session_state.pop(_OPENED, None)
    rerun()


def _fill(pick: Pick, title: Title, folding: Folding) -> None:
    with st.container(horizontal=True, gap="small", wrap=False):
        cards.cover(title)
        with st.container(gap="xxsmall"):
            if other := pickers.names_of(title)[1]:
                st.markdown(plain(other))
            st.caption(cards.facts(title))
            theirs = f"MyAnimeList {title.mean_score:.1f} · " if title.mean_score else ""
            st.markdown(f"{theirs}you **{pick.predicted:.1f}**")
            cards.interval(pick, title.mean_score)
            st.caption(cards.likely(pick.low, pick.high))
    with st.container(horizontal=True, gap="xsmall"):
        _mark("Plan to watch", "bookmark", title, "planned")
        _mark("Not for me", "block", title, "hidden")
        if st.button("Title page", icon=":material/open_in_new:", key="details-page"):
            links.open_title(title.anime_id)
    synopsis_box.show(title, "details")
    _seen(title)
    _why(folding, pick)
    narrow.for_title(title.anime_id, folding.aligned.model.name, st.rerun)
    _streaming(title)


def _act(anime_id: int, how: Mark) -> None:
    state.mark(anime_id, how)
    st.rerun()  # the whole page: a callback in a dialog runs only the dialog again


def _mark(text: str, icon: str, title: Title, how: Mark) -> None:
    done = how == "planned" and title.anime_id in state.visit().profile.planned
    st.button(
        "Planned" if done else text,
        key=f"details-{how}",
        icon=f":material/{'check' if done else icon}:",
        on_click=_act,
        args=(title.anime_id, how),
        disabled=done,
    )


def _seen(title: Title) -> None:
    st.markdown("### Seen it?")
    pickers.score_buttons(title.anime_id, "details", st.rerun)
    st.button("Seen, no score", key="details-seen", on_click=_act, args=(title.anime_id, "seen"), type="tertiary")


def _why(folding: Folding, pick: Pick) -> None:
    """Why the title is recommended, and behind that why it has this score."""
    explanation = resources.engine().explain(folding, pick.anime_id, folding.aligned.model.name)
    st.markdown("### Why")
    if why := reasons.because(explanation.drivers, folding.fan):
        st.markdown(f":material/favorite: {why}")
    if chance := reasons.chance(pick.chance_high):
        st.markdown(f":material/percent: {chance}")
    if not explanation.reasons:
        st.markdown("No title of your list changes this prediction yet. It is the same for everybody.")
        return
    with st.expander(f"Why {pick.predicted:.1f}?", icon=":material/functions:", expanded=True):
        reasons.show_sum(explanation, _ignore)


def _ignore(reason: Reason) -> None:
    if reason.score is not None:
        st.button(
            "Ignore",
            key=f"ignore-{reason.anime_id}",
            help="Count this title as seen without a score",
            on_click=_act,
            args=(reason.anime_id, "ignored"),
            type="tertiary",
        )


def _streaming(title: Title) -> None:
    if title.streaming:
        st.markdown("### Where to watch")
        with st.container(horizontal=True, gap="xsmall"):
            links.streaming(title, _LINKS, icon=None)
