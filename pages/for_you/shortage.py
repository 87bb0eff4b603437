"""Says what the filters leave where that is less than wanted, and what has no known service."""

import streamlit as st

from pages.parts import where
from pages.parts.text import count
from recsys import Filters
from recsys.serving.recommending import Candidates


def may_be_told(filters: Filters, found: int, wanted: int) -> bool:
    """Whether `tell` has something to say: what it needs takes time."""
    return found < wanted or where.filters_by_service(filters)


def tell(left: Candidates, filters: Filters, found: int, wanted: int) -> None:
    """Say why fewer titles were `found` than `wanted`, and how many have no known service."""
    if found < wanted:
        st.info(
            left.shortage(wanted)
            or f"Only {count(found, 'series fits', 'series fit')} the filters. Of each series, one title is shown.",
            icon=":material/filter_alt:",
        )
    if where.filters_by_service(filters):
        where.tell_unknown(left)
