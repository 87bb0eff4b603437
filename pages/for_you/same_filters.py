"""The filters of Recommend on the pages that choose in another way. Links to them bring the filters along."""

from dataclasses import fields

import streamlit as st

from pages.parts import controls
from recsys import Filters

#: Filter -> what it is called; several may be one. Rules that are always on, and what is hidden, are not named.
_WORDS = {
    "types": "type", "genres": "genres", "without_genres": "genres", "tags": "tags", "without_tags": "tags",
    "year_from": "years", "year_to": "years", "episodes_from": "episodes", "episodes_to": "episodes",
    "minutes_to": "time to watch", "services": "services", "country": "country", "min_members": "members",
    "planned": "titles on your plan",
}  # fmt: skip


def choose() -> Filters:
    """Draw the filters behind a button, say which are set, with a button to clear them, and return them."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="same-filters"):
        controls.filter_button()
        filters, usual = controls.chosen_filters(), Filters()
        changed = [one.name for one in fields(Filters) if getattr(filters, one.name) != getattr(usual, one.name)]
        if words := dict.fromkeys(_WORDS[name] for name in changed if name in _WORDS):
            st.caption(f"Filtered by {', '.join(words)}.", width="content")
            st.button("Clear filters", key="clear-filters", on_click=controls.clear_filters, type="tertiary")
    return filters
