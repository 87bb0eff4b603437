"""The app's page configuration, shared sidebar and navigation."""

from pathlib import Path

import streamlit as st

from pages.parts import cover_slots, logo, page_view, remember, sidebar, state, unknown_choices

_FOLDER = Path(__file__).parents[1]

DEFAULT = "for_you/recommend"
#: Script -> title and icon, in the order of the navigation. The name of the script is the page's path.
SCRIPTS: dict[str, tuple[str, str]] = {
    DEFAULT: ("Recommend", "auto_awesome"),
    "for_you/tonight": ("Tonight", "nightlight"),
    "for_you/like_these": ("Like these", "thumbs_up_down"),
    "for_you/taste": ("My taste", "insights"),
    "for_you/together": ("Together", "group"),
    "titles/explore": ("Explore", "travel_explore"),
    "titles/season": ("Season", "calendar_month"),
    "titles/atlas": ("Atlas", "map"),
    "behind/models": ("Models", "science"),
    "behind/data": ("Data", "database"),
}
#: Reached from Recommend: the header has no room for more pages on a laptop.
_HIDDEN = frozenset({"for_you/tonight", "for_you/like_these"})


def show() -> None:
    """Run the app once."""
    st.set_page_config(page_title="Anime Alchemy", page_icon="⚗️", layout="wide")
    logo.show()
    page = st.navigation(
        [
            st.Page(
                _FOLDER / f"{script}.py",
                title=title,
                icon=f":material/{icon}:",
                default=script == DEFAULT,
                visibility="hidden" if script in _HIDDEN else "visible",
            )
            for script, (title, icon) in SCRIPTS.items()
        ],
        position="top",
    )
    state.drop_empty_parameters()
    # An older entry of the browser's history has the list of that time; the visitor keeps the current one.
    if not (page_view.is_history_navigation() and "address" in st.session_state):
        state.read_address()
    sidebar.show()
    with st.sidebar:
        page_view.show(page.url_path, has_list=state.visit().has_list)
        remember.exchange()
    unknown_choices.warn()
    cover_slots.begin()
    page.run()
    cover_slots.refresh()
    state.write_address()


if __name__ == "__main__":
    show()
