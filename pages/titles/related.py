"""Titles related to one title: its series in watch order, and similar titles by each model."""

import streamlit as st

from pages.parts import cards, links, resources, state
from pages.parts.text import count, plain
from recsys import Pick, Title
from recsys.serving.engine import MODEL_LABELS

_SIMILAR = 6
#: Parts of a series shown at first and on demand: those around the title. Each is five elements of the page.
_PARTS, _MOST_PARTS = 9, 200
#: What makes titles similar to each model.
SIMILARITY = {
    "popularity": "A similar number of ratings and a similar mean score.",
    "svd": "Liked by the same fans, whatever the title is about.",
    "neural": "Watched by the same fans, as the network learned it.",
    "hybrid": "Liked by the same fans, with similar content.",
}


@st.cache_data(max_entries=2_000, show_spinner=False)
def _similar(anime_id: int, model: str) -> list[Pick]:
    return resources.engine().similar(anime_id, _SIMILAR, model)


def similar(title: Title, known_by: list[str]) -> None:
    """The most similar titles by each model in `known_by`, side by side."""
    if not known_by:
        return
    st.markdown("## Similar titles by model")
    with st.grid(columns=4, min_column_width=280, border=True, key="similar") as cells:
        for model in known_by:
            with cells.cell():
                st.markdown(f"**{MODEL_LABELS[model]}**")
                st.caption(SIMILARITY[model])
                for pick in _similar(title.anime_id, model):
                    row(resources.engine().title(pick.anime_id), f"similarity {pick.rank_score:.2f}")
    chosen = links.kept(like=title.anime_id)
    st.page_link(
        links.LIKE_THESE, label="More like this, and not like others", icon=":material/thumbs_up_down:",
        query_params=chosen,
    )  # fmt: skip


def franchise(title: Title) -> None:
    """The titles of one franchise, numbered in watch order."""
    st.markdown("## The series in watch order")
    parts = resources.engine().franchise(title.anime_id)
    if len(parts) < 2:
        st.caption("The catalogue has no other parts of this series.")
        return
    at = parts.index(title.anime_id)
    shown = around(at, len(parts), _PARTS)
    most = around(at, len(parts), _MOST_PARTS)
    if (more := len(most) - len(shown)) and st.toggle(f"Show {count(more, 'more part')}", key="all-parts"):
        shown = most
        if len(most) < len(parts):
            st.caption(f"The series has {len(parts):,} parts. You see numbers {most[0] + 1:,} to {most[-1] + 1:,}.")
    with st.grid(columns=3, min_column_width=260, key="franchise") as cells:
        for i in shown:
            with cells.cell():
                _part(i + 1, parts[i], here=i == at)


def around(at: int, n: int, size: int) -> range:
    """At most `size` of the places 0 to n - 1, `at` among them: those from a fifth of `size` before it."""
    first = max(0, min(at - size // 5, n - size))
    return range(first, min(first + size, n))


def _part(number: int, anime_id: int, *, here: bool) -> None:
    title = resources.engine().title(anime_id)
    seen = ":material/check: seen" if anime_id in state.visit().profile.begun else ""
    facts = [plain(str(part)) for part in (title.type, title.year) if part]
    note = " · ".join(filter(None, [*facts, seen, "**this title**" if here else ""]))
    row(title, note, f"{number}. ", columns=24)


def row(title: Title, note: str, before: str = "", columns: int = 34) -> None:
    """A small cover, and beside it a link to the title above `note`."""
    with st.container(horizontal=True, gap="small", wrap=False, vertical_alignment="center"):
        cards.cover(title, cards.SMALL)
        with st.container(gap=None):
            links.to_title(title, before, columns)
            st.caption(note)
