"""Read the titles of a Kaggle set, and merge them into an existing catalogue."""

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import duckdb

from recsys.catalogue_build import clean, franchise
from recsys.catalogue_build.franchise import Relation
from recsys.data import sql
from recsys.errors import DataError, first_line
from recsys.prepare import raw_sql
from recsys.prepare.kaggle import Part
from recsys.seasons import NAMES as SEASONS
from recsys.types import Title

#: Our name -> the three sets' column names, in lower case. `rating` is an age rating if the set has a score too, else
#: the mean score.
_COLUMNS = {
    "anime_id": ("anime_id", "mal_id"),
    "title": ("title", "name"),
    "english": ("title_english", "english name"),
    "japanese": ("title_japanese", "japanese name"),
    "synonyms": ("title_synonyms",),
    "type": ("type",),
    "source": ("source",),
    "episodes": ("episodes",),
    "duration": ("duration_min", "duration"),
    "aired": ("aired_string", "aired"),
    "year": ("aired_from_year",),
    "premiered": ("premiered",),
    "genres": ("genre", "genres"),
    "studios": ("studio", "studios"),
    "score": ("score",),
    "rating": ("rating",),
    "members": ("members",),
    "image": ("image_url",),
    "related": ("related",),
}
_DATE = re.compile(r"([A-Z][a-z]{2}) (?:\d{1,2}, )?(\d{4})|\b(\d{4})\b")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MAX_RELATED = 20_000


def read(parts: Iterable[Part], base: Iterable[Title] = ()) -> list[Title]:
    """The titles of Kaggle sets merged into those of `base`, by id, with franchises and watch order.

    Later sets' values replace earlier ones. Values that the sets lack are taken from `base`, which also keeps its other
    titles. Rows without an id or a name are skipped. Raises `DataError` if a file cannot be read as CSV or has no
    title.
    """
    titles, related = {title.anime_id: title for title in base}, {}
    for part in parts:
        found = False
        for row in _rows(part):
            title = _title(row)
            if title is None:
                continue
            found = True
            titles[title.anime_id] = _over(titles[title.anime_id], title) if title.anime_id in titles else title
            relations = read_related(row["related"])
            if relations:
                related[title.anime_id] = relations
        if not found:
            raise DataError(f"{part.file.path} has no title: no row has both an id and a name.")
    return franchise.annotate(titles.values(), related)


def read_related(value: object) -> tuple[Relation, ...]:
    """Relations to other anime, from azathoth42's `related`: a Python literal {relation: [{mal_id, type, …}, …]}."""
    text = str(value or "")
    if not text.startswith("{") or len(text) > _MAX_RELATED:
        return ()
    try:
        parsed = ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return ()
    found = []
    for relation, others in parsed.items() if isinstance(parsed, dict) else ():
        for other in others if isinstance(others, Sequence) else ():
            anime_id = clean.anime_id(other.get("mal_id")) if isinstance(other, dict) else None
            if anime_id is not None and other.get("type") == "anime":
                found.append(Relation(str(relation).lower(), anime_id))
    return tuple(found)


def _rows(part: Part) -> list[dict[str, Any]]:
    """The file's rows by our column names: text, or None if the column is missing."""
    theirs = {name.casefold().strip(): name for name in part.file.header}
    found = {ours: next((theirs[name] for name in names if name in theirs), None) for ours, names in _COLUMNS.items()}
    columns = ", ".join(sql.identifier(name) if name else "NULL" for name in found.values())
    try:
        with duckdb.connect() as connection:
            connection.execute("SET threads = 1")
            rows = connection.execute(f"SELECT {columns} FROM {raw_sql.table(part)}").fetchall()
    except duckdb.Error as error:
        raise DataError(f"Cannot read {part.file.path} as CSV: {first_line(error)}. Download it again.") from None
    return [dict(zip(found, row, strict=True)) for row in rows]


def _title(row: Mapping[str, Any]) -> Title | None:
    anime_id, name = clean.anime_id(row["anime_id"]), clean.text(row["title"])
    if anime_id is None or name is None:
        return None
    has_score = row["score"] is not None
    rating = clean.text(row["rating"]) if has_score or not clean.mean_score(row["rating"]) else None
    genres = clean.texts(row["genres"])
    year, season = _when(row)
    return Title(
        anime_id,
        name,
        title_english=clean.text(row["english"]),
        title_japanese=clean.text(row["japanese"]),
        synonyms=clean.texts(row["synonyms"]),
        type=clean.kind_of_release(row["type"]),
        source=clean.text(row["source"]),
        episodes=clean.episodes(row["episodes"]),
        duration_min=clean.minutes(row["duration"]),
        year=year,
        season=season,
        genres=genres,
        studios=clean.texts(row["studios"]),
        age_rating=rating,
        adult=clean.is_adult(genres, rating),
        mean_score=clean.mean_score(row["score"] if has_score else row["rating"]),
        members=clean.members(row["members"]),
        image_url=clean.url(row["image"]),
    )


def _when(row: Mapping[str, Any]) -> tuple[int | None, str | None]:
    """Year and season of the premiere; if the set lacks it, of the first air date."""
    premiered = (clean.text(row["premiered"]) or "").split()
    if len(premiered) == 2 and premiered[0] in SEASONS and clean.year(premiered[1]):
        return clean.year(premiered[1]), premiered[0]
    match = _DATE.search(clean.text(row["aired"]) or "")
    if match and match[1] in _MONTHS and clean.year(match[2]):
        start = datetime(int(match[2]), _MONTHS.index(match[1]) + 1, 1, 12, tzinfo=UTC)
        return clean.year_and_season(start)
    return clean.year(match[3] if match and match[3] else row["year"]), None


def _over(base: Title, new: Title) -> Title:
    """`new`, completed by the values of `base`; the names of both are kept."""
    gaps = {f.name: getattr(base, f.name) for f in fields(Title) if getattr(new, f.name) in (None, (), 0, "")}
    if new.year is not None and new.year != base.year:
        gaps.pop("season", None)  # the season belongs to the other year
    names = dict.fromkeys((*new.synonyms, *base.synonyms, base.title, base.title_english, base.title_japanese))
    merged = replace(new, **gaps)
    shown = {merged.title, merged.title_english, merged.title_japanese, None}
    adult = base.adult or clean.is_adult(merged.genres, merged.age_rating)
    return replace(merged, adult=adult, synonyms=tuple(name for name in names if name not in shown))
