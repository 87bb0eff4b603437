"""Widgets with which a visitor chooses titles, fans and scores."""

from collections.abc import Callable

import streamlit as st

from pages.parts import resources, state
from pages.parts.text import plain
from recsys import Title
from recsys.serving import coverage

_NAMES_SHOWN = 12
#: As wide as five score buttons, in pixels: in most places ten do not fit side by side, and a lone 10 looks lost.
_FIVE = 230
#: Language -> the catalogue's column of titles' names.
_LANGUAGES = {"Romaji": "title", "English": "title_english", "日本語": "title_japanese"}


def title_language() -> None:
    """Choose in which language all pages show titles' names."""
    state.restore_kept("names")
    st.segmented_control(
        "Title language", list(_LANGUAGES), key="names", default="Romaji", required=True, bind="query-params", wrap=True
    )


def leading_column() -> str:
    """The catalogue's column of names in the chosen language."""
    return _LANGUAGES.get(st.session_state.get("names", ""), "title")


def names_of(title: Title) -> tuple[str, str | None]:
    """The name in the chosen language, and a second one that differs, if there is any."""
    wanted = getattr(title, leading_column()) or title.title
    others = (title.title_english, title.title, title.title_japanese)
    return wanted, next((name for name in others if name and name.casefold() != wanted.casefold()), None)


def title_names(title: Title) -> str:
    """Both names as Markdown, the first in bold."""
    first, second = names_of(title)
    return f"**{plain(first)}**" + (f" · {plain(second)}" if second else "")


def community_name(key: str, chosen: str | None = None) -> str | None:
    """Search the community's names and return the name that was just clicked. `chosen` is shown as selected."""
    store = resources.ratings()
    kind = "simulated fans. They look real, but no such people exist" if store.simulated else "fans of the ratings data"
    st.caption(f"{store.n_fans:,} {kind}.")
    typed = st.text_input(
        "Name of a fan", key=state.input_key(f"{key}-typed"), placeholder="Part of a name", type="search", live=True
    )
    names = store.find_names(typed, _NAMES_SHOWN)
    if not names:
        st.caption("No fan has such a name. Try fewer letters.")
        return None

    def click() -> None:
        st.session_state[f"{key}-clicked"] = st.session_state[key]

    st.pills(
        "Fans", names, key=state.mirror(key, chosen if chosen in names else None), on_change=click, format_func=plain,
        label_visibility="collapsed",
    )  # fmt: skip
    return st.session_state.pop(f"{key}-clicked", None)


@st.fragment
def community_fan() -> None:
    """Choose the fan of the community whose list the pages use. The page runs again only when one is chosen."""
    now = state.visit()
    if name := community_name("community", now.label if now.source == "community" else None):
        state.use_community(name)
        st.rerun()


def score_buttons(anime_id: int, key: str, then: Callable[[], None] = lambda: None) -> None:
    """Two rows, 1-5 and 6-10; choosing the score again takes it back. `then` is called after a score is given."""
    widget = f"{key}-score-{anime_id}"
    given = state.visit().profile.scores.get(anime_id)

    def rate() -> None:
        state.rate(anime_id, st.session_state[widget])
        then()

    st.segmented_control(
        "Your score", range(1, 11), key=state.mirror(widget, None if given is None else round(given)),
        on_change=rate, label_visibility="collapsed", wrap=True, width=_FIVE,
    )  # fmt: skip


def found(query: str, n: int) -> list[int]:
    """Ids of up to `n` titles with a name like this; says so if there is none."""
    ids = [anime_id for anime_id, _, _ in state.matcher()(query, n)]
    if not ids:
        st.caption("No title has a name like that. Check the spelling, or try the Japanese name.")
    return ids


@st.fragment
def title_to_rate() -> None:
    """Search by any name, then score what is found. The page runs again only after a score."""
    query = st.text_input(
        "Find a title that you know",
        key=state.input_key("title-typed"),
        placeholder="Attack on Titan, FMAB, 君の名は …",
        type="search",
        live=True,
    )
    if not query.strip():
        return
    for title in map(resources.engine().title, found(query, 5)):
        st.markdown(f"{title_names(title)}{f' ({title.year})' if title.year else ''}")
        if why := coverage.no_prediction(resources.engine(), [title.anime_id], st.session_state.get("model")):
            st.caption(f"{why} Your score of it does not change that model’s predictions.")
        score_buttons(title.anime_id, "search", st.rerun)
