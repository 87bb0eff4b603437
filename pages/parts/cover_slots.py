"""Covers on a page: drawn art at once, and the fetched cover in its place when it is there.

The visitor's browser gets each cover inside the page, as a data URI, and loads nothing from other hosts.
"""

import base64
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal, NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import enqueue_message, get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState

from pages.parts import covers, resources, state
from recsys import Title
from recsys.serving.covers import Look

Width = int | Literal["stretch"]
#: Seconds between two looks for covers that are being fetched.
EVERY = 1.0
#: Covers up to this width in pixels are small ones.
_SMALL = 45


class _Slot(NamedTuple):
    """Where a cover belongs that is being fetched."""

    place: DeltaGenerator
    title: Title
    width: Width


_slots: ContextVar[list[_Slot] | None] = ContextVar("slots", default=None)


def switch() -> None:
    """Choose whether covers are shown."""
    if resources.covers() is not None:
        state.restore_kept("covers")
        st.toggle(
            "Covers", value=True, key="covers", bind="query-params",
            help="Our server fetches them from MyAnimeList, AniList and Kitsu. Without them you see drawn art.",
        )  # fmt: skip


def begin() -> None:
    """Forget the slots of the last run. Call it before a page is drawn."""
    _slots.set([])


def show(title: Title, width: Width) -> None:
    """Draw the title's cover if it is there, else art."""
    look = _look(title, width)
    slots = _slots.get()
    if look.waiting and slots is not None:
        place = st.empty()
        slots.append(_Slot(place, title, width))
        with place:
            _draw(title, look, width)
    else:
        _draw(title, look, width)


@contextmanager
def redrawn_by_caller() -> Iterator[None]:
    """Keep no slots for what is drawn in this context. A fragment that runs without its page needs it: Streamlit does
    not let another fragment draw in it. It is to run again every `EVERY` while `are_fetched` says so."""
    token = _slots.set(None)
    try:
        yield
    finally:
        _slots.reset(token)


def are_fetched(titles: Iterable[Title], width: Width) -> bool:
    """Whether any of these covers is being fetched now."""
    looks = [_look(title, width) for title in titles]  # all of them: to look is to ask for the cover
    return any(look.waiting for look in looks)


def refresh() -> None:
    """While covers of this page are being fetched, look for them each second. Call it after a page is drawn."""
    if slots := _slots.get():
        _refresh(slots)


@st.fragment(run_every=EVERY)
def _refresh(slots: list[_Slot]) -> None:
    looks = [_look(title, width) for _, title, width in slots]
    for (place, title, width), look in zip(slots, looks, strict=True):
        with place:
            _draw(title, look, width)
    if not any(look.waiting for look in looks):
        stop_timer()


def stop_timer() -> None:
    """End the timer of the running fragment alone: one run may be of several. See docs/decisions/0009."""
    context, running = get_script_run_ctx(), ThreadState.get().fragment_id
    if context and context.fragment_ids_this_run and running:
        message = ForwardMsg()
        message.stop_auto_rerun.fragment_ids.append(running)
        enqueue_message(message)


def _look(title: Title, width: Width) -> Look:
    store = resources.covers()
    if store is None or not st.session_state.get("covers", True):
        return Look(None)
    return store.look(title.image_url, "small" if isinstance(width, int) and width <= _SMALL else "large")


def _draw(title: Title, look: Look, width: Width) -> None:
    """An image with alternative text, or art, which needs none: the name stands beside it."""
    if look.image is None:
        st.image(covers.cover(title), width=width, alt="")
    else:
        image = f"data:image/webp;base64,{base64.b64encode(look.image).decode()}"
        st.image(image, width=width, alt=f"Cover of {title.title}")
