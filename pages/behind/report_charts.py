"""Charts and tables of the Models and Data pages."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from pages.behind import shared
from pages.parts import charts
from pages.parts.text import plain, shorten
from recsys.serving.reports import NAMES, Curve, Figure, Table
from recsys.serving.trust import AIM

#: Colour is never the only signal: each line has its own symbol, and baselines are dotted.
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "star", "pentagon", "cross")


def by_count(curves: list[Curve], title: str, key: str, digits: int = 2) -> None:
    """One line for each algorithm over the number of known ratings, with error bars of one standard error."""
    figure, order = _lines(curves, 1, "%{customdata} with %{x} known ratings")
    figure.update_yaxes(title=title, tickformat=f".{digits}f")
    figure.update_layout(showlegend=True)
    ends = [
        f"{shorten(shared.name_of(curve.name))} {values[0]:.{digits}f} to {values[-1]:.{digits}f}"
        for curve in curves
        if (values := _values(curve))
    ]
    text = f"{title} by number of known ratings, from {order[0]} to {order[-1]}: {'; '.join(ends)}."
    charts.show(figure, text, key, 360)


def _values(curve: Curve) -> list[float]:
    return [figure.value for figure in curve.points.values()]


def _lines(curves: list[Curve], scale: float, hover: str) -> tuple[go.Figure, list[int]]:
    """A figure with the `curves`, their values multiplied by `scale`, and all numbers of known ratings."""
    figure = go.Figure()
    order = sorted({k for curve in curves for k in curve.points})
    for i, curve in enumerate(curves):
        errors = [scale * (one.error or 0) for one in curve.points.values()]
        figure.add_scatter(
            x=[str(k) for k in curve.points],
            y=[scale * value for value in _values(curve)],
            error_y={"type": "data", "array": errors, "thickness": 1.5, "width": 3} if any(errors) else None,
            mode="lines+markers",
            marker={"symbol": _SYMBOLS[i % len(_SYMBOLS)], "size": 9},
            line={"dash": "solid" if curve.is_model else "dot", "width": 2},
            name=charts.label(shared.name_of(curve.name)),
            customdata=[one.text() for one in curve.points.values()],
            hovertemplate=hover,
        )
    figure.update_xaxes(type="category", categoryarray=[str(k) for k in order], title="Known ratings of the fan")
    return figure, order


def coverage(curves: list[Curve], key: str) -> None:
    """How often the fan's own score lies in the prediction interval, compared with `AIM`."""
    figure, _ = _lines(curves, 100, "%{y:.1f}% with %{x} known ratings")
    figure.add_hrect(
        y0=100 * (AIM - shared.SLACK), y1=100 * (AIM + shared.SLACK), line_width=0, fillcolor=charts.GREY, opacity=0.2
    )
    figure.add_hline(y=100 * AIM, line_width=1, line_dash="dash", line_color=charts.GREY)
    figure.update_yaxes(title="Scores in the likely range", ticksuffix="%")
    spans = [
        f"{shorten(shared.name_of(curve.name))} {min(values):.0%} to {max(values):.0%}"
        for curve in curves
        if (values := _values(curve))
    ]
    text = f"Share of scores in the likely range, which should be {AIM:.0%}: {'; '.join(spans)}."
    charts.show(figure, text, key, 320)


def reliability(events: Mapping[str, list[Mapping[str, Figure]]], key: str) -> None:
    """How often each event happened, against its chance, with error bars of one standard error."""
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 100], y=[0, 100], mode="lines", name="Exactly right", hoverinfo="skip",
        line={"dash": "dash", "width": 1, "color": charts.GREY},
    )  # fmt: skip
    for i, (event, rows) in enumerate(events.items()):
        figure.add_scatter(
            x=[100 * row["chance"].value for row in rows],
            y=[100 * row["happened"].value for row in rows],
            error_y={"type": "data", "array": [100 * (row["happened"].error or 0) for row in rows], "width": 3},
            mode="lines+markers",
            marker={"symbol": _SYMBOLS[i % len(_SYMBOLS)], "size": 9},
            name=charts.label(event),
            hovertemplate="chance %{x:.0f}%, happened in %{y:.1f}%",
        )
    # Beyond 100, so that the label of 100 is not cut off, which Plotly would leave out.
    figure.update_xaxes(title="Chance", ticksuffix="%", dtick=25, range=[0, 106])
    figure.update_yaxes(title="Share that happened", ticksuffix="%", range=[0, 103])
    figure.update_layout(showlegend=True)
    gaps = [
        f"{shorten(event)} off by at most {max(abs(row['happened'].value - row['chance'].value) for row in rows):.1%}"
        for event, rows in events.items()
    ]
    charts.show(figure, f"Share that happened, by chance: {'; '.join(gaps)}.", key, 360)


def epochs(series: Mapping[str, tuple[float, ...]], key: str) -> None:
    """The values recorded in each epoch of a training."""
    figure = go.Figure()
    for i, (name, values) in enumerate(series.items()):
        figure.add_scatter(
            x=list(range(1, len(values) + 1)),
            y=values,
            mode="lines+markers",
            marker={"symbol": _SYMBOLS[i % len(_SYMBOLS)], "size": 7},
            name=charts.label(head(name.removesuffix("_by_epoch"))),
            hovertemplate="%{y:.4f} in epoch %{x}",
        )
    figure.update_xaxes(title="Epoch", dtick=1 if max(map(len, series.values())) <= 20 else None)
    ends = [f"{head(name)} {values[0]:.3f} to {values[-1]:.3f}" for name, values in series.items()]
    charts.show(figure, f"By epoch of training: {'; '.join(ends)}.", key, 260)


def head(measure: str) -> str:
    """The name of a measure for a reader."""
    return NAMES.get(measure, shorten(measure.replace("_", " ").capitalize()))


def figures(table: Table, what: str, digits: int = 3, rows: str = "Algorithm") -> None:
    """A table of figures with their standard errors; `rows` is the name of the first column."""
    columns = {rows: [shorten(shared.name_of(name), 60) for name in table.rows]}
    columns |= {head(measure): table.column(measure, digits) for measure in table.measures}
    charts.space_above_table()
    st.dataframe(columns, hide_index=True, width="stretch", alt=what)


def section(
    subject: str, heading: str, text: str, table: Table | None, digits: int = 3, rows: str = "Algorithm"
) -> None:
    """A heading, a text, and the figures of one evaluation, or that it was not run."""
    st.markdown(f"## {heading}")
    st.markdown(text)
    if table is None:
        shared.not_measured(subject)
        return
    if table.how:
        st.caption(plain(table.how, 800))
    figures(table, heading, digits, rows)


def all_by_count(curves: list[Curve], what: str) -> None:
    """A table of every algorithm's figures by number of known ratings."""
    order = sorted({k for curve in curves for k in curve.points})
    columns = {"Algorithm": [shorten(shared.name_of(curve.name), 60) for curve in curves]}
    for k in order:
        columns[f"{k} known"] = [curve.points[k].text() if k in curve.points else "" for curve in curves]
    st.dataframe(columns, hide_index=True, width="stretch", alt=what)


def histogram(values: NDArray[np.int64], edges: Iterable[int], x: str, y: str, key: str) -> None:
    """Bars of how many `values` lie between each of the ascending `edges` and the next, from the smallest value
    on."""
    starts = [edge for edge in edges if edge <= values.max(initial=0)]
    if len(values):
        starts = starts[max(bisect_right(starts, values.min()) - 1, 0) :]
    counts = np.histogram(values, [*starts, max(int(values.max(initial=0)) + 1, starts[-1] + 1)])[0]
    names = [
        f"{a:,}" if b - a == 1 else f"{a:,}–{b - 1:,}" for a, b in pairwise(starts)
    ] + [f"{starts[-1]:,}+"]  # fmt: skip
    figure = go.Figure(go.Bar(x=names, y=counts, hovertemplate="%{y:,} with %{x}<extra></extra>"))
    figure.update_xaxes(type="category", title=x)
    figure.update_yaxes(title=y)
    middle = float(np.median(values)) if len(values) else float("nan")
    most = values.max(initial=0)
    text = f"{len(values):,} {y.lower()}; median {middle:,.0f} {x.lower()}, maximum {most:,}."
    st.caption(text)
    charts.show(figure, f"Bars of {y.lower()} by {x.lower()}. {text}", key, 280)
