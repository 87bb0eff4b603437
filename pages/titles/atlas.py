"""A map of the titles: those that the same fans like are close to each other."""

import numpy as np
import streamlit as st

from pages.parts import cards, links, pickers, resources, state
from pages.parts.charts import label
from pages.parts.text import count, plain
from pages.titles import atlas_chart, predicted, related
from recsys import RecsysError
from recsys.serving import atlas

_COLOURS = {"kind": "Kind", "year": "Year", "predicted": "Predicted for you"}
_HITS = 6
_NEIGHBOURS = 12


@st.cache_resource(show_spinner="Loading the map …")
def _world(adult: bool) -> atlas.TitleMap:
    return atlas.load(resources.ARTIFACTS, resources.engine().catalogue, adult=adult)


@st.cache_resource(show_spinner=False)
def _names(adult: bool, column: str) -> np.ndarray:
    """The shown name of each title on the map, escaped for Plotly."""
    catalogue = resources.engine().catalogue
    leading, other = catalogue.column(column), catalogue.column("title")
    positions = catalogue.positions(_world(adult).anime_ids).tolist()
    return np.array([label(leading[i] or other[i]) for i in positions], dtype=object)


def _page() -> None:
    st.title("Atlas")
    above = st.container()
    colour, adult = _controls()
    try:
        world = _world(adult)
    except RecsysError as error:
        st.error(f"The map cannot be read.\n\n{error}", icon=":material/map:")
        return
    with above:
        st.caption(
            f"{count(len(world.anime_ids), 'title')}. Titles that the same fans like are close together; left, right, "
            "up and down have no meaning. Larger points have more viewers. Drag to move, scroll or press + and − to "
            "zoom, click a point to open its title."
        )
        found = _near(world)
        _search(world, found)
        if found is None and "near" in st.query_params:
            st.info(
                "The title in this link is not on the map: it has no ratings, or it does not exist.",
                icon=":material/location_off:",
            )
    column = pickers.leading_column()
    shown = atlas_chart.Map(world, _names(adult, column), (adult, column))
    clicked = atlas_chart.show(shown, colour, _values(world, colour), _marked(world, found))
    if clicked is not None:
        links.open_title(clicked)
    if found is None:
        _in_words(world)
    else:
        _neighbours(world, found)


@st.fragment
def _search(world: atlas.TitleMap, found: int | None) -> None:
    """Search for a title; the map is drawn again only when one is chosen. `found` is the index of the one shown."""
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        query = st.text_input(
            "Find a title on the map",
            key="find",
            placeholder="Any of its names",
            type="search",
            live=True,
            max_chars=100,
        )
    if query.strip():
        _hits(world, query)
    if found is not None:
        right.button("Show the whole map", icon=":material/zoom_out_map:", on_click=_show_all, width="stretch")


def _hits(world: atlas.TitleMap, query: str) -> None:
    engine = resources.engine()
    hits = [title for title in engine.search(query, 4 * _HITS) if world.at(title.anime_id) is not None][:_HITS]
    if not hits:
        st.caption("No title on the map has this name. Titles without ratings are not on the map.")
        return
    titles = {title.anime_id: title for title in hits}
    key = f"hit-{query}"
    st.pills(
        "Which one?", list(titles), key=key, format_func=lambda i: plain(pickers.names_of(titles[i])[0], 48),
        on_change=_choose, args=(key,),
    )  # fmt: skip


def _choose(key: str) -> None:
    """Show the title that was just chosen. A callback: after the browser's Back, the address decides."""
    if (chosen := st.session_state[key]) is not None:
        st.query_params["near"] = str(chosen)
        st.rerun()


def _near(world: atlas.TitleMap) -> int | None:
    """The index of the title in the query parameter `near`; None without one that is on the map."""
    wanted = st.query_params.get("near", "")
    return world.at(int(wanted)) if wanted.isdecimal() and len(wanted) < 10 else None


def _show_all() -> None:
    st.query_params.pop("near", None)
    st.session_state["find"] = ""
    st.rerun()


def _controls() -> tuple[str, bool]:
    choices = [c for c in _COLOURS if c != "predicted" or predicted.scored() is not None]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        colour = st.segmented_control(
            "Colour by", choices, format_func=_COLOURS.__getitem__, key="colour", default="kind", required=True,
            bind="query-params", wrap=True,
        )  # fmt: skip
        return colour, st.toggle("Adult titles", key="adults", bind="query-params")


def _values(world: atlas.TitleMap, colour: str) -> np.ndarray | None:
    """The values that colour the titles, NaN where unknown; None to colour them by kind."""
    if colour == "year":
        return np.where(world.years > 0, world.years, np.nan)
    if colour == "predicted" and (scored := predicted.scored()) is not None:
        return scored.predicted_for(world.anime_ids)
    return None


def _marked(world: atlas.TitleMap, found: int | None) -> atlas_chart.Marked:
    return atlas_chart.Marked(world.find(state.visit().profile.begun), world.find(predicted.ten()), found)


def _neighbours(world: atlas.TitleMap, found: int) -> None:
    engine = resources.engine()
    here = engine.title(int(world.anime_ids[found]))
    st.markdown(f"## Around {plain(pickers.names_of(here)[0])}")
    links.to_title(here, ":material/open_in_full: Open ", columns=60, lines=1)
    with st.grid(columns=3, min_column_width=260, key="neighbours") as cells:
        for i in world.nearest(found, _NEIGHBOURS):
            title = engine.title(int(world.anime_ids[i]))
            with cells.cell():
                related.row(title, cards.facts(title), columns=28)


def _in_words(world: atlas.TitleMap) -> None:
    """The map as text, for visitors who cannot see it and as a place to start."""
    if not world.regions:
        return
    st.markdown("## Regions")
    st.caption("The part of the map where a genre is most common, and the most watched titles there.")
    with st.grid(columns=3, min_column_width=260, border=True, key="regions") as cells:
        for region in world.regions:
            with cells.cell().container(gap="xxsmall"):
                st.markdown(f"**{plain(region.name)}**")
                for i in region.best:
                    links.to_title(resources.engine().title(int(world.anime_ids[i])), columns=30, lines=1)


_page()
