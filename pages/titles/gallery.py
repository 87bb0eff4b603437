"""The catalogue to look through: search, filters, an order, and a page of covers at a time."""

import math

import numpy as np
import streamlit as st

from pages.parts import covers, links, resources, state
from pages.parts.text import count, plain
from pages.titles import predicted
from recsys import Filters, Title
from recsys.serving import browse
from recsys.serving.scored import Scored

_PAGE = 24
_FOUND = 96
_ORDERS: dict[browse.Order, str] = {
    "members": "Most watched", "mean": "Best rated", "newest": "Newest", "predicted": "Predicted for you",
}  # fmt: skip
_TYPES = ("TV", "Movie", "OVA", "ONA", "Special", "Music")
_MEMBERS = (0, 1_000, 10_000, 50_000, 100_000, 500_000)
#: The widgets whose values stand in the address, and with which this page can be brought back.
_KEYS = ("q", "order", "kind", "genre", "span", "fans", "adults", "page")
_SAVED = "gallery"


def back() -> None:
    """A link from a title to where the visitor was in the catalogue."""
    saved = st.session_state.get(_SAVED, {})
    icon = ":material/arrow_back:"
    st.page_link(links.EXPLORE, label="All titles", icon=icon, query_params={**links.kept(), **saved})


def show() -> None:
    st.title("Explore")
    query = st.text_input(
        "Find a title", key="q", placeholder="Any name: English, romaji, 日本語, abbreviations", type="search",
        live=True, on_change=_from_the_start, bind="query-params", max_chars=100,
    )  # fmt: skip
    query = query.strip()
    scored = predicted.scored()
    order = _order(scored, disabled=bool(query))
    filters = _filters()
    ids = _found(query, filters) if query else browse.browse(resources.engine(), filters, order, scored)
    _count(len(ids), query)
    if len(ids):
        slot = st.container()
        page = st.pagination(math.ceil(len(ids) / _PAGE), key="page", bind="query-params") if len(ids) > _PAGE else 1
        with slot:
            _grid([int(i) for i in ids[(page - 1) * _PAGE : page * _PAGE]], scored)
    shown = [key for key in _KEYS if key in st.query_params and (key != "page" or len(ids) > _PAGE)]
    st.session_state[_SAVED] = {key: st.query_params.get_all(key) for key in shown}


def _from_the_start() -> None:
    st.session_state["page"] = 1


def _order(scored: Scored | None, *, disabled: bool) -> browse.Order:
    choices: list[browse.Order] = [order for order in browse.ORDERS if order != "predicted" or scored is not None]
    return st.segmented_control(
        "Order", choices, format_func=_ORDERS.__getitem__, key="order", default=choices[0], required=True,
        disabled=disabled, on_change=_from_the_start, bind="query-params", wrap=True, label_visibility="collapsed",
    )  # fmt: skip


def _filters() -> Filters:
    years = _years()
    with st.expander("Filters", icon=":material/tune:"):
        types = st.pills(
            "Type", _TYPES, selection_mode="multi", key="kind", on_change=_from_the_start, bind="query-params"
        )
        genres = st.multiselect(
            "With all of these genres", [genre for genre in resources.engine().catalogue.genres if genre != "Hentai"],
            key="genre", on_change=_from_the_start, bind="query-params",
        )  # fmt: skip
        left, right = st.columns(2)
        with left:
            first, last = st.slider("Years", *years, years, key="span", on_change=_from_the_start, bind="query-params")
        with right:
            members = st.select_slider(
                "At least this many members", _MEMBERS, format_func="{:,}".format, key="fans",
                on_change=_from_the_start, bind="query-params",
            )  # fmt: skip
        adult = st.toggle("Adult titles", key="adults", on_change=_from_the_start, bind="query-params")
    return Filters(
        types=tuple(types),
        genres=tuple(genres),
        year_from=first if first > years[0] else None,
        year_to=last if last < years[1] else None,
        min_members=members,
        adult=adult,
    )


def _found(query: str, filters: Filters) -> list[int]:
    engine = resources.engine()
    return browse.keep(engine, [title.anime_id for title in engine.search(query, _FOUND)], filters)


def _count(n: int, query: str) -> None:
    if n:
        st.caption(f"{count(n, 'title')}, best match first" if query else count(n, "title"))
        return
    with st.container(border=True, horizontal_alignment="center"):
        st.markdown("## :material/search_off: Nothing fits")
        st.markdown(
            f"No title is called anything like “{plain(query, 60)}” and passes the filters. Check the spelling, "
            "try another of its names, or let more through."
            if query
            else "No title passes all of these filters. Let more through."
        )
        st.button("Clear search and filters", icon=":material/restart_alt:", on_click=_clear)


def _clear() -> None:
    st.session_state.update(q="", kind=[], genre=[], span=_years(), fans=_MEMBERS[0], page=1)


def _years() -> tuple[int, int]:
    years = resources.engine().catalogue.years
    return int(years[years > 0].min()), int(years.max())


def _grid(anime_ids: list[int], scored: Scored | None) -> None:
    engine, fan = resources.engine(), state.visit().profile
    mine = {} if scored is None else _looked_up(scored, anime_ids)
    with st.grid(min_column_width=150, gap="medium", key="titles") as cells:
        for anime_id in anime_ids:
            title = engine.title(anime_id)
            with cells.cell().container(gap="xxsmall"):
                st.image(
                    title.image_url or covers.cover(title),
                    width="stretch",
                    alt=f"Cover of {title.title}" if title.image_url else "",
                )
                links.to_title(title)
                mark = ":material/check: " if anime_id in fan.begun else ""
                mark = ":material/bookmark: " if anime_id in fan.planned else mark
                st.caption(f"{mark}{_facts(title)}  \n{_scores(title, mine.get(anime_id))}")


def _looked_up(scored: Scored, anime_ids: list[int]) -> dict[int, float]:
    at = np.minimum(np.searchsorted(scored.anime_ids, anime_ids), len(scored.anime_ids) - 1)
    known = scored.anime_ids[at] == anime_ids
    return {i: float(p) for i, p, k in zip(anime_ids, scored.predicted[at], known, strict=True) if k}


def _facts(title: Title) -> str:
    parts = (title.type, str(title.year or ""), f"{title.episodes} ep" if title.episodes else "")
    return plain(" · ".join(filter(None, parts))) or "no facts known"


def _scores(title: Title, predicted_: float | None) -> str:
    theirs = f"MyAnimeList {title.mean_score:.1f}" if title.mean_score else "not scored on MyAnimeList"
    return theirs if predicted_ is None else f"{theirs} · you **{predicted_:.1f}**"
