"""The wall of titles to rate: those whose scores would tell most about a fan of whom little is known."""

import streamlit as st

from pages.parts import cards, pickers, resources, state
from pages.parts.text import count

_TILES = 12
_COVER_WIDTH = 64


def show(enough: int) -> None:
    """The wall for somebody who has rated fewer than `enough` titles."""
    rated = len(state.visit().profile.scores)
    st.markdown("## Rate a few that you know")
    if rated:
        st.progress(rated / enough, f"{count(rated, 'title')} rated, {enough - rated} to go")
    else:
        st.caption(f"{enough} scores make a first ten; each further one sharpens them. Skip what you have not seen.")
    _tiles()


def show_more() -> None:
    """The wall for somebody who already has the ten and may go on."""
    more = st.expander("Rate more, and the ten sharpen", icon=":material/add_reaction:", on_change="rerun", key="more")
    if more.open:
        with more:
            _tiles()


def _tiles() -> None:
    engine = resources.engine()
    now = state.visit()
    asked = now.profile.begun | now.unseen | now.hidden
    with st.grid(columns=3, min_column_width=290, border=True, key="wall") as cells:
        for anime_id in resources.next_questions(now.profile, asked, _TILES):
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
