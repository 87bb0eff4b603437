"""Titles to rate that would make predictions more certain."""

from collections.abc import Callable

import streamlit as st

from pages.parts import cards, rate_card, resources, state
from recsys.serving import narrowing

#: A range that would get narrower by less than this share is as good as it gets.
_WORTH = 0.01
_OPEN = "narrow"


def for_title(anime_id: int, model: str, then: Callable[[], None] = lambda: None) -> None:
    """Three ratings that would narrow the range of a title's predicted score most, behind a click. `then` is called
    after each. Nothing for a model whose ranges do not depend on which titles are rated."""
    if model not in narrowing.MODELS:
        return
    closed = st.expander(
        "Narrow this range", icon=":material/compress:", on_change="rerun", key=f"{_OPEN}-open-{anime_id}"
    )
    if not closed.open:
        return
    engine, now = resources.engine(), state.visit()
    with closed:
        found = state.remembered(
            "narrow-title",
            (now, anime_id, model),
            lambda: narrowing.of_title(
                engine, now.profile.without(anime_id), anime_id, model, skip=now.unseen | now.hidden
            ),
        )
        gain = 1 - found[-1].width if found else 0
        if gain < _WORTH:
            st.markdown(
                "Your list already says almost all that it can about this title: three more scores would make the "
                "range less than 1% narrower."
            )
            return
        st.markdown(f"With your scores of these titles, the range gets about **{gain:.0%}** narrower.")
        rating_rows(found, f"{_OPEN}-{anime_id}", then)


def rating_rows(found: list[narrowing.Rating], key: str, then: Callable[[], None] = lambda: None) -> None:
    """Titles with buttons for their scores, and what is known of them."""

    def answer(anime_id: int, score: int | None) -> None:
        if rate_card.keep(anime_id, score):
            then()

    engine = resources.engine()
    rate_card.begin(key)
    with st.grid(columns=3, min_column_width=220, gap="small", key=key) as cells:
        for place, one in enumerate(found):
            title = engine.title(one.anime_id)
            with cells.cell(), st.container(horizontal=True, gap="small", wrap=False, key=f"{key}-row-{place}"):
                cards.cover(title, cards.SMALL)
                with st.container(gap="xxsmall"):
                    rate_card.show(title, None, f"{key}-{place}", answer, unseen=not one.begun)
    if any(one.begun for one in found):
        st.caption("Titles that are on your list without a score come first.")
