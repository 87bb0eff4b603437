"""Predictions for the visitor, computed again only when the list changes."""

import streamlit as st

from pages.parts import controls, resources, state
from recsys import Filters
from recsys.serving import basis, coverage
from recsys.serving.recommending import Scored


def scored(model: str | None = None) -> Scored | None:
    """`Engine.score_all` for the visitor, or None if the model uses nothing of the visitor's list."""
    now, name = state.visit(), model or resources.engine().default_model
    engine = resources.engine()
    if not basis.of(engine, now.profile, name).is_personal:
        return None
    return engine.score_all(state.folding(name), name)


def explain_missing(anime_ids: list[int], model: str | None = None, more: str = "") -> None:
    """Say which of the titles on a page have no predicted score and why, and `more` behind that."""
    if why := coverage.no_prediction(resources.engine(), anime_ids, model):
        st.caption(f":material/info: {why}{more}")


def ten() -> list[int]:
    """Anime ids of the ten titles that the Recommend page shows by default; empty if no title of the list is used."""
    now = state.visit()
    if not basis.of(resources.engine(), now.profile).is_personal:
        return []

    def recommend() -> list[int]:
        rules = Filters(franchise_rules=True, new_series=True, exclude=now.hidden)
        picks = resources.engine().recommend(now.profile, filters=rules, diversity=controls.DIVERSITY)
        return [pick.anime_id for pick in picks]

    return state.remembered("ten", now, recommend, "Choosing ten titles …")
