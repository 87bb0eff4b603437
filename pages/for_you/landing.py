"""The first page for a visitor without a list: what the app does, and three ways to begin."""

import secrets

import streamlit as st

from pages.for_you import rating_wall
from pages.parts import import_list, import_questions, logo, resources, state
from pages.parts.visit import ENOUGH

#: A sample fan has at least so many scores; the search for one tries this many names.
_SCORES, _NAMES = 20, 200


def show() -> None:
    """The ways to begin, and titles to rate."""
    st.title(logo.NAME, anchor=False)
    st.markdown("Ten anime that you have not seen, each with the score that you would probably give it.")
    import_questions.show()
    with st.grid(columns=2, min_column_width=300, border=True, key="begin") as cells:
        with cells.cell():
            st.header("Bring your list", anchor=False)
            import_list.bring()
        with cells.cell():
            st.header("Or rate a few titles", anchor=False)
            _progress()
            query = rating_wall.search()
            st.button(
                "Try it with a sample fan", icon=":material/person_play:", on_click=_use_sample, width="stretch",
                help="Use the list of a simulated fan. “Forget my list” brings you back here.",
            )  # fmt: skip
    rating_wall.show(query)


def _progress() -> None:
    rated = len(state.visit().profile.begun)
    st.markdown(f"Give a score to {ENOUGH} titles below. Your first ten appear at once.")
    st.progress(rated / ENOUGH, f"{ENOUGH - rated} more")


def _use_sample() -> None:
    """Use the list of a community fan drawn at random who has scored titles."""
    store = resources.ratings()
    names = store.find_names("", _NAMES)
    while names:
        name = names.pop(secrets.randbelow(len(names)))
        if len(store.profile(name).scores) >= _SCORES or not names:
            state.use_community(name)
            return
