"""Widgets with which a fan names things: titles, fans, scores."""

import streamlit as st

from pages.parts import resources, state
from pages.parts.text import plain
from recsys import RecsysError, Title

_NAMES_SHOWN = 12
#: As wide as five score buttons, in pixels: in most places ten do not fit side by side, and a lone 10 looks lost.
_FIVE = 230


_NAMES = {"Romaji": "title", "English": "title_english", "日本語": "title_japanese"}


def leading_name() -> None:
    """Which of a title's names leads, everywhere."""
    if kept := st.session_state.pop("names-kept", None):
        st.session_state["names"] = kept
    st.segmented_control(
        "Names lead in", list(_NAMES), key="names", default="Romaji", required=True, bind="query-params", wrap=True
    )


def keep_leading_name() -> None:
    """Before a switch of page by the program: that may take along no parameter which belongs to a widget."""
    if "names" in st.query_params:
        st.session_state["names-kept"] = st.session_state["names"]


def leading_column() -> str:
    """The catalogue's column of the names that lead."""
    return _NAMES.get(st.session_state.get("names", ""), "title")


def names_of(title: Title) -> tuple[str, str | None]:
    """The name that leads, as the visitor chose, and a second one that differs, if there is any."""
    wanted = getattr(title, leading_column()) or title.title
    others = (title.title_english, title.title, title.title_japanese)
    return wanted, next((name for name in others if name and name.casefold() != wanted.casefold()), None)


def title_names(title: Title) -> str:
    """Both names as Markdown, the leading one strong."""
    first, second = names_of(title)
    return f"**{plain(first)}**" + (f" · {plain(second)}" if second else "")


def community_name() -> None:
    """Type-ahead over the community's names, however many there are; a click takes that fan's list."""
    store = resources.ratings()
    kind = "simulated fans: they look real and belong to nobody" if store.simulated else "fans of the ratings data"
    st.caption(f"{store.n_fans:,} {kind}.")
    typed = st.text_input(
        "A fan's name", key="name-typed", placeholder="Type the start of a name", type="search", live=True
    )
    names = store.find_names(typed, _NAMES_SHOWN)
    if not names:
        st.caption("Nobody has such a name. Try fewer letters.")
        return
    choice = st.pills("Fans", names, key=f"name-{typed}", format_func=plain, label_visibility="collapsed")
    if choice and (state.visit().source, state.visit().label) != ("community", choice):
        try:
            state.use_community(choice)
        except RecsysError as error:
            st.error(str(error))
        else:
            st.rerun()


def score_buttons(anime_id: int, key: str) -> None:
    """Two rows, 1-5 and 6-10; choosing a score keeps it, choosing it again takes it back."""
    given = state.visit().profile.scores.get(anime_id)

    def keep() -> None:
        state.rate(anime_id, st.session_state[widget])

    widget = f"{key}-score-{anime_id}"
    default = round(given) if given is not None else None
    st.segmented_control(
        "Your score", range(1, 11), key=widget, default=default, on_change=keep, label_visibility="collapsed",
        wrap=True, width=_FIVE,
    )  # fmt: skip


def title_to_rate() -> None:
    """Search by any name, then score what is found."""
    query = st.text_input(
        "Find a title that you know",
        key="title-typed",
        placeholder="Attack on Titan, FMAB, 君の名は …",
        type="search",
        live=True,
    )
    if not query.strip():
        return
    found = resources.engine().search(query, 5)
    if not found:
        st.caption("No title has a name like that. Check the spelling, or try the Japanese name.")
    for title in found:
        st.markdown(f"{title_names(title)}{f' ({title.year})' if title.year else ''}")
        score_buttons(title.anime_id, "search")
