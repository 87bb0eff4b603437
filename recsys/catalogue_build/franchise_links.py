"""Join franchises by what other catalogues say: collections of anime-lists, and series of TheTVDB.

A collection may join franchises that only meet once, as in a crossover. So it is never taken as it is: its titles are
joined where TheTVDB has them in one series, and a title that is newer than the hand-made lists joins the collection's
series if there is only one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from recsys.catalogue_build import franchise_names as names
from recsys.catalogue_build.franchise_groups import Inferred
from recsys.catalogue_build.franchise_names import Words
from recsys.catalogue_build.groups import Groups, members, named_by_smallest
from recsys.catalogue_build.tvdb import Season
from recsys.types import Title

#: Titles with higher ids were not in the catalogue when franchise_brands.csv was written.
_REVIEWED = 48_492
#: More new titles than this under one name are a series of their own.
_FEW = 4
#: A shorter translation says nothing, in Latin letters.
_LONG = 8
#: A series has at least this many episodes; a shorter one is a special or a video.
_EPISODES = 4


@dataclass(frozen=True)
class Links:
    """`collections` maps a name to its titles, `seasons` a title to its season of TheTVDB."""

    collections: Mapping[str, Sequence[int]] = field(default_factory=dict)
    seasons: Mapping[int, Season] = field(default_factory=dict)


def join(inferred: Inferred, titles: Mapping[int, Title], links: Links) -> dict[int, int]:
    """Title id -> the smallest id of its franchise, from the groups that names give.

    Titles that are kept apart by hand stay as they are.
    """
    apart = {anime_id for ids in inferred.brands.apart for anime_id in ids}
    groups = Groups()
    for anime_id, first in inferred.groups.items():
        groups.join(anime_id, first)
    for ids in links.collections.values():
        free = [i for i in ids if i in titles and i not in apart and titles[i].type != "Music"]
        _join_seasons(free, links.seasons, groups)
        _join_names([titles[i] for i in free], groups)
    found = {
        root: _Group(
            smallest=min(ids),
            size=len(ids),
            is_series=any(_is_series(titles[i]) for i in ids),
            is_music=all(titles[i].type == "Music" for i in ids),
            is_apart=not apart.isdisjoint(ids),
        )
        for root, ids in members(inferred.groups, groups).items()
    }
    for ids in links.collections.values():
        roots = dict.fromkeys(groups.find(i) for i in ids if i in titles)
        _join_new([root for root in roots if root in found and not found[root].is_apart], found, groups)
    return named_by_smallest(members(inferred.groups, groups).values())


@dataclass(frozen=True)
class _Group:
    """What `_join_new` asks of the titles of a group: worked out once, however many collections name it."""

    smallest: int
    size: int
    is_series: bool
    is_music: bool
    is_apart: bool


def _join_seasons(ids: Iterable[int], seasons: Mapping[int, Season], groups: Groups) -> None:
    """Join the titles of a collection that are regular seasons of one series."""
    first: dict[int, int] = {}
    for anime_id in ids:
        season = seasons.get(anime_id)
        if season and season.season != 0:
            groups.join(first.setdefault(season.series, anime_id), anime_id)


def _join_names(titles: Iterable[Title], groups: Groups) -> None:
    """Join the titles of a collection of which one's full name begins the other's, or is any of its names."""
    full: dict[Words, int] = {}
    for title in titles:
        for words in _words(title.title, title.title_japanese):
            groups.join(full.setdefault(words, title.anime_id), title.anime_id)
    for title in titles:
        for words in _words(title.title_english, *title.synonyms):
            if words in full and names.weight(words) >= _LONG:
                groups.join(full[words], title.anime_id)
            elif names.weight(words) >= 2 * _LONG:
                full[words] = title.anime_id
    for words, anime_id in full.items():
        for end in range(1, len(words)):
            if words[:end] in full:
                groups.join(full[words[:end]], anime_id)


def _words(*texts: str | None) -> set[Words]:
    return {words for text in texts if text and (words := names.parse(text).words)}


def _join_new(roots: Sequence[object], found: Mapping[object, _Group], groups: Groups) -> None:
    """Join groups of new titles to the only older series of their collection."""
    known = [root for root in roots if not found[root].is_music]
    new = [root for root in known if found[root].smallest > _REVIEWED]
    of = [root for root in known if found[root].is_series and found[root].smallest <= _REVIEWED]
    newer = [root for root in new if found[root].is_series]
    if not of:
        of = newer
    elif len(newer) > 1:  # several new series that only meet here
        new = [root for root in new if not found[root].is_series]
    if len(of) == 1:
        for root in new:
            if root != of[0] and found[root].size <= _FEW:
                groups.join(root, of[0])


def _is_series(title: Title) -> bool:
    return title.type == "TV" or (title.type == "ONA" and (title.episodes or _EPISODES) >= _EPISODES)
