"""Plotly charts in the colours of the theme, each with a text that describes it."""

import base64
import functools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
import plotly.io as pio
import streamlit as st
import streamlit.elements.plotly_chart  # registers Streamlit's template, before the first figure is made
from numpy.typing import NDArray
from plotly.basedatatypes import BaseFigure

from pages.parts.text import plain, shorten
from recsys import Pick
from recsys.serving.recommending import Scored

#: Number of other titles in the popularity chart, spread evenly from the most to the least popular.
_OTHERS = 600
_SCORES = list(range(1, 11))
#: Seen on light and on dark.
GREY = "#8b9092"
_CONFIG = {"displayModeBar": False, "responsive": True}


_LAYOUT: dict[str, Any] = {
    "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
    "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    "hoverlabel": {"align": "left"},
    "dragmode": False,
}


class Described(BaseFigure):
    """A figure of plain dictionaries: Streamlit sends it to the browser without Plotly's validation, which takes
    30 times as long."""

    def __init__(self, traces: list[dict[str, Any]], layout: dict[str, Any]) -> None:
        self._described = {"data": traces, "layout": {"template": _template(), **layout}}

    def to_dict(self) -> dict[str, Any]:
        return self._described


def binary(values: NDArray[Any]) -> dict[str, str] | list[Any]:
    """Numbers as Plotly's browser part takes them, several times shorter than their digits."""
    if not values.size:
        return []
    return {"dtype": values.dtype.str[1:], "bdata": base64.b64encode(values.tobytes()).decode()}


@functools.cache
def _template() -> dict[str, Any]:
    """Streamlit's template, in whose place the browser puts the colours of the theme."""
    return pio.templates["streamlit"].to_plotly_json()


def show(figure: go.Figure, alt: str, key: str, height: int = 300) -> None:
    """Draw a figure. `alt` describes it to visitors who cannot see it."""
    figure.update_layout(height=height, **_LAYOUT)
    st.plotly_chart(figure, key=key, config=_CONFIG, alt=alt)


def draw(traces: list[dict[str, Any]], layout: dict[str, Any], alt: str, key: str, height: int = 300) -> None:
    """`show` for traces and a layout in Plotly's own terms, which are not validated."""
    figure = Described(traces, {"height": height, **_LAYOUT, **layout})
    st.plotly_chart(figure, key=key, config=_CONFIG, alt=alt)


def space_above_table() -> None:
    """Keep a table's buttons off the text above it. On a touch screen they are always shown there."""
    st.space("small")


def label(name: str) -> str:
    """A name from data, escaped for Plotly, which reads some HTML tags."""
    return shorten(name, 48).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def histogram(counts: Sequence[tuple[str, NDArray[np.int64]]], key: str, height: int = 300) -> None:
    """Bars of how often each score 1 to 10 was given in several sets of ratings, in percent of each set."""
    traces, means = [], []
    for i, (name, given) in enumerate(counts):
        total = max(given.sum(), 1)
        traces.append({
            "type": "bar",
            "x": _SCORES,
            "y": (100 * given / total).tolist(),
            "name": label(name),
            "marker": {"pattern": {"shape": ("", "/")[i % 2]}},
            "hovertemplate": "%{y:.1f}% gave %{x}",
        })  # fmt: skip
        means.append(f"{shorten(name)} {given @ _SCORES / total:.2f}")
    layout = {
        "barmode": "group",
        "bargap": 0.25,
        "xaxis": {"dtick": 1, **_titled("Score")},
        "yaxis": {"ticksuffix": "%", **_titled("Share of scores")},
    }
    text = f"Average score: {'; '.join(means)}."
    st.caption(plain(text, 200))
    draw(traces, layout, f"Bars of the scores 1 to 10. {text}", key, height)


def own_scores(mine: Mapping[int, float], everybody: NDArray[np.int64], name: str) -> None:
    """A fan's scores beside everybody's."""
    own = np.bincount(np.clip(np.rint(list(mine.values())), 1, 10).astype(int), minlength=11)[1:]
    histogram([(name, own), ("Everybody", everybody)], "chart-histogram")


def against_mean(picks: list[Pick], means: list[float | None]) -> None:
    """The predicted score of each pick against MyAnimeList's mean."""
    known = [(pick, mean) for pick, mean in zip(picks, means, strict=True) if mean is not None]
    traces: list[dict[str, Any]] = []
    if known:
        ends = [min(min(p.predicted, m) for p, m in known) - 0.3, max(max(p.predicted, m) for p, m in known) + 0.3]
        line = {"dash": "dot", "width": 1}
        traces.append({"type": "scatter", "x": ends, "y": ends, "mode": "lines", "line": line,
                       "name": "same as the mean", "hoverinfo": "skip"})  # fmt: skip
    traces.append({
        "type": "scatter",
        "x": [mean for _, mean in known],
        "y": [pick.predicted for pick, _ in known],
        "mode": "markers",
        "marker": {"size": 13},
        "name": "recommended",
        "text": [label(pick.title) for pick, _ in known],
        "hovertemplate": "%{text}<br>you %{y:.1f} · MyAnimeList %{x:.1f}<extra></extra>",
    })  # fmt: skip
    above = sum(pick.predicted > mean for pick, mean in known)
    text = f"{above} of {len(known)} titles are predicted above MyAnimeList's mean for this fan."
    draw(traces, {"xaxis": _titled("MyAnimeList's mean"), "yaxis": _titled("Predicted for you")}, text, "chart-means")


def against_popularity(picks: list[Pick], scored: Scored) -> None:
    """Predicted score against members, on a logarithmic scale, of the picks and of other titles."""
    by_members = np.argsort(-scored.members)
    some = by_members[np.unique(np.linspace(0, max(len(by_members) - 1, 0), _OTHERS).astype(int))[: len(by_members)]]
    members = dict(zip(scored.anime_ids.tolist(), scored.members.tolist(), strict=True))
    shown = [pick for pick in picks if pick.anime_id in members]
    others = {
        "type": "scatter",
        "x": np.maximum(scored.members[some], 1).tolist(),
        "y": np.round(scored.predicted[some].astype(float), 2).tolist(),
        "mode": "markers",
        "marker": {"size": 4, "opacity": 0.35},
        "name": "other titles",
        "hoverinfo": "skip",
    }
    recommended = {
        "type": "scatter",
        "x": [max(members[pick.anime_id], 1) for pick in shown],
        "y": [pick.predicted for pick in shown],
        "mode": "markers",
        "marker": {"size": 13, "symbol": "diamond", "line": {"width": 1}},
        "name": "recommended",
        "text": [label(pick.title) for pick in shown],
        "hovertemplate": "%{text}<br>you %{y:.1f} · %{x:,} members<extra></extra>",
    }
    axis = {"type": "log", "tickvals": [10, 100, 1e3, 1e4, 1e5, 3e5, 1e6, 3e6],
            "ticktext": ["10", "100", "1k", "10k", "100k", "300k", "1M", "3M"]}  # fmt: skip
    mean = np.mean([pick.predicted for pick in shown]) if shown else float("nan")
    middle = np.median([members[pick.anime_id] for pick in shown]) if shown else float("nan")
    text = f"The recommended titles: predicted score {mean:.1f} on average, median {middle:,.0f} members."
    st.caption(text)
    layout = {"xaxis": axis | _titled("Members on MyAnimeList"), "yaxis": _titled("Predicted for you")}
    draw([others, recommended], layout, text, "chart-popularity")


def distribution(counts: NDArray[np.int64], title: str) -> None:
    """The number of fans who gave each score to a title."""
    total = int(counts.sum())
    bars = {"type": "bar", "x": _SCORES, "y": counts.tolist(), "hovertemplate": "%{y:,} fans gave %{x}<extra></extra>"}
    mean = float((counts * _SCORES).sum() / max(total, 1))
    st.caption(f"{total:,} real scores of {plain(title)}, {mean:.2f} on average.")
    text = f"Bar chart of the {total:,} scores of {shorten(title)}; the mean is {mean:.2f}."
    layout = {"xaxis": {"dtick": 1, **_titled("Score")}, "yaxis": _titled("Fans")}
    draw([bars], layout, text, "chart-distribution", 260)


def _titled(text: str) -> dict[str, Any]:
    """An axis with a title."""
    return {"title": {"text": text}}
