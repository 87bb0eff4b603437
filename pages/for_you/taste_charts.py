"""Charts, tables and texts about a fan's preferences."""

import plotly.graph_objects as go
import streamlit as st

from pages.parts import charts
from pages.parts.text import plain, shorten
from recsys.serving.taste import Leaning

_ROW, _FRAME = 26, 90  # pixels
_MARKS = (
    ("Liked more", "triangle-right", lambda one: one.low > 0),
    ("Liked less", "triangle-left", lambda one: one.high < 0),
    ("No clear difference", "circle-open", lambda one: not one.is_clear),
)


def leanings(shown: list[Leaning], facet: str) -> None:
    """One line per group, the first on top: how much more the fan likes it than everybody, with an 80% interval."""
    figure = go.Figure()
    figure.add_vline(x=0, line_width=1, line_dash="dot", line_color=charts.GREY)
    for name, symbol, belongs in _MARKS:
        some = [one for one in shown if belongs(one)]
        figure.add_scatter(
            x=[one.effect for one in some],
            y=[charts.label(one.label) for one in some],
            error_x={"type": "data", "array": [one.high - one.effect for one in some], "thickness": 2, "width": 0},
            mode="markers",
            marker={"symbol": symbol, "size": 12, "line": {"width": 2}},
            name=name,
            customdata=[(one.n, one.own, one.everybody, one.low, one.high) for one in some],
            hovertemplate="%{y}: %{x:+.2f} (%{customdata[3]:+.2f} to %{customdata[4]:+.2f})<br>"
            "%{customdata[0]} titles · this list %{customdata[1]:.1f} · everybody %{customdata[2]:.1f}<extra></extra>",
        )
    order = [charts.label(one.label) for one in reversed(shown)]
    figure.update_yaxes(categoryorder="array", categoryarray=order, type="category", automargin=True)
    figure.update_xaxes(title="Points more than everybody", zeroline=False)
    clear = [f"{shorten(one.label)} {one.effect:+.1f}" for one in shown if one.is_clear]
    text = f"{facet}: how much more each is liked than by everybody. "
    text += f"Clear differences: {', '.join(clear)}." if clear else "No difference is clear."
    charts.show(figure, text, "chart-leanings", _FRAME + _ROW * len(shown))


def most_significant(found: list[Leaning], n: int, by_label: bool) -> list[Leaning]:
    """Choose up to `n` groups, clear differences before the others, large ones first. Returned most liked first, or by
    label."""
    chosen = sorted(found, key=lambda one: (not one.is_clear, -abs(one.effect)))[:n]
    return sorted(chosen, key=lambda one: one.label) if by_label else sorted(chosen, key=lambda one: -one.effect)


def in_words(found: list[Leaning]) -> str:
    """The groups that are clearly liked more or less, as Markdown."""
    more = [one for one in found if one.low > 0][:4]
    less = [one for one in reversed(found) if one.high < 0][:4]
    parts = [
        f"{lead} {', '.join(f'**{plain(one.label, 40)}**' for one in some)}"
        for lead, some in (("Clearly liked more than by everybody:", more), ("Clearly liked less:", less))
        if some
    ]
    return ". ".join(parts) + "." if parts else "There is no clear difference yet: each one may be chance."


def figures(found: list[Leaning], facet: str) -> None:
    """All groups' figures as a table."""
    st.dataframe(
        {
            facet: [shorten(one.label) for one in found],
            "Titles": [one.n for one in found],
            "This list": [one.own for one in found],
            "Everybody": [one.everybody for one in found],
            "Difference": [one.effect for one in found],
            "From": [one.low for one in found],
            "To": [one.high for one in found],
        },
        hide_index=True,
        column_config={
            **{name: st.column_config.NumberColumn(format="%.1f") for name in ("This list", "Everybody")},
            **{name: st.column_config.NumberColumn(format="%+.2f") for name in ("Difference", "From", "To")},
        },
        alt=f"{facet}: scored titles, means, and the difference with its 80% interval",
    )
