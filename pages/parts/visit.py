"""A visitor's list with what they did to it on the page, and how both are written in the page's address."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, TypeVar
from urllib.parse import quote_plus

from recsys import Profile, RecsysError, lists

#: The score of a title dropped without one, for a visitor who says that they disliked those.
_DISLIKE = 3
#: Without a list, so many titles seen are enough for recommendations.
ENOUGH = 3
#: Characters of a list in an address. Many web servers refuse a request line of more than 8,000.
LONGEST = 6_000
_Entry = TypeVar("_Entry")
Source = Literal["none", "community", "import"]
Mark = Literal["seen", "planned", "hidden", "ignored", "unseen"]

#: The query parameter of each kind of mark; when an address gets too long, the last are cut first.
_MARKS: dict[Mark, str] = {"seen": "seen", "ignored": "ignore", "planned": "plan", "hidden": "hide", "unseen": "unseen"}
#: All query parameters that together say whose list this is and what was done to it.
PARAMETERS = ("fan", "drops", "r", *_MARKS.values())


@dataclass(frozen=True)
class Visit:
    """An imported list or a community fan's (`base`), and what the visitor did on the page since.

    That is: scores (`rated`), titles seen without a score, planned, not wanted (`hidden`), titles whose scores do not
    count (`ignored`), and titles not seen when asked (`unseen`). `table` is the import of a
    file, with what is to be asked.
    """

    source: Source = "none"
    label: str = ""
    base: Profile = field(default_factory=Profile)
    notes: tuple[str, ...] = ()
    table: lists.Import | None = None
    drops_disliked: bool = False
    rated: Mapping[int, float] = field(default_factory=dict)
    seen: frozenset[int] = frozenset()
    planned: frozenset[int] = frozenset()
    hidden: frozenset[int] = frozenset()
    ignored: frozenset[int] = frozenset()
    unseen: frozenset[int] = frozenset()

    @cached_property
    def profile(self) -> Profile:
        """The list as the models see it: an ignored rating counts as seen, without a score."""
        base = lists.drops_as_dislikes(self.base, _DISLIKE) if self.drops_disliked else self.base
        scores = {i: s for i, s in {**base.scores, **self.rated}.items() if i not in self.ignored}
        seen = base.seen | self.seen | self.ignored
        return replace(base, scores=scores, seen=seen, planned=base.planned | self.planned)

    @property
    def has_list(self) -> bool:
        """Whether this is enough for recommendations: a list of any length, or `ENOUGH` titles seen."""
        return not self.profile.is_empty and (self.source != "none" or len(self.profile.begun) >= ENOUGH)

    @cached_property
    def address(self) -> tuple[dict[str, str], int]:
        """What `encode` gives: every link of a page has it."""
        return encode(self)


def encode(visit: Visit, longest: int = LONGEST) -> tuple[dict[str, str], int]:
    """`visit` as query parameters, such as `r=5114-9_1535-8.5&seen=20_269`.

    Also returns how many scores and marks are left out because the parameters would be longer than `longest`
    characters. Nothing of an imported list is ever in an address: there the parameters are empty.
    """
    return ({}, 0) if visit.source == "import" else fields_of(visit, longest)


def fields_of(visit: Visit, longest: int) -> tuple[dict[str, str], int]:
    """What the visitor did, as `encode` writes it, whatever list it is about."""
    fields = {"fan": visit.label if visit.source == "community" else "", "drops": "low" if visit.drops_disliked else ""}
    entries = {"r": [f"{anime_id}-{score:g}" for anime_id, score in visit.rated.items()]}
    entries |= {name: [str(i) for i in sorted(getattr(visit, kind))] for kind, name in _MARKS.items()}
    room, left_out = max(0, longest - sum(len(quote_plus(text)) for text in fields.values())), 0
    for name, parts in entries.items():
        text = "_".join(parts)
        if len(text) > room:
            text = text[: room + 1].rpartition("_")[0]
            left_out += len(parts) - len(_parts(text))
        fields[name] = text
        room = max(0, room - len(text))
    return {name: text for name, text in fields.items() if text}, left_out


def decode(fields: Mapping[str, str], fan: Callable[[str], Profile]) -> tuple[Visit, list[str]]:
    """The reverse of `encode`; `fan` returns the list of a community fan.

    What cannot be read is left out, and the returned notes say so.
    """
    visit, notes = Visit(), []
    if name := fields.get("fan"):
        try:
            base = fan(name)
            visit = Visit("community", base.name or name, base)
        except RecsysError as error:
            notes.append(str(error))
    scores, bad = read_entries(fields.get("r", ""), score_entry)
    notes += _unreadable("r", bad)
    marks: dict[str, Any] = {}
    for kind, name in _MARKS.items():
        ids, bad = read_entries(fields.get(name, ""), id_entry)
        notes += _unreadable(name, bad)
        marks[kind] = frozenset(ids)
    if (drops := fields.get("drops", "")) not in ("", "low"):
        notes += _unreadable("drops", [drops])
    return replace(visit, rated=dict(scores), drops_disliked=drops == "low", **marks), notes


def _parts(text: str) -> list[str]:
    return [part for part in text.split("_") if part]


def read_entries(text: str, parse: Callable[[str], _Entry]) -> tuple[list[_Entry], list[str]]:
    """The entries of one parameter, and those that cannot be read."""
    good, bad = [], []
    for part in _parts(text):
        try:
            good.append(parse(part))
        except (ValueError, RecsysError):
            bad.append(part)
    return good, bad


def score_entry(text: str) -> tuple[int, float]:
    anime_id, score = text.split("-")
    return next(iter(Profile(scores={int(anime_id): float(score)}).scores.items()))


def id_entry(text: str) -> int:
    return next(iter(Profile(seen={int(text)}).seen))


def _unreadable(name: str, bad: Iterable[str]) -> list[str]:
    if not (bad := list(bad)):
        return []
    more = f" and {len(bad) - 1:,} more" if len(bad) > 1 else ""
    what = f"“{bad[0][:20]}”{more} in the part “{name}=”"
    return [f"This link cannot be read completely: {what}. It may have been cut short. Everything else was read."]
