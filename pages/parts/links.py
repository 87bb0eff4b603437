"""Links to the pages of titles, which open without a reload and so keep the visitor's list."""

import textwrap
import unicodedata
from pathlib import Path

import streamlit as st

from pages.parts import pickers, state
from pages.parts.text import plain, shorten
from recsys import Title

_TITLES = Path(__file__).parents[1] / "titles"
EXPLORE = _TITLES / "explore.py"
ATLAS = _TITLES / "atlas.py"


def to_title(title: Title, before: str = "", columns: int = 20, lines: int = 2) -> None:
    """The leading name, linking to the title's page. A page link does not wrap by itself: the name is cut into `lines`
    of some `columns` Latin characters."""
    name = shorten(pickers.names_of(title)[0])
    wide = sum(unicodedata.east_asian_width(c) in "FW" for c in name) > len(name) / 3
    cut = textwrap.wrap(name, columns // 2 if wide else columns, max_lines=lines, placeholder=" …") or ["?"]
    label = before + "  \n".join(plain(line) for line in cut)
    st.page_link(EXPLORE, label=label, icon="", query_params=kept(title=title.anime_id), width="stretch")


def open_title(anime_id: int) -> None:
    """Go to a title's page from another page, now."""
    pickers.keep_leading_name()
    st.switch_page(EXPLORE, query_params={"title": str(anime_id), **state.address()})


def kept(**parameters: int) -> dict[str, str]:
    """Parameters for a link, beside those that say whose list this is and which name leads."""
    language = {"names": st.query_params["names"]} if "names" in st.query_params else {}
    return state.address() | language | {name: str(value) for name, value in parameters.items()}
