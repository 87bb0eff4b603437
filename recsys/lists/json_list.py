"""Read a list in JSON: AniList's download of one's data, an answer of AniList's API, or a plain list of objects."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from recsys.lists import build, columns, scores, words
from recsys.lists.columns import Draft
from recsys.lists.errors import BadFileError, EmptyListError
from recsys.lists.json_parts import items, mapping
from recsys.lists.rows import Source
from recsys.lists.table import Table

#: Bounds on what the parser makes of a file: brackets and commas in its text.
_MAX_BRACKETS, _MAX_COMMAS = 400_000, 1_600_000
_MAX_DEPTH = 6
_MAX_FIELDS = 60
_SITE = "AniList"
#: The numbers of `MediaListStatus` and of the score formats in AniList's download, and the formats in its API.
_STATUSES = ("watching", "planned", "completed", "dropped", "on_hold", "completed")
_TOPS: dict[object, float] = {0: 10, 1: 100, 2: 5, 3: 3, 4: 10}
#: Parts of an entry that say what the title is, not what the fan thinks of it.
_TITLE_PARTS = ("anime", "media", "show", "movie", "series", "subject", "work", "node", "entry", "details")
#: The numbers of `type` and `subject_type` in a collection of Bangumi's API.
_BANGUMI_STATUSES = {1: "planned", 2: "completed", 3: "watching", 4: "on hold", 5: "dropped"}
_BANGUMI_KINDS = {1: "book", 2: "anime"}
_FORMATS = {"POINT_100": 100.0, "POINT_10_DECIMAL": 10.0, "POINT_10": 10.0, "POINT_5": 5.0, "POINT_3": 3.0}


def load(text: str) -> Any:
    """The value of a JSON text. Raises `BadFileError` if it is damaged, or has far more values than any list."""
    if text.count("{") + text.count("[") > _MAX_BRACKETS or text.count(",") > _MAX_COMMAS:
        raise BadFileError("The JSON file has far more values than any list. Export your anime list alone.")
    try:
        return json.loads(text, parse_int=_to_int)
    except RecursionError:
        raise BadFileError("The JSON file is nested deeper than any list. Export your anime list again.") from None
    except ValueError as error:
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "a number"
        raise BadFileError(f"The JSON file is damaged ({where}). Download it again.") from None


def _to_int(digits: str) -> int | float:
    return int(digits) if len(digits) < 20 else float(digits)


def read(data: Any) -> tuple[list[Draft], Source]:
    """The rows of a list. Raises `BadFileError` if `data` is no list, `EmptyListError` if it has no entries."""
    if isinstance(data, dict) and isinstance(data.get("user"), dict) and isinstance(data.get("lists"), list):
        return _download(data)
    collection = _collection(data)
    if collection is not None:
        return _answer(collection)
    return _objects(data)


def _download(data: dict[str, Any]) -> tuple[list[Draft], Source]:
    """gdpr_data.json. Scores are of 100, whatever format the user has chosen, unless none fits more than the format."""
    entries = [entry for entry in data["lists"] if isinstance(entry, dict)]
    manga = [entry for entry in entries if entry.get("series_type") not in (0, "0", None, "ANIME")]
    anime = [entry for entry in entries if entry.get("series_type") in (0, "0", None, "ANIME")]
    found = []
    for number, entry in enumerate(anime, 1):
        status = entry.get("status")
        if isinstance(status, int) and not isinstance(status, bool) and 0 <= status < len(_STATUSES):
            status = _STATUSES[status]
        found.append(_entry(number, entry.get("series_id"), None, status, entry))
    named = _TOPS.get(_key(data["user"].get("score_type")), 10.0)
    if any(draft.score.value > named for draft in found):
        named = 100.0
    notes = (f"{build.plural(len(manga), 'manga', 'manga')} left out.",) if manga else ()
    return _checked(found, manga), Source(f"{_SITE} download", named, notes=notes)


def _collection(data: Any) -> dict[str, Any] | None:
    for key in ("data", "MediaListCollection"):
        if isinstance(data, dict) and isinstance(data.get(key), dict):
            data = data[key]
    lists = data.get("lists") if isinstance(data, dict) else None
    if isinstance(lists, list) and lists and all(isinstance(group, dict) and "entries" in group for group in lists):
        return data
    return None


def _answer(collection: dict[str, Any]) -> tuple[list[Draft], Source]:
    """A MediaListCollection. An entry stands in its status list and in custom lists, but counts once."""
    found: list[Draft] = []
    manga: list[Any] = []
    seen: set[object] = set()
    for group in collection["lists"]:
        for entry in map(mapping, items(group["entries"])):
            media = mapping(entry.get("media"))
            key = _key(entry.get("mediaId") or media.get("id") or entry.get("id"))
            if key is not None and key in seen:
                continue
            seen.add(key)
            if media.get("type") == "MANGA":
                manga.append(entry)
                continue
            status = entry.get("status") or group.get("status") or group.get("name")
            found.append(_entry(len(found) + 1, key, media, status, entry))
    user = mapping(collection.get("user"))
    options = mapping(user.get("mediaListOptions"))
    named = _FORMATS.get(str(options.get("scoreFormat")))
    top = max((draft.score.value for draft in found), default=0.0)
    if named and (top > named or (named == 100 and top <= 10)):
        named = 10.0 if top <= 10 else 100.0  # the query may ask for another format than the user's
    notes = (f"{build.plural(len(manga), 'manga', 'manga')} left out.",) if manga else ()
    name = _text(user.get("name"))
    return _checked(found, manga), Source(f"{_SITE} list", named, name=name[:40], notes=notes)


def _entry(number: int, anilist_id: Any, media: dict[str, Any] | None, status: Any, entry: dict[str, Any]) -> Draft:
    title = (media or {}).get("title")
    names = tuple(_texts(title.values() if isinstance(title, dict) else [title]))
    pairs = (("mal_id", (media or {}).get("idMal")), ("anilist_id", anilist_id))
    ids = tuple((kind, known) for kind, value in pairs if (known := build.anime_id_of(value)) is not None)
    text = names[0] if names else f"{_SITE} id {_text(anilist_id)}"[:40]
    refused = "" if names or ids else "neither a title nor an id"
    raw = entry.get("score", entry.get("scoreRaw"))
    return Draft(number, text, names, ids, scores.parse(_text(raw)), _text(status)[:60], refused)


def _checked(found: list[Draft], manga: Sequence[Any]) -> list[Draft]:
    if not found:
        what = "only manga" if manga else "no entries"
        raise EmptyListError(f"The AniList list has {what}. Export an anime list.")
    if len(found) > build.MAX_ENTRIES:
        raise BadFileError(f"The list has more than {build.MAX_ENTRIES:,} entries, more than any list.")
    return found


def _objects(data: Any) -> tuple[list[Draft], Source]:
    """The longest list of objects (or of titles) in `data`, read as a table whose headings are the objects' keys."""
    groups = sorted(_groups(data, ""), key=lambda group: -len(group[1]))
    manga = [group for group in groups if words.is_manga(group[0])]
    groups = [group for group in groups if words.simplify(group[0]) == "anime"] or [
        group for group in groups if group not in manga
    ]
    if manga and not groups:
        raise BadFileError("The JSON file has a list of manga only. Export your anime list.")
    entries = groups[0][1] if groups else []
    if not entries:
        raise BadFileError(
            "The JSON file has no list of titles. Export your anime list, or paste it into the template."
        )
    if isinstance(data, dict):  # such as {"watching": [...], "completed": [...]}
        same = [(name, group) for name, group in groups if type(group[0]) is type(entries[0])]
        named = [(name, group) for name, group in same if name and words.status(name)]
        groups = named if len(named) > 1 or (named and named[0][1] is entries) else [("", entries)]
    else:
        groups = [("", entries)]
    flat: list[dict[str, str]] = []
    for name, group in groups:
        for entry in group:
            fields = dict(_flatten(_named(entry), "")) if isinstance(entry, dict) else {"title": _text(entry)}
            flat.append({**({"status": name} if name else {}), **fields})
    if len(flat) > build.MAX_ENTRIES:
        raise BadFileError(f"The list has more than {build.MAX_ENTRIES:,} entries, more than any list.")
    keys = list(dict.fromkeys(key for fields in flat for key in fields))[:_MAX_FIELDS]
    rows = tuple((number, tuple(fields.get(key, "") for key in keys)) for number, fields in enumerate(flat, 1))
    table = Table(tuple(map(_heading, keys)), rows)
    found = columns.find(table)
    said = tuple(f"{build.plural(len(group), 'manga', 'manga')} left out." for _, group in manga)
    return columns.drafts(table, found), Source(
        "JSON list", scores.heading_top(found.score_heading), notes=said + found.notes
    )


def _named(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry of Bangumi's API with its status and kind as words, since its numbers mean others than elsewhere."""
    if not {"subject_type", "rate", "type"} <= entry.keys():
        return entry
    status = _BANGUMI_STATUSES.get(_key(entry["type"]), entry["type"])
    kind = _BANGUMI_KINDS.get(_key(entry["subject_type"]), "")
    return {**entry, "type": kind, "status": status}


def _groups(data: Any, name: str, depth: int = 0) -> Iterator[tuple[str, list[Any]]]:
    """Every list of objects or of texts in `data`, with the key that it has."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(data, list):
        objects = [entry for entry in data if isinstance(entry, dict)]
        texts = [entry for entry in data if isinstance(entry, str)]
        if objects or texts:
            yield name, objects if len(objects) >= len(texts) else texts
    elif isinstance(data, dict):
        for key, value in data.items():
            for inner, group in _groups(value, key, depth + 1):
                yield (key if words.is_manga(key) else inner), group


def _flatten(entry: dict[str, Any], prefix: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    for key, value in list(entry.items())[:_MAX_FIELDS]:
        path = f"{prefix}{key}"
        if isinstance(value, dict):
            if depth < 3:
                yield from _flatten(value, f"{path}.", depth + 1)
        elif not isinstance(value, list):
            yield path, _text(value)


def _heading(path: str) -> str:
    """The heading for a key: `node.id` is that of the entry's own id, `title.romaji` a title, `anime.score` the site's
    mean score."""
    parent, _, key = path.rpartition(".")
    last = parent.rpartition(".")[2].lower()
    if last in _TITLE_PARTS and words.heading(key)[0] == "score" and not words.is_own(key):
        return "site score"
    if last in _TITLE_PARTS and words.heading(key)[0] == "status":
        return "status of title"  # counts only where the entry has no status of its own
    if last == "season" and key == "number":
        return "season"
    if key in ("romaji", "english", "native", "userPreferred") and "title" in parent:
        return f"title {key}"
    if key == "id" and "mal" in parent.lower():
        return "mal id"
    return key


def _texts(values: Any) -> Iterator[str]:
    for value in values:
        if isinstance(value, str) and value.strip():
            yield value.strip()[:300]


def _text(value: Any) -> str:
    """A value as the text of a cell."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)[:500] if isinstance(value, (str, int, float)) else ""


def _key(value: Any) -> Any:
    return value if isinstance(value, (str, int)) and not isinstance(value, bool) else None
