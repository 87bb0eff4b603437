"""Titles to rate: those whose scores would improve the recommendations of a fan with few scores most."""

import streamlit as st

from pages.parts import cards, pickers, rate_card, resources, state
from pages.parts.text import count
from pages.parts.visit import ENOUGH
from recsys.serving import elicit

_TILES = 12
_FOUND = 8
_SHOWN = "wall-titles"


def search() -> str:
    """A search for a title to rate; `show` shows what is found."""
    return st.text_input(
        "Search a title to rate", key=state.input_key("wall-find"), placeholder="Attack on Titan, FMAB, 君の名は …",
        type="search", live=True, max_chars=100,
    ).strip()  # fmt: skip


def show(query: str) -> None:
    """What a search has found, or titles to rate."""
    if query:
        _tiles(pickers.found(query, _FOUND), "found")
    else:
        _tiles(_next(), "wall")


def show_more() -> None:
    """More titles to rate, below the ten."""
    more = st.expander("Rate more titles", icon=":material/add_reaction:", on_change="rerun", key="more")
    if more.open:
        with more:
            _tiles(_next(), "wall")


def _next() -> list[int]:
    """The titles to ask about. A title that was answered makes room for another one; the others stay in place."""
    engine, now = resources.engine(), state.visit()
    asked = now.profile.begun | now.unseen | now.hidden
    shown: list[int] = st.session_state.get(_SHOWN, [])
    if not shown or any(anime_id in asked for anime_id in shown):
        kept = {anime_id for anime_id in shown if anime_id not in asked}
        series = {engine.title(anime_id).franchise_id for anime_id in kept}
        fresh = [
            anime_id
            for anime_id in elicit.next_titles(engine, now.profile, 2 * _TILES, asked)
            if anime_id not in kept and engine.title(anime_id).franchise_id not in series
        ]
        places = [anime_id if anime_id in kept else (fresh.pop(0) if fresh else 0) for anime_id in shown] or fresh
        st.session_state[_SHOWN] = shown = [anime_id for anime_id in places if anime_id][:_TILES]
    return shown


def _tiles(anime_ids: list[int], key: str) -> None:
    engine, scores = resources.engine(), state.visit().profile.scores
    rate_card.begin(key)
    with st.grid(columns=4, min_column_width=150, gap="small", key=key) as cells:
        for place, anime_id in enumerate(anime_ids):
            title = engine.title(anime_id)
            with cells.cell().container(gap="xsmall"):
                cards.art(title, "stretch")
                rate_card.show(title, scores.get(anime_id), f"{key}-{place}", _answer, unseen=key == "wall")


def _answer(anime_id: int, score: int | None) -> None:
    kept, now = rate_card.keep(anime_id, score), state.visit()
    if kept and score and now.source == "none" and (missing := ENOUGH - len(now.profile.begun)) > 0:
        st.toast(f"Saved. {count(missing, 'more title', 'more titles')} until your first ten.")
