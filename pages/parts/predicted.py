"""Every title's predicted score for this visitor, worked out once for each change of the list."""

import streamlit as st

from pages.parts import resources, state
from recsys.serving.scored import Scored


def scored(model: str | None = None) -> Scored | None:
    """What `Engine.score_all` gives, or None while the visitor has scored nothing."""
    now, name = state.visit(), model or resources.engine().default_model
    if not now.profile.scores:
        return None
    known = st.session_state.get("scored")
    if known is None or known[0] is not now or known[1] != name:
        known = st.session_state["scored"] = (now, name, resources.engine().score_all(now.profile, name))
    return known[2]
