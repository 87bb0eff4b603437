"""Recommended titles as covers with score, name and reason; the details of one open on demand."""

from collections.abc import Sequence

import streamlit as st

from pages.for_you import details
from pages.parts import cover_slots, pickers, resources
from pages.parts.text import plain
from recsys import Pick, Title
from recsys.serving.folding import Folding

#: In pixels: two rows of covers fit on a laptop, and two covers in a row on a phone.
_COVER, _CARD = 100, 140
_COLUMNS = 5
_NAME = 44  # characters

#: The button covers the whole card, so that a click on the cover opens the details too. Names have two lines at
#: most, and reasons as many. Streamlit's button that enlarges an image would be one more stop for the keyboard.
_STYLE = """<style>
[class*="st-key-card-"] { position: relative; align-items: center; }
[class*="st-key-card-"] button { line-height: 1.25; padding-block: 0; min-height: 3.75rem; align-items: start; }
[class*="st-key-card-"] button::after { content: ""; position: absolute; inset: 0; }
[class*="st-key-card-"] button:focus-visible::after { outline: 2px solid currentColor; border-radius: 0.5rem; }
[class*="st-key-card-"] button p { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 5;
  overflow: hidden; text-align: center; }
[class*="st-key-card-"] [data-testid="stElementToolbar"] { display: none; }
[class*="st-key-card-"] img { border-radius: 0.375rem; }
</style>"""


def begin() -> None:
    """Draw what the grids of a page share: their style, and the details of the title that was clicked.

    Call it once, before the rest of the page. Streamlit draws both in one place above the page: a style that a fragment
    drew later would be put where the open details are.
    """
    st.html(_STYLE)
    details.dialog()


def show(picks: list[Pick], key: str, folding: Folding, *, chances: bool = False, why: Sequence[str] = ()) -> None:
    """The titles in rows of five, on a phone of two, best first. A click on one opens `details`. `chances`: with the
    chance of 8 or more in place of the likely scores. `why`: a sentence of Markdown for each."""
    engine = resources.engine()
    titles = [engine.title(pick.anime_id) for pick in picks]
    every = cover_slots.EVERY if cover_slots.are_fetched(titles, _COVER) else None
    st.fragment(_grid, run_every=every)(picks, titles, key, folding, chances, why)


def _grid(
    picks: list[Pick], titles: list[Title], key: str, folding: Folding, chances: bool, why: Sequence[str]
) -> None:
    fetched = cover_slots.are_fetched(titles, _COVER)
    with (
        cover_slots.redrawn_by_caller(),
        st.grid(columns=_COLUMNS, min_column_width=_CARD, gap="small", key=key),
    ):
        for pick, title, reason in zip(picks, titles, why or [""] * len(picks), strict=True):
            _card(pick, title, key, folding, chances, reason)
    if not fetched:
        cover_slots.stop_timer()


def _card(pick: Pick, title: Title, key: str, folding: Folding, chances: bool, reason: str) -> None:
    with st.container(key=f"card-{key}-{pick.anime_id}", gap="xxsmall", horizontal_alignment="center"):
        cover_slots.show(title, _COVER)
        likely = f"likely {round(pick.low, 1):g}–{round(pick.high, 1):g}"
        below = f"  \n:small[:gray[{reason}]]" if reason else ""
        beside = f"· 8 or more: {pick.chance_high:.0%}" if chances else likely
        st.button(
            f"**{pick.predicted:.1f}** :small[{beside}]  \n{plain(pickers.names_of(title)[0], _NAME)}{below}",
            key=f"{key}-open-{pick.anime_id}",
            on_click=details.open_dialog,
            args=(pick, folding),
            type="tertiary",
            width="stretch",
        )
