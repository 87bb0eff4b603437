"""The filters of Recommend on the pages that choose in another way. There, too, the address has them."""

from dataclasses import fields

import streamlit as st

from pages.parts import controls
from recsys import Filters

_KEY = "recommend-filters"
#: Filter -> what it is called; several may be one. Rules that are always on, and what is hidden, are not named.
_WORDS = {
    "types": "type", "genres": "genres", "without_genres": "genres", "tags": "tags", "without_tags": "tags",
    "year_from": "years", "year_to": "years", "episodes_from": "episodes", "episodes_to": "episodes",
    "minutes_to": "time to watch", "services": "services", "country": "country", "min_members": "members",
    "planned": "titles on your plan",
}  # fmt: skip


def keep() -> None:
    """Remember in this session what is set on this page, for the others."""
    st.session_state[_KEY] = controls.filter_values()


def choose() -> Filters:
    """Draw the filters behind a button, as they were set on the last page with filters unless the address has some,
    say which are set, with a button to clear them, and return them."""
    controls.set_filters(st.session_state.get(_KEY, {}))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="same-filters"):
        controls.filter_button()
        filters, usual = controls.chosen_filters(), Filters()
        changed = [one.name for one in fields(Filters) if getattr(filters, one.name) != getattr(usual, one.name)]
        if words := dict.fromkeys(_WORDS[name] for name in changed if name in _WORDS):
            st.caption(f"Set: {', '.join(words)}.", width="content")
            st.button("Clear filters", key="clear-filters", on_click=controls.clear_filters, type="tertiary")
    keep()
    return filters
