"""Franchises: which titles belong together, in what order to watch them, and what to watch first.

A franchise is everything under one name: sequels, films, specials, spin-offs, remakes, other worlds. Relations that a
Kaggle set states are taken as they are; for other titles they follow from collections, names, release types and dates.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from recsys.catalogue_build import franchise_groups, franchise_links, franchise_new, franchise_order, franchise_parents
from recsys.catalogue_build.franchise_brands import Brands, known_brands
from recsys.catalogue_build.franchise_dates import Timeline
from recsys.catalogue_build.franchise_index import TitleIndex
from recsys.catalogue_build.franchise_links import Links
from recsys.catalogue_build.franchise_names import parse
from recsys.catalogue_build.franchise_relations import BEFORE, TOGETHER, Relation
from recsys.catalogue_build.groups import Groups, members, named_by_smallest
from recsys.types import Title


def annotate(
    titles: Iterable[Title],
    related: Mapping[int, Sequence[Relation]] | None = None,
    links: Links | None = None,
    brands: Brands | None = None,
    orders: Mapping[int, Sequence[int]] | None = None,
    known: Mapping[int, int] | None = None,
) -> list[Title]:
    """The titles with their place in a franchise.

    `franchise_id` is the smallest id of its titles; `watch_order` counts from 1 within it. `requires` lists what to
    watch first, in watch order, the nearest last (at most `franchise_order.MOST_REQUIRED`), and never leads back to the
    title itself. `related` holds the stated relations of the titles that have any, `links` what other catalogues join.
    `brands` and `orders` are those of franchise_brands.csv and franchise_orders.csv if not given. `known` is the
    franchise of each title that has one already: these stay as they are, and other titles may join them.
    """
    by_id = {t.anime_id: _with_kind(t) for t in sorted(titles, key=lambda title: title.anime_id)}
    related = related or {}
    links = links or Links()
    brands = known_brands() if brands is None else brands
    orders = franchise_order.corrections() if orders is None else orders
    inferred = franchise_groups.infer(by_id.values(), brands, links.collections)
    if known is None:
        groups = _merge(franchise_links.join(inferred, by_id, links), related)
    else:
        groups = franchise_new.place(inferred, known, related)
    together: dict[str, list[int]] = defaultdict(list)
    for anime_id, group in groups.items():
        together[str(group)].append(anime_id)
    # From the finished franchises, so that titles require the same whatever first put them together.
    inferred = franchise_groups.infer(by_id.values(), brands, together)
    index = TitleIndex(by_id, groups, inferred)
    timeline = Timeline(index)
    stated = {i: parents for i, parents in orders.items() if {i, *parents} <= by_id.keys()}
    stated |= _stated_parents(related, by_id)
    stated = {i: tuple(p for p in parents if groups[p] == groups[i]) for i, parents in stated.items()}
    stated = franchise_order.without_cycles(stated, timeline.dates)
    timeline.follow(stated)
    order = franchise_order.watch_order(timeline.dates, stated)
    required = franchise_order.chains(franchise_parents.infer(index, order) | stated, order)
    result = {}
    count: Counter[int] = Counter()
    for anime_id in sorted(by_id, key=order.__getitem__):
        count[groups[anime_id]] += 1
        result[anime_id] = replace(
            by_id[anime_id],
            franchise_id=groups[anime_id],
            watch_order=count[groups[anime_id]],
            requires=required.get(anime_id, ()),
        )
    return [result[anime_id] for anime_id in by_id]


def _with_kind(title: Title) -> Title:
    found = kind(title)
    return title if title.kind == found else replace(title, kind=found)


def kind(title: Title) -> str:
    """What a title is within its franchise, by release type and name: main, special, recap or music."""
    marks = parse(title.title).marks | (parse(title.title_english).marks if title.title_english else frozenset())
    if title.type == "Music" or "promo" in marks:
        return "music"
    if "recap" in marks:
        return "recap"
    if title.type == "Special" or "special" in marks or ("episode" in marks and title.episodes == 1):
        return "special"
    return "main"


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
    return named_by_smallest(members(inferred, groups).values())


def _stated_parents(
    related: Mapping[int, Sequence[Relation]], titles: Mapping[int, Title]
) -> dict[int, tuple[int, ...]]:
    return {
        anime_id: tuple(r.other for r in relations if r.relation in BEFORE and r.other in titles)
        for anime_id, relations in related.items()
    }
