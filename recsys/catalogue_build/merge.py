"""Merge the titles of the open catalogues."""

from collections.abc import Mapping
from dataclasses import replace

from recsys.types import Title


def merge(rated: list[Title], bangumi: Mapping[int, Title], anilist: Mapping[int, int]) -> list[Title]:
    """All titles, ascending by id.

    Titles of `rated` keep their names and figures, and get what they lack from the others. Titles that only `bangumi`
    has are mostly newer than the ratings.
    """
    titles = {title.anime_id: title for title in rated}
    for anime_id, extra in bangumi.items():
        base = titles.get(anime_id)
        titles[anime_id] = (
            extra
            if base is None
            else replace(
                base,
                title_english=extra.title_english,
                title_japanese=extra.title_japanese,
                synonyms=extra.synonyms,
                type=base.type or extra.type,
                year=extra.year,
                season=extra.season,
                anilist_id=extra.anilist_id,
                streaming=extra.streaming,
            )
        )
    return [replace(t, anilist_id=anilist.get(t.anime_id, t.anilist_id)) for _, t in sorted(titles.items())]
