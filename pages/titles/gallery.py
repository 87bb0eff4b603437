"""The catalogue: search, filters, order, and pages of covers."""

import math
from collections.abc import Callable

import streamlit as st

from pages.parts import cards, controls, links, resources, state
from pages.parts.text import count, plain
from pages.titles import predicted
from recsys import Filters, Title
from recsys.serving import browse
from recsys.serving.recommending import Scored

_PAGE = 24
_FOUND = 96
_ORDERS: dict[browse.Order, str] = {
    "members": "Most watched", "mean": "Best rated", "newest": "Newest", "predicted": "Predicted for you",
}  # fmt: skip
#: The query parameters that lead back to what the visitor saw here.
_KEYS = ("q", "order", "kind", "genre", "span", "fans", "adults", "page")
_SAVED = "gallery"


def back() -> None:
    """Link from a title to the place in the catalogue where the visitor was."""
    saved = st.session_state.get(_SAVED, {})
    icon = ":material/arrow_back:"
    st.page_link(links.EXPLORE, label="All titles", icon=icon, query_params={**links.kept(), **saved})


def show() -> None:
    st.title("Explore")
    query = st.text_input(
        "Find a title", key="q", placeholder="English, romaji, 日本語 or a short form: AoT", type="search",
        live=True, on_change=from_the_start, bind="query-params", max_chars=100,
    )  # fmt: skip
    query = query.strip()
    scored = predicted.scored()
    order = _order(scored, disabled=bool(query))
    filters = controls.filters(browsing=True, on_change=from_the_start)
    ids = _found(query, filters) if query else browse.browse(resources.engine(), filters, order, scored)
    _count(len(ids), query)
    if len(ids):
        slot = st.container()
        page = st.pagination(math.ceil(len(ids) / _PAGE), key="page", bind="query-params") if len(ids) > _PAGE else 1
        with slot:
            _titles([int(i) for i in ids[(page - 1) * _PAGE : page * _PAGE]], scored)
    shown = [key for key in _KEYS if key in st.query_params and (key != "page" or len(ids) > _PAGE)]
    st.session_state[_SAVED] = {key: st.query_params.get_all(key) for key in shown}


def from_the_start() -> None:
    """Show the first page: a callback."""
    st.session_state["page"] = 1


def _order(scored: Scored | None, *, disabled: bool) -> browse.Order:
    choices: list[browse.Order] = [order for order in browse.ORDERS if order != "predicted" or scored is not None]
    return st.segmented_control(
        "Order", choices, format_func=_ORDERS.__getitem__, key="order", default=choices[0], required=True,
        disabled=disabled, on_change=from_the_start, bind="query-params", wrap=True, label_visibility="collapsed",
    )  # fmt: skip


def _found(query: str, filters: Filters) -> list[int]:
    engine = resources.engine()
    return browse.keep(engine, [title.anime_id for title in engine.search(query, _FOUND)], filters)


def _count(n: int, query: str) -> None:
    if n:
        st.caption(f"{count(n, 'title')}, best match first" if query else count(n, "title"))
        return
    with st.container(border=True, horizontal_alignment="center"):
        st.markdown("## :material/search_off: No results")
        st.markdown(
            f"No title with a name like “{plain(query, 60)}” matches your filters. Check the spelling, try another "
            "name of the title, or remove some filters."
            if query
            else "No title matches all of your filters. Remove some of them."
        )
        st.button("Clear search and filters", icon=":material/restart_alt:", on_click=_clear)


def _clear() -> None:
    controls.clear_explore_filters()
    st.session_state.update(q="", page=1)


def _titles(anime_ids: list[int], scored: Scored | None) -> None:
    if scored is not None:
        predicted.explain_missing(anime_ids)
    fan = state.visit().profile

    def below(title: Title, score: float | None) -> None:
        mark = ":material/check: " if title.anime_id in fan.begun else ""
        mark = ":material/bookmark: " if title.anime_id in fan.planned else mark
        st.caption(f"{mark}{_facts(title)}  \n{_scores(title, score)}")

    grid(anime_ids, scored, below, "titles")


def grid(anime_ids: list[int], scored: Scored | None, below: Callable[[Title, float | None], None], key: str) -> None:
    """Covers in as many columns as fit, each above a link to its title. `below` draws the rest of a cell from the title
    and its predicted score: None without `scored`, NaN for a title that the model does not cover."""
    engine = resources.engine()
    mine = [None] * len(anime_ids) if scored is None else scored.predicted_for(anime_ids).tolist()
    with st.grid(min_column_width=150, gap="medium", key=key) as cells:
        for anime_id, score in zip(anime_ids, mine, strict=True):
            title = engine.title(anime_id)
            with cells.cell().container(gap="xxsmall"):
                cards.art(title, "stretch")
                links.to_title(title)
                below(title, score)


def _facts(title: Title) -> str:
    parts = (title.type, str(title.year or ""), f"{title.episodes} ep" if title.episodes else "")
    line = plain(" · ".join(filter(None, parts))) or "no details"
    return f"{line}  \n{plain(title.studios[0], 40)}" if title.studios else line


def _scores(title: Title, score: float | None) -> str:
    theirs = f"MyAnimeList {title.mean_score:.1f}" if title.mean_score else "no MyAnimeList score"
    if score is None:
        return theirs
    return f"{theirs} · no prediction yet" if math.isnan(score) else f"{theirs} · you **{score:.1f}**"
