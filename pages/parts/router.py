"""The app's page configuration, shared sidebar and navigation."""

from pathlib import Path

import streamlit as st

from pages.parts import cover_slots, page_view, sidebar, state

_FOLDER = Path(__file__).parents[1]

DEFAULT = "for_you/recommend"
#: Script -> section, title and icon, in the order of the navigation. The name of the script is the page's path.
SCRIPTS: dict[str, tuple[str, str, str]] = {
    DEFAULT: ("For you", "Recommend", "auto_awesome"),
    "for_you/taste": ("For you", "My taste", "insights"),
    "for_you/together": ("For you", "Together", "group"),
    "titles/explore": ("Titles", "Explore", "travel_explore"),
    "titles/season": ("Titles", "Season", "calendar_month"),
    "titles/atlas": ("Titles", "Atlas", "map"),
    "behind/models": ("Behind the scenes", "Models", "science"),
    "behind/data": ("Behind the scenes", "Data", "database"),
}


def show() -> None:
    """Run the app once."""
    st.set_page_config(page_title="Anime Alchemy", page_icon="⚗️", layout="wide")
    sections: dict[str, list] = {}
    for script, (section, title, icon) in SCRIPTS.items():
        page = st.Page(_FOLDER / f"{script}.py", title=title, icon=f":material/{icon}:", default=script == DEFAULT)
        sections.setdefault(section, []).append(page)
    page = st.navigation(sections)
    # An older entry of the browser's history has the list of that time; the visitor keeps the current one.
    if not (page_view.is_history_navigation() and "address" in st.session_state):
        state.read_address()
    sidebar.show()
    with st.sidebar:
        page_view.show(page.url_path)
    cover_slots.begin()
    page.run()
    cover_slots.refresh()
    state.write_address()


if __name__ == "__main__":
    show()
