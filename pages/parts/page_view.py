"""Page views in the browser: each is one entry of the history and begins at the top."""

import streamlit as st
from streamlit.components.v2 import component
from streamlit.runtime.scriptrunner import get_script_run_ctx

#: Why the app changes `history.pushState`: docs/decisions/0008.
_SCRIPT = """
// A page, one title of Explore, and one place of the Atlas are views of their own.
const viewOf = ({ pathname, searchParams }) => [pathname, searchParams.get("title"), searchParams.get("near")].join();

function pushOncePerView() {
    if (window.pushesOncePerView) return;
    window.pushesOncePerView = true;
    let before = location.href, pushed = false, returned = false; // since the visitor's last action
    const begin = ({ type }) => { before = location.href; pushed = false; returned = type === "popstate"; };
    for (const action of ["pointerdown", "click", "keydown", "popstate"]) window.addEventListener(action, begin, true);
    const push = history.pushState.bind(history);
    history.pushState = (state, unused, url) => {
        const next = new URL(url, location.href);
        // After Back or Forward, another view can only be the one that was left: the server's message came late.
        if (returned && viewOf(next) !== viewOf(new URL(location.href))) return;
        if (pushed || viewOf(next) === viewOf(new URL(location.href))) {
            history.replaceState(state, unused, url);
        } else {
            // Streamlit may have written the next view's parameters behind the path of this one.
            if (next.pathname !== location.pathname) history.replaceState(history.state, unused, before);
            push(state, unused, url);
            pushed = true;
        }
    };
}

export default function ({ data }) {
    pushOncePerView();
    // Streamlit changes elements one by one, and stays scrolled where the last view was.
    const main = document.querySelector('[data-testid="stMain"]');
    if (main && main.dataset.view !== data) main.scrollTo(0, 0);
    if (main) main.dataset.view = data;
}
"""
_page_view = component("page_view", js=_SCRIPT)


def show(path: str, *, has_list: bool) -> None:
    """Tell the browser which view of the page at `path` this is. The first page, at "", has another one with a list."""
    shown = [path or f"first {has_list}", *(st.query_params.get(name, "") for name in ("title", "page"))]
    _page_view(key="page-view", data=" ".join(shown), height=1)


def is_history_navigation() -> bool:
    """Whether the visitor has pressed the browser's Back or Forward."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation
