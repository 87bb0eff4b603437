"""The map of titles as a Plotly figure."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.parts.charts import Described, binary, label
from recsys.serving.atlas import KINDS, OTHER, TitleMap

_HEIGHT = 640
_CONFIG = {
    "scrollZoom": True,
    "displaylogo": False,
    "displayModeBar": True,
    "modeBarButtons": [["zoomIn2d", "zoomOut2d", "resetScale2d"]],
    "responsive": True,
}
_UNKNOWN = "#8a9092"
_INK = {"light": "#0f1517", "dark": "#e9e5db"}
_PAPER = {"light": "rgba(252,250,245,.78)", "dark": "rgba(18,24,27,.78)"}
_GOLD = {"light": "#94700f", "dark": "#d9b44a"}
_WORDS = {"year": "Year", "predicted": "Predicted"}
#: The least distance between names of popular titles, in map units, and how many are shown.
_APART = (0.62, 0.2)
_FAMOUS = 12
_FOUND = "Selected title"
#: Half of the width and height of the map around a selected title, and the distance of other names from its name.
_WINDOW = 0.6
_CLEAR = (0.35, 0.2)
_MARGIN = (0.35, 0.12)

#: In Plotly's own terms, not validated: to copy its figures took a third of the processor time of a run of the page.
Trace = dict[str, Any]
Drawn = tuple[list[Trace], dict[str, Any]]


@dataclass(frozen=True)
class Map:
    """A map and its titles' `names` (n,) str, fit for Plotly. Equal `identity`, equal map."""

    world: TitleMap
    names: NDArray[np.object_]
    identity: Hashable


@dataclass(frozen=True)
class Marked:
    """Indices of the titles with a special symbol: the fan's list, the ten recommended, and the selected one."""

    mine: NDArray[np.intp]
    ten: NDArray[np.intp]
    found: int | None


def show(shown: Map, colour: str, values: NDArray | None, marked: Marked) -> int | None:
    """Draw the map and return the id of the clicked title, if any. `values` (n,) colour the titles, NaN where unknown;
    without them the kind does. `colour` names the values; those named "predicted" are the visitor's own."""
    theme = "dark" if st.context.theme.type == "dark" else "light"
    if colour == "predicted":
        drawn = _draw(shown, colour, values, theme)
    else:
        drawn = _shared(shown, values, shown.identity, colour, theme)
    event = st.plotly_chart(
        _marked(drawn, shown, marked, theme), key="map", config=_CONFIG, on_select="rerun", selection_mode="points",
        alt=f"A map of {len(shown.names):,} titles. Use the search above to find a title and list its neighbours.",
    )  # fmt: skip
    clicked = [point.get("customdata") for point in event.selection.points]
    return int(np.ravel(clicked[0])[0]) if clicked and clicked[0] is not None else None


def sizes(members: NDArray[np.integer]) -> NDArray[np.float32]:
    """Diameters in pixels, (n,): 2.5 up to a thousand members, about 11 for the most watched titles."""
    return np.round(2.5 + 2.5 * np.maximum(np.log10(members + 1.0) - 3, 0), 1).astype(np.float32)


@st.cache_resource(show_spinner=False, max_entries=24)
def _shared(_shown: Map, _values: NDArray | None, identity: Hashable, colour: str, theme: str) -> Drawn:
    """The figure that all visitors share. It never changes."""
    return _draw(_shown, colour, _values, theme)


def _draw(shown: Map, colour: str, values: NDArray | None, theme: str) -> Drawn:
    traces = _by_kind(shown) if values is None else _by_value(shown, _WORDS[colour], values)
    axis = {"visible": False, "zeroline": False}
    layout = {
        "height": _HEIGHT,
        "margin": {"l": 0, "r": 0, "t": 36 if values is None else 56, "b": 0},
        "legend": {"orientation": "h", "y": 0, "yanchor": "top", "x": 0, "itemsizing": "constant"},
        "hoverlabel": {"align": "left"},
        "dragmode": "pan",
        "xaxis": {**axis, "range": _range(shown.world.x, _MARGIN[0])},
        "yaxis": {**axis, "range": _range(shown.world.y, _MARGIN[1])},
        "annotations": _labels(shown, theme),
    }
    return traces, layout


def _range(along: NDArray[np.float32], margin: float) -> list[float]:
    return [float(along.min()) - margin, float(along.max()) + margin]


def _by_kind(shown: Map) -> list[Trace]:
    kinds = enumerate((*KINDS, OTHER))
    return [_points(shown, np.flatnonzero(shown.world.kinds == kind), name, {}) for kind, name in kinds]


def _by_value(shown: Map, word: str, values: NDArray) -> list[Trace]:
    known, unknown = np.flatnonzero(np.isfinite(values)), np.flatnonzero(~np.isfinite(values))
    low, high = np.quantile(values[known], [0.03, 0.99]).tolist() if len(known) else (0, 1)
    bar = {
        "title": {"text": word, "side": "top"}, "orientation": "h", "thickness": 8, "len": 0.55,
        "x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "ypad": 0,
    }  # fmt: skip
    marker = {"cmin": low, "cmax": high, "colorbar": bar, "showscale": True}
    marker["color"] = binary(np.round(values[known], 1))
    shown_value = f"<br>{word} %{{marker.color:.{0 if word == 'Year' else 1}f}}"
    traces = [{**_points(shown, known, word, marker, shown_value), "showlegend": False}]
    if len(unknown):
        grey = {"color": _UNKNOWN}
        traces.insert(0, _points(shown, unknown, f"{word} unknown", grey, f"<br>{word} unknown"))
    return traces


def _points(shown: Map, of: NDArray[np.intp], name: str, marker: dict, more: str = "") -> Trace:
    world = shown.world
    return {
        "type": "scattergl",
        "x": binary(np.round(world.x[of], 3)),
        "y": binary(np.round(world.y[of], 3)),
        "mode": "markers",
        "marker": {"size": binary(sizes(world.members[of])), "line": {"width": 0}, "opacity": 0.75, **marker},
        "text": shown.names[of].tolist(),
        "customdata": binary(world.anime_ids[of].astype(np.int32)),
        "name": name,
        "hovertemplate": f"%{{text}}{more}<extra></extra>",
    }


def _marked(drawn: Drawn, shown: Map, marked: Marked, theme: str) -> Described:
    """The figure with symbols for the visitor's own titles, moved to the selected title."""
    traces, layout = list(drawn[0]), dict(drawn[1])
    ink = _INK[theme]
    found = np.array([] if marked.found is None else [marked.found], dtype=np.intp)
    mine = {"symbol": "diamond-open", "size": 11, "line": {"width": 2}, "color": ink}
    ten = {"symbol": "star", "size": 17, "color": _GOLD[theme], "line": {"width": 1.5, "color": ink}}
    ring = {"symbol": "circle-open", "size": 24, "line": {"width": 3}, "color": ink}
    for of, name, marker in (
        (marked.mine, f"Your list ({len(marked.mine):,})", mine),
        (marked.ten, "Recommended for you", ten),
        (found, _FOUND, ring),
    ):
        if len(of):
            traces.append(_points(shown, of, name, {"opacity": 1, **marker}))
    if marked.found is not None:
        x, y = float(shown.world.x[marked.found]), float(shown.world.y[marked.found])
        clear = [a for a in layout["annotations"] if abs(a["x"] - x) > _CLEAR[0] or abs(a["y"] - y) > _CLEAR[1]]
        layout["annotations"] = [*clear, _label(x, y, shown.names[marked.found], 14, theme, 26)]
        layout["xaxis"] = {**layout["xaxis"], "range": [x - _WINDOW, x + _WINDOW]}
        layout["yaxis"] = {**layout["yaxis"], "range": [y - _WINDOW, y + _WINDOW]}
    return Described(traces, layout)


def _labels(shown: Map, theme: str) -> list[dict]:
    """Names of the regions and of popular titles."""
    world = shown.world
    regions = [_label(region.x, region.y, f"<b>{label(region.name)}</b>", 14, theme) for region in world.regions]
    famous = world.famous(_FAMOUS, _APART)
    return regions + [
        _label(float(world.x[i]), float(world.y[i]), _short(shown.names[i]), 10, theme, 11) for i in famous
    ]


def _label(x: float, y: float, text: str, size: int, theme: str, above: int = 0) -> dict:
    return {
        "x": x, "y": y, "text": text, "yshift": above, "font": {"size": size, "color": _INK[theme]},
        "showarrow": False, "bgcolor": _PAPER[theme], "borderpad": 1, "captureevents": False,
    }  # fmt: skip


def _short(name: str) -> str:
    """At most 22 letters of a name, for the map. A name with an HTML entity is not cut, so that no entity is."""
    return name if len(name) <= 22 or "&" in name else name[:21].rstrip() + "…"
