"""A title's synopsis, fetched by the server when the visitor asks for it."""

import streamlit as st

from pages.parts import import_list, links, state
from pages.parts.text import plain
from recsys import RecsysError, Title
from recsys.lists import errors
from recsys.serving import synopsis

#: Longer than a synopsis can be.
_LIMIT = 5_000


def show(title: Title, key: str) -> None:
    """An expander. Opened, it fetches the synopsis; if that fails, it says so, with a link to read it elsewhere."""
    box = st.expander("Synopsis", icon=":material/notes:", on_change="rerun", key=f"{key}-synopsis-{title.anime_id}")
    if not box.open:
        return
    with box:
        found = state.remembered("synopsis", title.anime_id, lambda: _fetch(title), "Asking AniList …")
        if isinstance(found, str):
            st.caption(f":material/cloud_off: {found}")
            with st.container(horizontal=True, gap="xsmall"):
                st.button("Try again", key=f"{key}-synopsis-again", icon=":material/refresh:", on_click=_ask_again)
                _link("Read it on", "AniList" if title.anilist_id else "MyAnimeList", title)
        elif not found.paragraphs:
            st.caption(f"{found.site} has no synopsis of this title.")
        else:
            st.markdown("\n\n".join(plain(paragraph, _LIMIT) for paragraph in found.paragraphs))
            _link("From", found.site, title)


def _ask_again() -> None:
    st.session_state.pop("remembered-synopsis", None)


def _fetch(title: Title) -> synopsis.Synopsis | str:
    """The synopsis, or why there is none. A failure is kept too, so that no other click waits for it again."""
    try:
        return synopsis.fetch(title, settings=import_list.list_settings())
    except errors.RateLimitedError:
        return "Too many people ask for synopses at the moment. Try again in a minute."
    except RecsysError:
        return "The synopsis cannot be fetched at the moment."


def _link(text: str, site: str, title: Title) -> None:
    """A link to the title's page on a site; without its id there, the site's name alone."""
    if url := links.on_site(site, title):
        st.link_button(f"{text} {site}", url, type="tertiary", icon=":material/open_in_new:")
    else:
        st.caption(f"{text} {site}")
