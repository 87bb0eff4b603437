"""The lists on the Together page: in the session, and in the address what can be shared."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlencode, urlsplit

import streamlit as st

from pages.parts import resources, state
from pages.parts.text import plain, shorten
from pages.parts.visit import LONGEST, Visit, decode, encode
from recsys import Profile, RecsysError
from recsys.serving.group import MAX_FANS

_MEMBER, _OUT = "g", "out"  # query parameters
_NAME = 24  # characters
_MAX_READ = 20  # lists of one address
_LONGEST_LINK = 20_000  # characters


@dataclass(frozen=True)
class Member:
    """One list. `out` says that it does not take part while there are more lists than a group may have."""

    label: str
    visit: Visit
    out: bool = False

    @property
    def profile(self) -> Profile:
        return self.visit.profile

    @property
    def spec(self) -> str:
        """The list in an address, such as "fan=NAME" or "r=5114-9&as=Ann"; empty for an imported list."""
        fields = encode(self.visit)[0]
        if not fields:
            return ""
        fields |= {"as": "" if self.label in (self.visit.label, "Friend") else self.label, _OUT: "1" * self.out}
        return urlencode({name: text for name, text in fields.items() if text})


def kept() -> tuple[Member, ...]:
    """The lists beside the visitor's own."""
    return st.session_state.get("group", ())


def own() -> Member | None:
    """The visitor's own list, unless it is empty or already among those kept."""
    now = state.visit()
    if now.profile.is_empty or any(member.profile == now.profile for member in kept()):
        return None
    return Member(now.label or "You", now, st.session_state.get("group-own-out", False))


def members() -> list[Member]:
    """All lists, the visitor's own first: possibly more than a group may have."""
    mine = own()
    return ([mine] if mine else []) + list(kept())


def taking_part() -> list[Member]:
    """The lists for which titles are recommended, at most `MAX_FANS`.

    If there are more, the first that are not set `out` take part, and the visitor's own only if there is room.
    """
    everyone = members()
    if len(everyone) <= MAX_FANS:
        return everyone
    mine = own()
    chosen = [member for member in [*kept(), *([mine] if mine else [])] if not member.out][:MAX_FANS]
    return [member for member in everyone if member in chosen]


def set_out(place: int, out: bool) -> None:
    """Set whether the list at a place among those kept takes part; -1 is the visitor's own."""
    if place < 0:
        st.session_state["group-own-out"] = out
    else:
        changed = replace(kept()[place], out=out)
        st.session_state["group"] = (*kept()[:place], changed, *kept()[place + 1 :])


def add(member: Member, others: Sequence[Member]) -> None:
    """Add a list. Raises `RecsysError` when it is the same as one of `others`."""
    if any(member.profile == other.profile for other in others):
        raise RecsysError(f"{member.label} is already in the group.")
    st.session_state["group"] = (*kept(), member)


def keep_own(name: str) -> None:
    """Keep the visitor's list under `name`, so that another can be opened in the sidebar."""
    if mine := own():
        st.session_state["group"] = (*kept(), replace(mine, label=shorten(name, _NAME) or mine.label))


def remove(place: int) -> None:
    """Remove the list at a place among those kept."""
    st.session_state["group"] = kept()[:place] + kept()[place + 1 :]


def from_community(name: str) -> Member:
    """A fan of the community. Raises `RecsysError` when nobody has that name."""
    base = resources.ratings().profile(name)
    return Member(base.name or name, Visit("community", base.name or name, base))


def from_spec(text: str) -> tuple[Member, list[str]]:
    """The reverse of `Member.spec`, with notes on what could not be read.

    Raises `RecsysError` if nothing could be.
    """
    try:
        fields = {name: values[0] for name, values in parse_qs(text[:_LONGEST_LINK], max_num_fields=40).items()}
    except ValueError:
        fields = {}
    visit, notes = decode(fields, resources.ratings().profile)
    if visit.profile.is_empty:
        reason = "it needs a fan of the community, or scores that were given on the page"
        raise RecsysError(" ".join(notes) or f"This link holds no list: {reason}.")
    return Member(shorten(fields.get("as", ""), _NAME) or visit.label or "Friend", visit, _OUT in fields), notes


def from_link(link: str, name: str) -> Member:
    """The list in the address of somebody else's page, called `name`. Raises `RecsysError` unless all can be read."""
    try:
        query = urlsplit(link.strip()).query
    except ValueError:
        query = ""
    member, notes = from_spec(query)
    if notes:
        raise RecsysError(f"{' '.join(notes)} Copy the link again and paste all of it.")
    return replace(member, label=shorten(name, _NAME) or member.label, out=False)


def read_address() -> None:
    """Use the lists in the address, unless this session wrote them there. What cannot be read gives a warning."""
    specs = st.query_params.get_all(_MEMBER)
    if not specs or specs == st.session_state.get("group-address"):
        return
    st.session_state["group-address"] = specs
    st.session_state["group"] = ()
    st.session_state["group-own-out"] = _OUT in st.query_params
    notes = [f"This link holds {len(specs):,} lists; the first {_MAX_READ} were read."] if specs[_MAX_READ:] else []
    for spec in specs[:_MAX_READ]:
        try:
            member, unread = from_spec(spec)
            notes += unread
            add(member, kept())  # it may be the visitor's own list, kept before a reload
        except RecsysError as error:
            notes.append(str(error))
    for note in notes:
        st.warning(plain(note, 300), icon=":material/link_off:")


def write_address() -> list[Member]:
    """Keep the address such that it leads to the same group. Returns the lists that are not in it, or not completely:
    imported ones, and those for which there is no more room."""
    specs, missing = [], []
    room = 2 * LONGEST - len(urlencode(state.address()))
    for member in members():
        spec = member.spec
        if not spec or encode(member.visit)[1] or len(spec) > room:
            missing.append(member)
        if spec and member in kept() and len(spec) <= room:
            specs.append(spec)
            room -= len(spec)
    st.session_state["group-address"] = specs
    mine = own()
    state.write_parameters({_MEMBER: specs, _OUT: ["1"] if mine and mine.out else []})
    return missing
