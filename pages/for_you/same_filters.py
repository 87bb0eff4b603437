"""The filters that the visitor set on Recommend, for the pages that choose in another way."""

from dataclasses import fields, replace

import streamlit as st

from recsys import Filters

_KEY = "recommend-filters"
#: Filter -> what it is called; several may be one. Rules that are always on, and what is hidden, are not named.
_WORDS = {
    "types": "type", "genres": "genres", "without_genres": "genres", "tags": "tags", "without_tags": "tags",
    "year_from": "years", "year_to": "years", "episodes_from": "episodes", "episodes_to": "episodes",
    "minutes_to": "time to watch", "services": "services", "country": "country", "min_members": "members",
    "planned": "titles on your plan",
}  # fmt: skip


def keep(filters: Filters) -> None:
    """Remember in this session what is set on Recommend."""
    st.session_state[_KEY] = filters


def chosen() -> Filters:
    """The filters of Recommend, or its defaults."""
    return st.session_state.get(_KEY, Filters(franchise_rules=True))


def are_set() -> bool:
    """Whether another filter than the usual ones is used. None of them is in the address of the page that uses it."""
    # Pages set the first two themselves; the last matters with services or a country alone.
    filters = replace(chosen(), new_series=False, exclude=frozenset(), unknown_services=False)
    return filters != Filters(franchise_rules=True)


def tell() -> None:
    """Say which filters are used, with a button to leave them out; nothing if none is set."""
    filters, usual = chosen(), Filters()
    changed = [one.name for one in fields(Filters) if getattr(filters, one.name) != getattr(usual, one.name)]
    words = list(dict.fromkeys(_WORDS[name] for name in changed if name in _WORDS))
    if words:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="same-filters"):
            st.caption(f":material/tune: Your filters on Recommend are used: {', '.join(words)}.", width="content")
            st.button("Without them", key="drop-filters", on_click=_drop, type="tertiary")


def _drop() -> None:
    st.session_state.pop(_KEY, None)
