"""Franchises: which titles belong together, in what order to watch them, and what to watch first.

A franchise is everything under one name: sequels, films, specials, spin-offs, remakes, other worlds. Relations that a
Kaggle set states are taken as they are; for other titles they are inferred from names, release types and dates.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from recsys.catalogue_build import franchise_groups, franchise_order
from recsys.catalogue_build.franchise_brands import known_brands
from recsys.catalogue_build.franchise_groups import Groups
from recsys.catalogue_build.franchise_order import KINDS, kind
from recsys.types import Title

__all__ = ["KINDS", "Relation", "annotate", "kind"]

#: Relations of MyAnimeList that keep titles in one franchise ("Character" and "Other" join strangers), and which of
#: them say what comes first.
TOGETHER = frozenset(
    ("sequel", "prequel", "parent story", "side story", "spin-off", "alternative version", "alternative setting")
) | {"summary", "full story"}
BEFORE = frozenset({"prequel", "parent story"})


@dataclass(frozen=True)
class Relation:
    """`other` is the `relation` ("sequel", "prequel", …, lower case) of a title."""

    relation: str
    other: int


def annotate(titles: Iterable[Title], related: Mapping[int, Sequence[Relation]] | None = None) -> list[Title]:
    """The titles with `franchise_id` (the smallest id of its titles) and `requires`: what to watch first, in watch
    order, the nearest last. `related` holds the stated relations of the titles that have any."""
    titles = sorted(titles, key=lambda title: title.anime_id)
    related = related or {}
    inferred = franchise_groups.infer(titles, known_brands())
    groups = _merge(inferred.groups, related)
    parents = franchise_order.parents({title.anime_id: title for title in titles}, groups, inferred)
    parents |= _stated_parents(related, {title.anime_id for title in titles})
    required = franchise_order.chains(parents)
    return [
        replace(title, franchise_id=groups[title.anime_id], requires=required.get(title.anime_id, ()))
        for title in titles
    ]


def _merge(inferred: Mapping[int, int], related: Mapping[int, Sequence[Relation]]) -> dict[int, int]:
    """Stated relations decide for the titles that have them; the others stay with their inferred group."""
    groups = Groups()
    for anime_id, first in inferred.items():
        if anime_id not in related and first not in related:
            groups.join(anime_id, first)
    for anime_id, relations in related.items():
        for relation in relations:
            if relation.relation in TOGETHER and relation.other in inferred:
                groups.join(anime_id, relation.other)
    members: dict[object, list[int]] = defaultdict(list)
    for anime_id in inferred:
        members[groups.find(anime_id)].append(anime_id)
    return {anime_id: min(ids) for ids in members.values() for anime_id in ids}


def _stated_parents(related: Mapping[int, Sequence[Relation]], known: set[int]) -> dict[int, tuple[int, ...]]:
    return {
        anime_id: tuple(r.other for r in relations if r.relation in BEFORE and r.other in known)
        for anime_id, relations in related.items()
    }
