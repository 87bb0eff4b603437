"""Covers on a page: drawn art at once, and the fetched cover in its place when it is there.

The visitor's browser gets each cover inside the page, as a data URI, and loads nothing from other hosts.
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal, NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import enqueue_message, get_script_run_ctx

from pages.parts import covers, resources, state
from recsys import Title
from recsys.serving.covers import Look

Width = int | Literal["stretch"]
_EVERY = 1.0  # seconds
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


@contextmanager
def refreshed() -> Iterator[None]:
    """While covers that are drawn in this context are being fetched, look for them each second.

    A page is drawn in one, and a fragment with covers in one of its own: it may run without its page.
    """
    slots: list[_Slot] = []
    token = _slots.set(slots)
    try:
        yield
    finally:
        _slots.reset(token)
    if slots:
        _refresh(slots)


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


@st.fragment(run_every=_EVERY)
def _refresh(slots: list[_Slot]) -> None:
    looks = [_look(title, width) for _, title, width in slots]
    for (place, title, width), look in zip(slots, looks, strict=True):
        with place:
            _draw(title, look, width)
    if not any(look.waiting for look in looks):
        _stop_timer()


def _stop_timer() -> None:
    """End the timer of the running fragment. See docs/decisions/0009."""
    context = get_script_run_ctx()
    if context and context.fragment_ids_this_run:
        message = ForwardMsg()
        message.stop_auto_rerun.fragment_ids.extend(context.fragment_ids_this_run)
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
