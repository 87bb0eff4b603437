"""What one visitor has brought and said: in that visitor's session alone, and in the address what can be shared."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

import streamlit as st

from pages.parts import resources
from recsys import Profile, RecsysError, lists

_UNDO_STEPS = 50
#: The score of a title dropped without one, for a visitor who says that those were disliked.
_DISLIKE = 3
_Made = TypeVar("_Made")
Source = Literal["none", "community", "import"]
Mark = Literal["seen", "planned", "hidden", "ignored", "unseen"]


@dataclass(frozen=True)
class Visit:
    """A list brought from somewhere (`base`), and what the visitor said on the page since: scores, titles seen without
    one, planned, not wanted (`hidden`), scores to leave out (`ignored`), and titles not seen when asked (`unseen`)."""

    source: Source = "none"
    label: str = ""
    base: Profile = field(default_factory=Profile)
    notes: tuple[str, ...] = ()
    fetched: tuple[str, str] | None = None
    drops_disliked: bool = False
    rated: Mapping[int, float] = field(default_factory=dict)
    seen: frozenset[int] = frozenset()
    planned: frozenset[int] = frozenset()
    hidden: frozenset[int] = frozenset()
    ignored: frozenset[int] = frozenset()
    unseen: frozenset[int] = frozenset()

    @property
    def profile(self) -> Profile:
        """The list as the models see it: an ignored rating counts as seen, without a score."""
        base = lists.drops_as_dislikes(self.base, _DISLIKE) if self.drops_disliked else self.base
        scores = {i: s for i, s in {**base.scores, **self.rated}.items() if i not in self.ignored}
        seen = base.seen | self.seen | self.ignored
        return replace(base, scores=scores, seen=seen, planned=base.planned | self.planned)


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


def can_undo() -> bool:
    return bool(st.session_state.get("past"))


def use_community(name: str) -> None:
    """Look at the list of a fan of the community. Raises `RecsysError` when nobody has that name."""
    _become(Visit(source="community", label=name, base=resources.ratings().profile(name)))


def use_import(
    profile: Profile, label: str, notes: tuple[str, ...] = (), fetched: tuple[str, str] | None = None
) -> None:
    """Take a list that the visitor brought; `notes` say what was done to it on the way in.

    `fetched` is the module of `recsys.lists` and the username that it was fetched with, to be dropped when forgotten.
    """
    _become(Visit(source="import", label=label, base=profile, notes=notes, fetched=fetched))


def set_drops_disliked(disliked: bool) -> None:
    """Whether titles dropped without a score count as disliked."""
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


def forget() -> None:
    """Forget the list and everything said about it, undo steps and fetched copies included."""
    for past in (visit(), *st.session_state.get("past", ())):
        if past.fetched:
            site, name = past.fetched
            getattr(lists, site).forget(name)
    for key in ("visit", "past"):
        st.session_state.pop(key, None)


def encode_ratings(rated: Mapping[int, float]) -> str:
    """Ratings as they stand in an address: `5114-9_1535-8.5`."""
    return "_".join(f"{anime_id}-{score:g}" for anime_id, score in rated.items())


def decode_ratings(text: str) -> dict[int, float]:
    """The reverse of `encode_ratings`. Raises `RecsysError` for anything else."""
    try:
        pairs = [part.split("-") for part in text.split("_") if part]
        return dict(Profile(scores={int(anime_id): float(score) for anime_id, score in pairs}).scores)
    except (ValueError, RecsysError):
        raise RecsysError("The ratings in this link cannot be read: it may have been cut short.") from None


def read_address() -> None:
    """Take up what the address names, when it is not what this session wrote there."""
    wanted = {key: st.query_params.get(key, "") for key in ("fan", "r")}
    if not any(wanted.values()) or wanted == st.session_state.get("address"):
        return
    try:
        new = Visit()
        if wanted["fan"]:
            base = resources.ratings().profile(wanted["fan"])
            new = Visit(source="community", label=wanted["fan"], base=base)
        if wanted["r"]:
            new = replace(new, rated=decode_ratings(wanted["r"]))
        st.session_state["visit"] = new
        st.session_state["address"] = wanted
    except RecsysError as error:
        st.session_state["address"] = wanted
        st.warning(str(error), icon=":material/link_off:")


def write_address() -> None:
    """Keep the address such that it brings somebody else to the same view. An imported list is never in it."""
    now = visit()
    shared = {
        "fan": now.label if now.source == "community" else "",
        "r": encode_ratings(now.rated) if now.source != "import" else "",
    }
    st.session_state["address"] = shared
    for key, value in shared.items():
        if value and st.query_params.get(key) != value:
            st.query_params[key] = value
        elif not value and key in st.query_params:
            del st.query_params[key]


def remembered(name: str, key: Hashable, make: Callable[[], _Made], waiting: str) -> _Made:
    """What `make` gives for `key`, made once per visitor until the key under `name` changes; `waiting` is shown
    meanwhile."""
    kept = st.session_state.get(f"remembered-{name}")
    if kept is None or kept[0] != key:
        with st.spinner(waiting):
            kept = (key, make())
        st.session_state[f"remembered-{name}"] = kept
    return kept[1]
