"""The map of titles as a Plotly figure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from pages.parts.charts import label
from recsys.serving.atlas import KINDS, OTHER, World

_HEIGHT = 640
_CONFIG = {
    "scrollZoom": True,
    "displaylogo": False,
    "displayModeBar": True,
    "modeBarButtons": [["zoomIn2d", "zoomOut2d", "resetScale2d"]],
    "responsive": True,
}
_UNKNOWN = "#8a9092"
_INK = {"light": "#232b2d", "dark": "#e9e5db"}
_PAPER = {"light": "rgba(252,250,245,.78)", "dark": "rgba(18,24,27,.78)"}
_GOLD = {"light": "#94700f", "dark": "#d9b44a"}
#: How far apart the names of famous titles stand, in map units, and how much of the map a found title is shown with.
_APART = (0.62, 0.2)
_FAMOUS = 16
_WINDOW = 0.6
_MARGIN = 0.1


@dataclass(frozen=True)
class Marked:
    """Indices of titles with a mark of their own: on the fan's list, the ten, and the one looked for."""

    mine: NDArray[np.intp]
    ten: NDArray[np.intp]
    found: int | None


def show(world: World, names: Sequence[str], colour: str, values: NDArray | None, marked: Marked) -> int | None:
    """Draw the map; gives the id of a title that was clicked. `names` (n,) are fit for Plotly. `values` (n,) colour the
    titles, NaN where unknown, and `colour` says what they are; without them titles are coloured by kind."""
    theme = "dark" if st.context.theme.type == "dark" else "light"
    figure = go.Figure()
    if values is None:
        _by_kind(figure, world, names)
    else:
        _by_value(figure, world, names, colour, values)
    _marks(figure, world, names, marked, theme)
    _labels(figure, world, names, marked, theme)
    hidden = {"visible": False, "zeroline": False}
    figure.update_layout(
        height=_HEIGHT,
        margin={"l": 0, "r": 0, "t": 36, "b": 0},
        legend={"orientation": "h", "y": 0, "yanchor": "top", "x": 0, "itemsizing": "constant"},
        hoverlabel={"align": "left"},
        dragmode="pan",
        xaxis=hidden,
        yaxis=hidden,
    )
    figure.update_xaxes(range=_range(world.x, marked.found))
    figure.update_yaxes(range=_range(world.y, marked.found))
    event = st.plotly_chart(
        figure, key="map", config=_CONFIG, on_select="rerun", selection_mode="points",
        alt=f"A map of {len(world.anime_ids):,} titles. The search below it finds a title and its neighbours.",
    )  # fmt: skip
    clicked = [point.get("customdata") for point in event.selection.points]
    return int(np.ravel(clicked[0])[0]) if clicked and clicked[0] is not None else None


def _range(along: NDArray[np.float32], found: int | None) -> list[float]:
    if found is not None:
        return [float(along[found]) - _WINDOW, float(along[found]) + _WINDOW]
    return [float(along.min()) - _MARGIN, float(along.max()) + _MARGIN]


def sizes(members: NDArray[np.integer]) -> NDArray[np.float32]:
    """Diameters in pixels, (n,): two and a half up to a thousand members, some eleven for the most watched."""
    return np.round(2.5 + 2.5 * np.maximum(np.log10(members + 1.0) - 3, 0), 1).astype(np.float32)


def _by_kind(figure: go.Figure, world: World, names: Sequence[str]) -> None:
    for kind, name in enumerate((*KINDS, OTHER)):
        of = np.flatnonzero(world.kinds == kind)
        figure.add_trace(_points(world, names, of, name, {}))


def _by_value(figure: go.Figure, world: World, names: Sequence[str], colour: str, values: NDArray) -> None:
    known = np.isfinite(values)
    of = np.flatnonzero(known)
    low, high = np.quantile(values[of], [0.03, 0.99]) if len(of) else (0, 1)
    bar = {"title": {"text": colour, "side": "right"}, "thickness": 10, "len": 0.6, "x": 1, "xanchor": "right"}
    marker = {"color": np.round(values[of], 1), "cmin": low, "cmax": high, "colorbar": bar, "showscale": True}
    unknown = np.flatnonzero(~known)
    if len(unknown):
        figure.add_trace(_points(world, names, unknown, "not known", {"color": _UNKNOWN}))
    shown = "%{marker.color:.0f}" if colour == "Year" else "%{marker.color:.1f}"
    figure.add_trace(_points(world, names, of, "known", marker, f"<br>{colour} {shown}"))
    figure.update_traces(showlegend=False)


def _points(
    world: World, names: Sequence[str], of: NDArray[np.intp], name: str, marker: dict, more: str = ""
) -> go.Scattergl:
    return go.Scattergl(
        x=np.round(world.x[of], 3),
        y=np.round(world.y[of], 3),
        mode="markers",
        marker={"size": sizes(world.members[of]), "line": {"width": 0}, "opacity": 0.75, **marker},
        text=[names[i] for i in of],
        customdata=world.anime_ids[of],
        name=name,
        hovertemplate=f"%{{text}}{more}<extra></extra>",
    )


def _marks(figure: go.Figure, world: World, names: Sequence[str], marked: Marked, theme: str) -> None:
    ink = _INK[theme]
    for of, name, marker in (
        (marked.mine, "your list", {"symbol": "diamond-open", "size": 11, "line": {"width": 2}, "color": ink}),
        (marked.ten, "your ten",
         {"symbol": "star", "size": 17, "color": _GOLD[theme], "line": {"width": 1.5, "color": ink}}),
        ([] if marked.found is None else [marked.found], "found",
         {"symbol": "circle-open", "size": 24, "line": {"width": 3}, "color": ink}),
    ):  # fmt: skip
        if len(of):
            trace = _points(world, names, np.asarray(of), name, {"opacity": 1, **marker})
            figure.add_trace(trace)


def _labels(figure: go.Figure, world: World, names: Sequence[str], marked: Marked, theme: str) -> None:
    """Names of the regions, of famous titles, and of the one looked for."""
    common = {"showarrow": False, "bgcolor": _PAPER[theme], "borderpad": 1, "captureevents": False}
    for region in world.regions:
        figure.add_annotation(
            x=region.x,
            y=region.y,
            text=f"<b>{label(region.name)}</b>",
            font={"size": 14, "color": _INK[theme]},
            **common,
        )
    for i in world.famous(_FAMOUS, _APART):
        figure.add_annotation(
            x=float(world.x[i]), y=float(world.y[i]), text=_short(names[i]), yshift=11,
            font={"size": 10, "color": _INK[theme]}, **common,
        )  # fmt: skip
    if marked.found is not None:
        x, y = float(world.x[marked.found]), float(world.y[marked.found])
        figure.add_annotation(
            x=x, y=y, text=f"<b>{names[marked.found]}</b>", yshift=22, font={"size": 13, "color": _INK[theme]}, **common
        )


def _short(name: str, limit: int = 22) -> str:
    """A name for the map itself; it is fit for Plotly already, so it is not cut within an entity."""
    return name if len(name) <= limit or "&" in name else name[: limit - 1].rstrip() + "…"
