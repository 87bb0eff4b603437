"""Links to title pages. They open without a reload, so the visitor's session stays."""

import functools
import textwrap
import unicodedata
from pathlib import Path
from typing import Any

import streamlit as st

from pages.parts import pickers, state
from pages.parts.text import plain, shorten
from recsys import Title

_TITLES = Path(__file__).parents[1] / "titles"
EXPLORE = _TITLES / "explore.py"
ATLAS = _TITLES / "atlas.py"
_FOR_YOU = _TITLES.parent / "for_you"
LIKE_THESE = _FOR_YOU / "like_these.py"
TONIGHT = _FOR_YOU / "tonight.py"


@functools.cache
def _explore() -> Any:
    """The page of Explore. Streamlit looks up a path on the disk for every link, but not a page."""
    return st.Page(EXPLORE)


def to_title(title: Title, before: str = "", columns: int = 20, lines: int = 2, words: str = "") -> None:
    """Link a title's name to its page. A page link does not wrap, so the name is split into at most `lines` lines of
    about `columns` Latin characters, together with `words` before it. `before` is Markdown, and beyond `columns`."""
    name = shorten(pickers.names_of(title)[0])
    wide = sum(unicodedata.east_asian_width(c) in "FW" for c in name) > len(name) / 3
    width = columns // 2 if wide else columns
    cut = textwrap.wrap(words + name, width, max_lines=lines, placeholder=" …") or ["?"]
    label = before + "  \n".join(plain(line) for line in cut)
    st.page_link(_explore(), label=label, icon="", query_params=kept(title=title.anime_id), width="stretch")


def open_title(anime_id: int) -> None:
    """Switch from another page to a title's page."""
    state.keep_for_next_page()
    st.switch_page(EXPLORE, query_params={"title": str(anime_id), **state.address()})


def on_site(site: str, title: Title) -> str | None:
    """The address of a title at "MyAnimeList" or "AniList"; None without its id there."""
    host, number = ("anilist.co", title.anilist_id) if site == "AniList" else ("myanimelist.net", title.anime_id)
    return f"https://{host}/anime/{number}" if number else None


def streaming(title: Title, most: int, icon: str | None = ":material/play_circle:") -> None:
    """Links to the first `most` streaming sites of a title."""
    for site, url in title.streaming[:most]:
        st.link_button(plain(site, 24), url, type="tertiary", icon=icon)


def kept(**parameters: int) -> dict[str, str]:
    """Query parameters for a link: `parameters`, the visitor's list and the settings of all pages."""
    settings = {name: st.query_params[name] for name in state.SIDEBAR_SETTINGS if name in st.query_params}
    return state.address() | settings | {name: str(value) for name, value in parameters.items()}
