"""A visitor's list as the text that the visitor's own browser keeps, and back."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pages.parts.text import shorten
from pages.parts.visit import PARAMETERS, Visit, decode, fields_of, id_entry, read_entries, score_entry
from recsys import Profile, RecsysError

#: Of the format: text of another version is not read.
_VERSION = 1
#: Characters that are kept and read: a list of about 50,000 titles. Browsers allow some five million.
LONGEST = 600_000
_SETS = ("seen", "planned", "dropped", "on_hold", "watching")
_LABEL = 100


class KeptListError(RecsysError):
    """What a browser keeps is not a list of this app."""


def to_text(visit: Visit) -> str | None:
    """`visit` as JSON of short texts, written as in an address; None if it is longer than `LONGEST`. An imported list
    is part of it, without the questions about its file."""
    kept: dict[str, Any] = {"version": _VERSION, "did": fields_of(visit, LONGEST)[0]}
    if visit.source == "import":
        scores = "_".join(f"{anime_id}-{score:g}" for anime_id, score in visit.base.scores.items())
        sets = {name: "_".join(map(str, sorted(getattr(visit.base, name)))) for name in _SETS}
        kept |= {"label": shorten(visit.label, _LABEL), "list": {"scores": scores, **sets}}
    text = json.dumps(kept, ensure_ascii=True, separators=(",", ":"))
    return text if len(text) <= LONGEST else None


def from_text(text: object, fan: Callable[[str], Profile]) -> Visit:
    """The reverse of `to_text`; `fan` returns the list of a community fan. It is read completely or not at all.

    Raises `KeptListError` for anything that `to_text` does not write.
    """
    try:
        return _visit(text, fan)
    except (RecsysError, ValueError, TypeError, RecursionError):
        raise KeptListError(
            "The list that this browser keeps cannot be read, so it is not used. It stays there until you remember "
            "another list, or forget it."
        ) from None


def _visit(text: object, fan: Callable[[str], Profile]) -> Visit:
    if not isinstance(text, str) or len(text) > LONGEST:
        raise ValueError
    kept = _texts_of(json.loads(text), {"version", "did", "label", "list"})
    if kept["version"] != _VERSION or isinstance(kept["version"], bool):
        raise ValueError
    visit, notes = decode(_fields(kept.get("did"), PARAMETERS), fan)
    if notes:
        raise ValueError
    if "list" not in kept:
        return visit
    written, label = _fields(kept["list"], ("scores", *_SETS)), kept.get("label")
    if not isinstance(label, str) or visit.source != "none":
        raise ValueError
    scores, bad = read_entries(written.get("scores", ""), score_entry)
    sets: dict[str, Any] = {}
    for name in _SETS:
        sets[name], unread = read_entries(written.get(name, ""), id_entry)
        bad += unread
    if bad:
        raise ValueError
    return replace(visit, source="import", label=shorten(label, _LABEL), base=Profile(scores=dict(scores), **sets))


def _texts_of(value: object, names: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict) or not value.keys() <= names or "version" not in value:
        raise ValueError
    return value


def _fields(value: object, names: tuple[str, ...]) -> Mapping[str, str]:
    if not isinstance(value, dict) or not value.keys() <= set(names):
        raise ValueError
    if not all(isinstance(text, str) for text in value.values()):
        raise ValueError
    return value
