"""Titles to rate: those whose scores would improve the recommendations of a fan with few scores most."""

import streamlit as st

from pages.parts import cards, pickers, resources, state
from pages.parts.text import count
from recsys.serving import elicit

_TILES = 12
_COVER_WIDTH = 64


def show(enough: int) -> None:
    """Titles to rate for a visitor with fewer than `enough` scores."""
    rated = len(state.visit().profile.scores)
    st.markdown("## Rate a few titles that you know")
    if rated:
        st.progress(rated / enough, f"{count(rated, 'title')} rated, {enough - rated} to go")
    else:
        st.caption(
            f"With {enough} scores you get your first ten titles. Each further score improves them. Skip titles that "
            "you have not seen."
        )
    _tiles()


def show_more() -> None:
    """More titles to rate, below the ten."""
    more = st.expander("Rate more titles", icon=":material/add_reaction:", on_change="rerun", key="more")
    if more.open:
        with more:
            _tiles()


def _tiles() -> None:
    engine = resources.engine()
    now = state.visit()
    asked = now.profile.begun | now.unseen | now.hidden
    with st.grid(columns=3, min_column_width=290, border=True, key="wall") as cells:
        for anime_id in elicit.next_titles(engine, now.profile, _TILES, asked):
            title = engine.title(anime_id)
            with cells.cell():
                with st.container(horizontal=True, gap="small", wrap=False):
                    cards.cover(title, _COVER_WIDTH)
                    with st.container(gap="xxsmall"):
                        st.markdown(pickers.title_names(title))
                        st.caption(cards.facts(title))
                pickers.score_buttons(anime_id, "wall")
                st.button(
                    "Not seen",
                    key=f"unseen-{anime_id}",
                    on_click=state.mark,
                    args=(anime_id, "unseen"),
                    type="tertiary",
                )
