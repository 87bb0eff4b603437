"""Remember the visitor's list in the visitor's own browser, on request: in its local storage, and nowhere else."""

import secrets
from typing import Any

import streamlit as st
from streamlit.components.v2 import component

from pages.parts import kept, resources, state
from pages.parts.text import count, plain
from recsys import RecsysError

#: Session keys: a kept list that is not in use, and what to say.
_OTHER, _NOTE = "kept-other", "kept-note"

#: Each session asks once what is kept. Storage may be switched off in a browser: then nothing is found or kept.
_SCRIPT = """
const NAME = "anime-alchemy-list", CHOICES = "anime-alchemy-choices";

function storage() {
    try { return window.localStorage; } catch { return null; }
}

// The settings in the address, for each page: the list is not among them.
function keepChoices() {
    const stored = storage(), names = window.keptNames;
    if (!stored || !names || stored.getItem(NAME) === null) return;
    const found = new URLSearchParams(location.search);
    for (const name of [...found.keys()]) if (!names.includes(name)) found.delete(name);
    const choices = readChoices();
    choices[location.pathname] = found.toString().slice(0, 2000);
    try { stored.setItem(CHOICES, JSON.stringify(choices).slice(0, 30000)); } catch { /* full */ }
}

function readChoices() {
    try {
        const read = JSON.parse(storage().getItem(CHOICES));
        return read && typeof read === "object" && !Array.isArray(read) ? read : {};
    } catch { return {}; }
}

// An address without anything gets the settings of the last visit, once for each tab.
function useChoices() {
    const wanted = readChoices()[location.pathname];
    if (location.search || typeof wanted !== "string" || !wanted || wanted.length > 2000) return false;
    try {
        if (sessionStorage.getItem(CHOICES)) return false;
        sessionStorage.setItem(CHOICES, "used");
    } catch { return false; }
    const address = new URL(location.href);
    address.search = wanted;
    location.replace(address);
    return true;
}

export default function ({ data, setTriggerValue }) {
    const stored = storage();
    if (!stored) {
        if (data.text !== null) setTriggerValue("full", true);
        return;
    }
    const first = window.keptSession !== data.session;
    if (first) {
        window.keptSession = data.session;
        window.keptEmptied = data.emptied;
        const text = stored.getItem(NAME);
        if (text !== null && useChoices()) return;
        if (text !== null) setTriggerValue("found", text.slice(0, data.longest + 1));
    }
    if (window.keptEmptied !== data.emptied) {
        window.keptEmptied = data.emptied;
        stored.removeItem(NAME);
        stored.removeItem(CHOICES);
    }
    window.keptForgotten = () => data.text !== null && setTriggerValue("forgotten", true);
    window.keptNames = data.text === null ? null : data.names;
    if (!window.keepsChoices) {
        window.keepsChoices = true;
        addEventListener("pagehide", keepChoices);
        // Another tab has forgotten the list: the next change here would keep it again.
        addEventListener("storage", ({ key, newValue }) => {
            if ((key === NAME || key === null) && newValue === null) window.keptForgotten();
        });
    }
    if (data.text === null) return;
    try {
        stored.setItem(NAME, data.text);
    } catch {
        setTriggerValue("full", true);
    }
}
"""
_browser = component("kept_list", js=_SCRIPT)
#: Settings that are kept; the others say where in a list or page one is.
_CHOICES = sorted(state.VIEW_SETTINGS - {"page", "view", "n"})


def exchange() -> None:
    """Give the browser what it should keep, and take what it keeps. Once in each run."""
    text = _text() if st.session_state.get(state.REMEMBER) else None
    _browser(
        key="kept-list",
        data={
            "session": st.session_state.setdefault(state.SESSION, secrets.token_hex(8)), "text": text,
            "emptied": st.session_state.get(state.EMPTIED, 0), "longest": kept.LONGEST, "names": _CHOICES,
        },
        height=1,
        on_found_change=_found,
        on_full_change=_full,
        on_forgotten_change=_forgotten,
    )  # fmt: skip


def _text() -> str | None:
    now = state.visit()
    return state.remembered("kept", now, lambda: kept.to_text(now))


def _found() -> None:
    """Use the list that the browser keeps, unless the address has led to another one."""
    text = _sent("found")
    try:
        found = kept.from_text(text, resources.ratings().profile)
    except RecsysError as error:
        st.session_state[_NOTE] = str(error)
        return
    now = state.visit()
    same = "import" not in (found.source, now.source) and found.address[0] == now.address[0]
    if now == state.Visit() or same:
        state.use_kept(found)
        st.session_state[state.REMEMBER] = True
    else:
        st.session_state[_OTHER] = found
        st.session_state[_NOTE] = (
            "The page’s address has a list, so that one is used. The list that this browser keeps is not changed."
        )


def _sent(name: str) -> Any:
    return getattr(st.session_state["kept-list"], name, None)


def _full() -> None:
    st.session_state[state.REMEMBER] = False
    st.session_state[_NOTE] = "This browser does not let the app keep anything, so your list is not remembered."


def _forgotten() -> None:
    st.session_state[state.REMEMBER] = False
    st.session_state[_NOTE] = "The list was forgotten in another tab, so it is not remembered any more."


def _switched() -> None:
    if st.session_state[state.REMEMBER]:
        _say_no_more()
    else:
        _empty()


def _empty() -> None:
    state.empty_browser()
    _say_no_more()


def _use_other() -> None:
    state.use_kept(st.session_state[_OTHER])
    st.session_state[state.REMEMBER] = True
    _say_no_more()


def _say_no_more() -> None:
    for key in (_NOTE, _OTHER):
        st.session_state.pop(key, None)


def control() -> None:
    """The switch, off until the visitor or a kept list turns it on, and what there is to say."""
    other = st.session_state.get(_OTHER)
    if note := st.session_state.get(_NOTE):
        st.caption(f":material/bookmark: {plain(note, 300)}")
    if other is not None:
        with st.container(horizontal=True, gap="xsmall"):
            titles = count(len(other.profile.begun), "title")
            st.button(f"Use the kept list ({titles})", key="kept-use", on_click=_use_other, type="tertiary")
            st.button("Forget the kept list", key="kept-empty", on_click=_empty, type="tertiary")
    st.toggle(
        "Remember me in this browser", key=state.REMEMBER, on_change=_switched,
        help="Keeps your list, what you did with it and your settings in this browser alone, so that they are here "
        "when you come back. Whoever uses this browser can see them. “Forget my list” empties it, and so "
        "does switching it off.",
    )  # fmt: skip
    if st.session_state.get(state.REMEMBER) and _text() is None:
        st.caption(":material/warning: Your list is too long to be remembered.")
