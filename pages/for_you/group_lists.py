"""The lists that a visitor put together with their own: in the session, and in the address what can be shared."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlencode, urlsplit

import streamlit as st

from pages.parts import resources, state
from pages.parts.text import plain, shorten
from recsys import Profile, RecsysError
from recsys.serving.group import MAX_FANS

_KEY = "g"
_NAME = 24  # characters
_LONGEST = 20_000  # characters of one list in an address


@dataclass(frozen=True)
class Member:
    """One list. `spec` brings it back from an address, such as "fan=NAME" or "r=5114-9&as=Ann"; empty for a list that
    was imported, which no address holds. `visit` is what it was kept from, if it was the visitor's."""

    label: str
    profile: Profile
    spec: str
    visit: state.Visit | None = None

    @property
    def shareable(self) -> bool:
        return bool(self.spec)


def kept() -> tuple[Member, ...]:
    """The lists beside the visitor's own."""
    return st.session_state.get("company", ())


def own() -> Member | None:
    """The visitor's own list, unless it is empty or already among those kept."""
    now = state.visit()
    if now.profile.is_empty or any(member.visit == now for member in kept()):
        return None
    return _of_visit(now, now.label or "You")


def members() -> list[Member]:
    """All lists of the group, the visitor's own first."""
    mine = own()
    return ([mine] if mine else []) + list(kept())


def add(member: Member) -> None:
    """Raises `RecsysError` when the group is full or the list is in it."""
    others = members()
    if len(others) >= MAX_FANS:
        raise RecsysError(f"The group is full: {MAX_FANS} lists. Take one out first.")
    if any(member.profile == other.profile for other in others):
        raise RecsysError(f"{member.label} is already in the group.")
    st.session_state["company"] = (*kept(), member)


def keep_own(name: str) -> None:
    """Keep the list that is open now under `name`, so that another can be opened beside it."""
    now = state.visit()
    label = shorten(name, _NAME) or now.label or "You"
    st.session_state["company"] = (*kept(), replace(_of_visit(now, label), visit=now))


def _of_visit(now: state.Visit, label: str) -> Member:
    fan = now.label if now.source == "community" else ""
    return Member(label, now.profile, "" if now.source == "import" else spec(fan, now.rated, label))


def remove(place: int) -> None:
    """Take out the list at a place among those kept."""
    st.session_state["company"] = kept()[:place] + kept()[place + 1 :]


def from_spec(text: str) -> Member:
    """The reverse of `Member.spec`. Raises `RecsysError` for a name that nobody has and for ratings cut short."""
    try:
        fields = {name: values[0] for name, values in parse_qs(text[:_LONGEST], max_num_fields=40).items()}
    except ValueError:
        fields = {}
    fan, ratings = fields.get("fan", ""), fields.get("r", "")
    if not fan and not ratings:
        raise RecsysError("This link holds no list: it needs a fan of the community or ratings made on the page.")
    base = resources.ratings().profile(fan) if fan else Profile()
    rated = state.decode_ratings(ratings) if ratings else {}
    label = shorten(fields.get("as", ""), _NAME) or base.name or "Friend"
    return Member(label, state.Visit(base=base, rated=rated).profile, spec(base.name, rated, label))


def from_link(link: str, name: str) -> Member:
    """The list in the address of somebody else's page, called `name`. Raises as `from_spec` does."""
    try:
        query = urlsplit(link.strip()).query
    except ValueError:
        query = ""
    return from_spec(f"{query}&{urlencode({'as': name.strip()})}" if name.strip() else query)


def spec(fan: str = "", rated: Mapping[int, float] | None = None, label: str = "") -> str:
    """A list as it stands in an address: a fan of the community, with scores given on the page, by a name."""
    fields = {"fan": fan, "r": state.encode_ratings(rated or {}), "as": "" if label in (fan, "Friend") else label}
    return urlencode({name: value for name, value in fields.items() if value})


def read_address() -> None:
    """Take up the lists that the address names, when they are not what this session wrote there."""
    wanted = st.query_params.get_all(_KEY)[:MAX_FANS]
    if not wanted or wanted == st.session_state.get("company-address"):
        return
    st.session_state["company-address"] = wanted
    st.session_state["company"] = ()
    for spec in wanted:
        try:
            add(from_spec(spec))
        except RecsysError as error:
            st.warning(plain(str(error), 300), icon=":material/link_off:")


def write_address() -> None:
    """Keep the address such that it brings somebody else to the same group, imported lists aside."""
    specs = [member.spec for member in kept() if member.spec]
    st.session_state["company-address"] = specs
    if specs and st.query_params.get_all(_KEY) != specs:
        st.query_params[_KEY] = specs
    elif not specs and _KEY in st.query_params:
        del st.query_params[_KEY]
