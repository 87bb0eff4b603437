"""Parts of the display of a title: its cover, facts, predicted score and reasons."""

import streamlit as st

from pages.parts import cover_slots, covers, pickers
from pages.parts.text import count, plain
from recsys import Pick, Prediction, Reason, Title
from recsys.serving.group import Share
from recsys.types import Driver

_COVER_WIDTH = 92
#: Width of the cover in a row of a list.
SMALL = 44


def art(title: Title, width: cover_slots.Width) -> None:
    """The title's cover, or art drawn from its name."""
    cover_slots.show(title, width)


def cover(title: Title, width: int = _COVER_WIDTH) -> None:
    """`art` that keeps its width in a row."""
    with st.container(width=width):
        art(title, width)


def row(title: Title, text: str, key: str | None = None) -> None:
    """A small cover, and beside it the title's names above `text`."""
    with st.container(horizontal=True, gap="small", wrap=False, vertical_alignment="center", key=key):
        cover(title, SMALL)
        st.markdown(f"{pickers.title_names(title)}  \n{text}")


def facts(title: Title) -> str:
    """Type, year, length and genres in one line of Markdown."""
    parts = [title.type, title.year and str(title.year), title.episodes and count(title.episodes, "episode")]
    return plain(" · ".join([*filter(None, parts), *title.genres[:4]]), 160)


def likely(low: float, high: float) -> str:
    """An 80% prediction interval in words: "Likely 7.3–10 (80%)"."""
    return f"Likely {round(low, 1):g}–{round(high, 1):g} (80%)"


def interval(found: Pick | Prediction | Share, mean: float | None, who: str = "") -> None:
    """A predicted score and its interval, drawn on a scale from 1 to 10 with everybody's mean."""
    dark = st.context.theme.type == "dark"
    art = covers.band(found.predicted, found.low, found.high, mean, dark=dark)
    alt = f"predicted {found.predicted:.1f}, {likely(found.low, found.high).lower()}"
    st.image(art, width="stretch", alt=f"{who}: {alt}" if who else alt)


def because(reason: Reason | Driver) -> str:
    """The title of a reason and what the fan did with it, as Markdown."""
    name = plain(reason.title, 60)
    return f"{name}, watched without a score" if reason.score is None else f"{name}, rated {reason.score:g}"
