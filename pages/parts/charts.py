"""The Plotly figures. Colours come from the theme; every figure has a text that says what it shows."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st
import streamlit.elements.plotly_chart  # registers Streamlit's template, before the first figure is made
from numpy.typing import NDArray

from pages.parts.text import plain, shorten
from recsys import Pick
from recsys.serving.recommending import Scored

#: Points of the landscape, spread evenly from the most to the least popular of what could be shown.
_LANDSCAPE = 600
_SCORES = list(range(1, 11))
_CONFIG = {"displayModeBar": False, "responsive": True}


def show(figure: go.Figure, alt: str, key: str, height: int = 300) -> None:
    """Draw a figure with `alt`, its description for those who cannot see it."""
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        hoverlabel={"align": "left"},
        dragmode=False,
    )
    st.plotly_chart(figure, key=key, config=_CONFIG, alt=alt)


def label(name: str) -> str:
    """A name from data for Plotly, which reads a small HTML of its own."""
    return shorten(name, 48).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def histogram(mine: dict[int, float], everybody: NDArray[np.int64], name: str) -> None:
    """A fan's scores against everybody's, both in percent."""
    own = np.bincount(np.clip(np.rint(list(mine.values())), 1, 10).astype(int), minlength=11)[1:]
    figure = go.Figure()
    for counts, who in ((own, name), (everybody, "Everybody")):
        share = 100 * counts / max(counts.sum(), 1)
        figure.add_bar(x=_SCORES, y=share, name=label(who), hovertemplate="%{y:.0f}% gave %{x}<extra></extra>")
    figure.update_layout(barmode="group", bargap=0.25)
    figure.update_xaxes(dtick=1, title="Score")
    figure.update_yaxes(title="Share of scores", ticksuffix="%")
    mean_own = float(np.mean(list(mine.values())))
    mean_all = float((everybody * _SCORES).sum() / max(everybody.sum(), 1))
    text = f"Bars of scores 1 to 10: {shorten(name)} gives {mean_own:.1f} on average, everybody {mean_all:.1f}."
    show(figure, text, "chart-histogram")


def against_mean(picks: list[Pick], means: list[float | None]) -> None:
    """Predicted score of each pick against MyAnimeList's mean."""
    known = [(pick, mean) for pick, mean in zip(picks, means, strict=True) if mean is not None]
    figure = go.Figure()
    if known:
        ends = [min(min(p.predicted, m) for p, m in known) - 0.3, max(max(p.predicted, m) for p, m in known) + 0.3]
        figure.add_scatter(
            x=ends, y=ends, mode="lines", line={"dash": "dot", "width": 1}, name="as everybody", hoverinfo="skip"
        )
    figure.add_scatter(
        x=[mean for _, mean in known],
        y=[pick.predicted for pick, _ in known],
        mode="markers",
        marker={"size": 13},
        name="the ten",
        text=[label(pick.title) for pick, _ in known],
        hovertemplate="%{text}<br>you %{y:.1f} · MyAnimeList %{x:.1f}<extra></extra>",
    )
    figure.update_xaxes(title="MyAnimeList's mean")
    figure.update_yaxes(title="Predicted for you")
    above = sum(pick.predicted > mean for pick, mean in known)
    show(figure, f"{above} of {len(known)} titles are predicted above MyAnimeList's mean for this fan.", "chart-means")


def against_popularity(picks: list[Pick], scored: Scored) -> None:
    """What there is to choose from, and the ten: predicted score against members, on a logarithmic scale."""
    by_members = np.argsort(-scored.members)
    some = by_members[np.unique(np.linspace(0, max(len(by_members) - 1, 0), _LANDSCAPE).astype(int))[: len(by_members)]]
    figure = go.Figure()
    figure.add_scatter(
        x=np.maximum(scored.members[some], 1),
        y=np.round(scored.predicted[some], 2),
        mode="markers",
        marker={"size": 4, "opacity": 0.35},
        name="could be shown",
        hoverinfo="skip",
    )
    members = dict(zip(scored.anime_ids.tolist(), scored.members.tolist(), strict=True))
    shown = [pick for pick in picks if pick.anime_id in members]
    figure.add_scatter(
        x=[max(members[pick.anime_id], 1) for pick in shown],
        y=[pick.predicted for pick in shown],
        mode="markers",
        marker={"size": 13, "symbol": "diamond", "line": {"width": 1}},
        name="the ten",
        text=[label(pick.title) for pick in shown],
        hovertemplate="%{text}<br>you %{y:.1f} · %{x:,} members<extra></extra>",
    )
    figure.update_xaxes(
        title="Members on MyAnimeList", type="log", tickvals=[10, 100, 1e3, 1e4, 1e5, 3e5, 1e6, 3e6],
        ticktext=["10", "100", "1k", "10k", "100k", "300k", "1M", "3M"],
    )  # fmt: skip
    figure.update_yaxes(title="Predicted for you")
    mean = np.mean([pick.predicted for pick in shown]) if shown else float("nan")
    middle = np.median([members[pick.anime_id] for pick in shown]) if shown else float("nan")
    text = f"The ten are predicted {mean:.1f} on average and have a median of {middle:,.0f} members."
    st.caption(text)
    show(figure, text, "chart-popularity")


def distribution(counts: NDArray[np.int64], title: str) -> None:
    """How often each score was given to one title."""
    total = int(counts.sum())
    figure = go.Figure(go.Bar(x=_SCORES, y=counts, hovertemplate="%{y:,} fans gave %{x}<extra></extra>"))
    figure.update_xaxes(dtick=1, title="Score")
    figure.update_yaxes(title="Fans")
    mean = float((counts * _SCORES).sum() / max(total, 1))
    st.caption(f"{total:,} real scores of {plain(title)}, {mean:.2f} on average.")
    show(
        figure,
        f"Bars of the {total:,} scores given to {shorten(title)}; the mean is {mean:.2f}.",
        "chart-distribution",
        260,
    )
