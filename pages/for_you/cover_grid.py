"""Recommended titles as covers with score and name; the details of one open on demand."""

import streamlit as st

from pages.for_you import details
from pages.parts import cover_slots, pickers, resources
from pages.parts.text import plain
from recsys import Pick
from recsys.serving.folding import Folding

#: In pixels: two rows of covers fit on a laptop, and two covers in a row on a phone.
_COVER, _CARD = 100, 140
_COLUMNS = 5
_NAME = 44  # characters

#: The button covers the whole card, so that a click on the cover opens the details too. Names have at most two lines.
_STYLE = """<style>
[class*="st-key-card-"] { position: relative; align-items: center; }
[class*="st-key-card-"] button { line-height: 1.25; padding-block: 0; min-height: 3.75rem; align-items: start; }
[class*="st-key-card-"] button::after { content: ""; position: absolute; inset: 0; }
[class*="st-key-card-"] button:focus-visible::after { outline: 2px solid currentColor; border-radius: 0.5rem; }
[class*="st-key-card-"] button p { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3;
  overflow: hidden; text-align: center; }
[class*="st-key-card-"] img { border-radius: 0.375rem; }
</style>"""


@st.fragment
def show(picks: list[Pick], folding: Folding, key: str) -> None:
    """The titles in rows of five, on a phone of two, best first. A click on one opens its details."""
    st.html(_STYLE)
    opened = None
    with cover_slots.refreshed(), st.grid(columns=_COLUMNS, min_column_width=_CARD, gap="small", key=key):
        for pick in picks:
            if _card(pick, key):
                opened = pick
    if opened:
        details.show(opened, folding)


def _card(pick: Pick, key: str) -> bool:
    """Draw one title; whether it was just clicked."""
    title = resources.engine().title(pick.anime_id)
    with st.container(key=f"card-{key}-{pick.anime_id}", gap="xxsmall", horizontal_alignment="center"):
        cover_slots.show(title, _COVER)
        likely = f"likely {round(pick.low, 1):g}–{round(pick.high, 1):g}"
        label = f"**{pick.predicted:.1f}** :small[{likely}]  \n{plain(pickers.names_of(title)[0], _NAME)}"
        return st.button(label, key=f"{key}-open-{pick.anime_id}", type="tertiary", width="stretch")
