"""Ways to share and keep the ten titles: the link, a picture, and files."""

import streamlit as st
from streamlit.components.v2 import component

import recsys
from pages.for_you import exports, picture
from pages.parts import calendar_file, resources, state
from recsys import Pick
from recsys.serving import airing

#: The browser copies: only it knows the whole address. Without the right to, it shows the address to be copied.
_SCRIPT = """
export default function ({ parentElement }) {
    const button = parentElement.querySelector("button");
    const said = parentElement.querySelector("[role=status]");
    button.onclick = async () => {
        try {
            await navigator.clipboard.writeText(location.href);
            said.textContent = "Link copied";
        } catch {
            said.textContent = location.href;
        }
    };
}
"""
_HTML = '<button type="button">Copy the link</button> <span role="status"></span>'
_STYLE = """
button {
    font: inherit; color: var(--st-text-color); background: var(--st-background-color); cursor: pointer;
    border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius); padding: 0.25rem 0.75rem;
    min-height: 2.5rem; font-size: 0.875rem;
}
button:hover { color: var(--st-primary-color); border-color: var(--st-primary-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
span { overflow-wrap: anywhere; user-select: all; }
"""
_copy_link = component("copy_link", html=_HTML, css=_STYLE, js=_SCRIPT)


@st.fragment
def show(picks: list[Pick]) -> None:
    """A button that opens the ways to share. Closed, it makes nothing; files are made when they are asked for."""
    with st.container(horizontal_alignment="right"):
        box = st.popover("Share and export", icon=":material/share:", on_change="rerun", key="share")
    if box.open:
        with box:
            _link()
            _files(picks)


def _link() -> None:
    now = state.visit()
    if now.source == "import":
        st.caption("There is no link to share: an imported list is never in the page’s address.")
    elif state.left_out_of_address():
        st.caption("There is no link to share: not all of your scores fit into the page’s address.")
    else:
        _copy_link(key="copy-link", width="content")


def _files(picks: list[Pick]) -> None:
    engine, now = resources.engine(), state.visit()
    titles = [engine.title(pick.anime_id) for pick in picks]
    planned = [engine.title(i) for i in sorted(now.profile.planned) if engine.has_title(i)]
    heading = f"Ten anime for {now.label}" if now.source == "community" else "My next ten anime"
    st.download_button(
        "Picture of the ten", lambda: picture.png(picks, titles, heading), "anime-alchemy-ten.png", "image/png",
        icon=":material/image:", on_click="ignore",
    )  # fmt: skip
    st.download_button(
        "Table (CSV)", lambda: exports.picks_csv(picks), "anime-alchemy-ten.csv", "text/csv",
        icon=":material/table:", on_click="ignore",
    )  # fmt: skip
    st.download_button(
        f"Your planned titles for MyAnimeList ({len(planned):,})",
        lambda: recsys.lists.mal_export.plan_xml(planned),
        "anime-alchemy-plan.xml",
        "application/xml",
        icon=":material/bookmark:",
        on_click="ignore",
        disabled=not planned,
        help="On MyAnimeList, open Import List, choose the type MyAnimeList, and upload this file.",
    )
    both = {title.anime_id: title for title in (*titles, *planned)}
    calendar_file.button(list(both.values()), airing.today(), "share-calendar")
