"""What one visitor imported and did: in that visitor's session alone, and in the address what can be shared."""

import contextlib
from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from typing import Any, TypeVar

import streamlit as st
from streamlit.errors import StreamlitAPIException
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.parts import resources
from pages.parts.text import count, plain
from pages.parts.visit import PARAMETERS, Mark, Visit, decode
from recsys import Profile, lists
from recsys.serving.folding import Folding
from recsys.serving.matching import Matcher

_UNDO_STEPS = 50
_Made = TypeVar("_Made")
#: Widgets that say how a page looks and nothing about the visitor. `forget` keeps these keys, and nothing else, in the
#: session and in the address.
VIEW_SETTINGS = frozenset((
    "names", "covers", "way", "site", "join", "view", "by", "colour", "page",
    "model", "discovery", "type", "with", "without", "planned", "years", "episodes", "members", "series", "adult",
    "fair", "floor", "begun", "order", "kind", "genre", "span", "fans", "adults", "sequels", "continue",
    "season-near", "season-any", "tags", "no-tags", "time", "services", "country", "unknown", "odds", "n",
     "beside", "pool", "trust", "show", "evening", "hours",
))  # fmt: skip
#: Those of the sidebar, which hold for all pages.
SIDEBAR_SETTINGS = ("names", "covers")
#: Session keys of `pages.parts.remember`: the session's own number, how often what the browser keeps was emptied, and
#: the switch.
SESSION, EMPTIED, REMEMBER = "kept-session", "kept-emptied", "remember"
#: Query parameters that say which title or season a page shows.
_PLACES = frozenset({"title", "near", "season"})


def visit() -> Visit:
    return st.session_state.setdefault("visit", Visit())


def _become(new: Visit) -> None:
    past = st.session_state.setdefault("past", [])
    past.append(visit())
    del past[:-_UNDO_STEPS]
    st.session_state["visit"] = new


def undo() -> None:
    if past := st.session_state.get("past"):
        st.session_state["visit"] = past.pop()


def adult() -> bool:
    """Whether a switch of the page shows adult titles."""
    return any(st.session_state.get(key) for key in ("adult", "adults"))


def matcher() -> Matcher:
    """Finds titles by name; adult ones only where the page's own switch shows them."""
    match = resources.engine().match
    return match.with_adult() if adult() else match


def offered(anime_ids: Iterable[int]) -> list[int]:
    """Those of these titles of the catalogue that the visitor may be offered: adult ones as in `matcher`."""
    engine = resources.engine()
    return [i for i in anime_ids if engine.has_title(i) and (adult() or not engine.title(i).adult)]


def can_undo() -> bool:
    return bool(st.session_state.get("past"))


def use_community(name: str) -> None:
    """Use the list of a fan of the community. Raises `RecsysError` when nobody has that name."""
    _become(Visit(source="community", label=name, base=resources.ratings().profile(name)))


def use_import(
    profile: Profile,
    label: str,
    notes: tuple[str, ...] = (),
    fetched: tuple[str, str] | None = None,
    table: lists.Import | None = None,
) -> None:
    """Use an imported list in place of the one before; what the visitor scored and marked on the page stays.

    `notes` say what was changed while reading it.

    `fetched` is the module of `recsys.lists` and the username with which it was fetched: `forget` drops that copy too.
    """
    if fetched:
        st.session_state.setdefault("fetched", set()).add(fetched)
    now = visit()
    if now.rated:
        kept = count(len(now.rated), "score")
        notes = (*notes, f"{kept} that you gave on this page before were kept: they replace those of the list.")
    new = Visit(source="import", label=label, base=profile, notes=notes, table=table)
    marks = {kind: getattr(now, kind) for kind in ("rated", "seen", "planned", "hidden", "unseen")}
    _become(replace(new, **marks))


def use_kept(kept: Visit) -> None:
    """Use the list that the visitor's browser keeps."""
    if visit() == Visit():
        st.session_state["visit"] = kept
    elif visit() != kept:
        _become(kept)


def empty_browser() -> None:
    """Empty what the visitor's browser keeps, at the end of this run."""
    st.session_state[EMPTIED] = st.session_state.get(EMPTIED, 0) + 1


def answer(imported: lists.Import) -> None:
    """Use an imported list after the visitor answered some of its questions."""
    _become(replace(visit(), base=imported.profile, notes=imported.notes, table=imported))


def set_drops_disliked(disliked: bool) -> None:
    """Set whether titles dropped without a score count as disliked."""
    _become(replace(visit(), drops_disliked=disliked))


def rate(anime_id: int, score: float | None) -> None:
    """Score a title (1-10), or take the score back."""
    now = visit()
    rated = {i: s for i, s in now.rated.items() if i != anime_id}
    if score is not None:
        rated[anime_id] = score
    _become(replace(now, rated=rated, ignored=now.ignored - {anime_id}, planned=now.planned - {anime_id}))


def mark(anime_id: int, how: Mark) -> None:
    now = visit()
    _become(replace(now, **{how: getattr(now, how) | {anime_id}}))


def unmark(anime_id: int, how: Mark) -> None:
    now = visit()
    _become(replace(now, **{how: getattr(now, how) - {anime_id}}))


def mirror(key: str, value: Any) -> str:
    """Give the widget of this key the value that the visit has, before it is drawn, so that it follows Undo and
    `forget`. The widget's `on_change` must write to the visit. Returns `key`."""
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value
    return key


def keep_for_next_page() -> None:
    """Keep the settings of the sidebar over `st.switch_page`, which may not set the parameter of a widget."""
    for name in SIDEBAR_SETTINGS:
        if name in st.query_params:
            st.session_state[f"{name}-kept"] = st.session_state[name]


def restore_kept(name: str) -> None:
    """Give a widget of the sidebar the value that `keep_for_next_page` kept, before it is drawn."""
    if f"{name}-kept" in st.session_state:
        st.session_state[name] = st.session_state.pop(f"{name}-kept")


def input_key(name: str) -> str:
    """The key of an input in which the visitor types or uploads something. It changes with `clear_inputs`: a new key
    is the only way to empty a file uploader."""
    number = st.session_state.get("inputs", 0)
    return f"{name}-{number}" if number else name


def clear_inputs() -> None:
    """Empty all inputs and delete the uploaded files."""
    st.session_state["inputs"] = st.session_state.get("inputs", 0) + 1
    if context := get_script_run_ctx():
        context.uploaded_file_mgr.remove_session_files(context.session_id)


def forget() -> None:
    """Forget everything about the visitor, in the session, in the page's inputs, in the address, in the cache of
    downloads and in the browser; keep only `VIEW_SETTINGS`. A callback of a button."""
    for site, name in st.session_state.get("fetched", ()):
        getattr(lists, site).forget(name)
    clear_inputs()
    empty_browser()
    for key in list(st.session_state):
        if key == "q":  # Explore's search is bound to the address, which only its value can change
            st.session_state[key] = ""
        elif key == REMEMBER:  # without its key, the browser would send the switch's old position again
            st.session_state[key] = False
        elif key not in VIEW_SETTINGS | {"inputs", SESSION, EMPTIED}:
            del st.session_state[key]
    for name in list(st.query_params):
        if name not in VIEW_SETTINGS | _PLACES:
            with contextlib.suppress(StreamlitAPIException):  # bound to a widget
                del st.query_params[name]


def address() -> dict[str, str]:
    """The query parameters that lead to what the visitor has now."""
    return visit().address[0]


def left_out_of_address() -> int:
    """The number of scores and marks for which the address has no room."""
    return visit().address[1]


def drop_empty_parameters() -> None:
    """Remove the query parameters without a value, so that each has its default: to Streamlit, an empty one says that
    nothing is chosen, even where a choice is required. Call it before any widget is drawn."""
    context = get_script_run_ctx()
    empty = [name for name in st.query_params if not any(st.query_params.get_all(name))]
    if context is not None and empty:
        with context.session_state.query_params() as parameters:  # `st.query_params` refuses those bound to widgets
            for name in empty:
                parameters.remove_param(name)
            parameters.set_initial_query_params_from_current()


def correct_parameter(name: str, value: str) -> None:
    """Write a query parameter as its widget does. Call it before the widget is drawn for the first time."""
    if context := get_script_run_ctx():
        with context.session_state.query_params() as parameters:
            parameters.set_corrected_value(name, value, "string_value")
            parameters.set_initial_query_params_from_current()


def read_address() -> None:
    """Use the list in the address, unless this session wrote it there. What cannot be read gives a warning."""
    wanted = {name: st.query_params.get(name, "") for name in PARAMETERS}
    if not any(wanted.values()) or wanted == st.session_state.get("address"):
        return
    st.session_state["address"] = wanted
    new, notes = decode(wanted, resources.ratings().profile)
    if new != Visit():
        if visit() == Visit():
            st.session_state["visit"] = new
        else:
            _become(new)
    for note in notes:
        st.warning(plain(note, 300), icon=":material/link_off:")


def write_address() -> None:
    """Keep the address such that it leads to what the visitor has now. An imported list is never in it."""
    wanted = dict.fromkeys(PARAMETERS, "") | address()
    st.session_state["address"] = wanted
    write_parameters(wanted)


def write_parameters(wanted: dict[str, str] | dict[str, list[str]]) -> None:
    """Set query parameters, and remove those whose value is empty."""
    changed = {
        name: value
        for name, value in wanted.items()
        if value and st.query_params.get_all(name) != ([value] if isinstance(value, str) else value)
    }
    if changed:  # even without a change, `update` writes the address
        st.query_params.update(changed)
    for name, value in wanted.items():
        if not value and name in st.query_params:
            del st.query_params[name]


def remembered(name: str, key: Hashable, make: Callable[[], _Made], waiting: str | None = None) -> _Made:
    """The result of `make`, kept for this visitor until `key` changes; `waiting`, if given, is shown while it runs."""
    kept = st.session_state.get(f"remembered-{name}")
    if kept is None or kept[0] != key:
        with st.spinner(waiting) if waiting else contextlib.nullcontext():
            kept = (key, make())
        st.session_state[f"remembered-{name}"] = kept
    return kept[1]


def folding(model: str) -> Folding:
    """The visitor's list as the model sees it."""
    now = visit()
    return remembered(f"folding-{model}", now, lambda: resources.engine().fold_in(now.profile, model))
