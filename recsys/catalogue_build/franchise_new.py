"""Put new titles into the franchises of a finished catalogue, whose titles stay where they are."""

import functools
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from recsys.catalogue_build.franchise_groups import Inferred
from recsys.catalogue_build.franchise_names import Words
from recsys.catalogue_build.franchise_relations import Relation
from recsys.catalogue_build.groups import Groups, members, named_by_smallest

#: Relations that put a title into a franchise, the surest first.
_SUREST = (
    frozenset({"prequel", "sequel"}),
    frozenset({"parent story", "full story"}),
    frozenset({"side story", "summary"}),
    frozenset({"spin-off", "alternative version", "alternative setting"}),
)


def place(inferred: Inferred, known: Mapping[int, int], related: Mapping[int, Sequence[Relation]]) -> dict[int, int]:
    """Title id -> the smallest id of its franchise. `known` holds the franchise of each title that has one.

    A new title joins one franchise: that of the titles that it is related to, or else that of the longest series' name
    in its own names. It never joins two franchises. New titles that join none are grouped among themselves.
    """
    found = {anime_id: known[anime_id] for anime_id in inferred.groups if anime_id in known}
    named = _by_name(inferred, found)
    waiting = {anime_id: None for anime_id in sorted(inferred.groups) if anime_id not in found}
    related_to: dict[int, list[int]] = defaultdict(list)
    for anime_id in waiting:
        for relation in related.get(anime_id, ()):
            related_to[relation.other].append(anime_id)
    changed = set(waiting)  # those whose relations may lead to a franchise that they did not lead to before
    while waiting:
        chosen = {i: _related_group(i, found, related, named.get(i)) for i in changed}
        if not any(chosen.values()):
            chosen = {i: named.get(i) for i in waiting}
        chosen = {i: group for i, group in chosen.items() if group is not None}
        found |= chosen
        if not chosen:
            break
        for anime_id in chosen:
            del waiting[anime_id]
        changed = {i for anime_id in chosen for i in related_to[anime_id] if i in waiting}
    groups = Groups()
    for anime_id in waiting:
        groups.join(anime_id, ("name", inferred.groups[anime_id]))
        for relation in related.get(anime_id, ()):
            if relation.other in waiting and any(relation.relation in words for words in _SUREST):
                groups.join(anime_id, relation.other)
    for ids in members(waiting, groups).values():
        found |= dict.fromkeys(ids, -min(ids))  # negative: cannot be the number of a known franchise
    together: dict[int, list[int]] = defaultdict(list)
    for anime_id, group in found.items():
        together[group].append(anime_id)
    return named_by_smallest(together.values())


def related_alone(
    known: Mapping[int, int], related: Mapping[int, Sequence[Relation]], fixed: Iterable[int]
) -> dict[int, int]:
    """Titles that are alone in their franchise, but related to titles of exactly one other -> that franchise.

    So a title that was announced before its relations were entered finds its series later. Titles in `fixed` stay.
    """
    sizes = Counter(known.values())
    stay = frozenset(fixed)
    found = {}
    for anime_id in related:
        if anime_id in known and anime_id not in stay and sizes[known[anime_id]] == 1:
            sure = [r for r in related[anime_id] if r.relation in _SURE and r.other != anime_id]
            group = _related_group(anime_id, known, {anime_id: sure}, None)
            if group is not None:
                found[anime_id] = group
    return found


_SURE = _SUREST[0] | _SUREST[1] | {"side story"}


def _related_group(
    anime_id: int, found: Mapping[int, int], related: Mapping[int, Sequence[Relation]], named: int | None
) -> int | None:
    """The franchise that a title's surest relations lead to; of several, the one that its name says."""
    for words in _SUREST:
        groups = {found[r.other] for r in related.get(anime_id, ()) if r.relation in words and r.other in found}
        if len(groups) > 1:
            groups &= {named}
        if groups:
            return groups.pop()
    return None


def _by_name(inferred: Inferred, found: Mapping[int, int]) -> dict[int, int]:
    """New title -> the franchise whose titles share its longest series' name, or else its inferred group."""
    by_stem: dict[Words, Counter[int]] = defaultdict(Counter)
    by_group: dict[int, Counter[int]] = defaultdict(Counter)
    for anime_id, group in found.items():
        by_group[inferred.groups[anime_id]][group] += 1
        for words in {*inferred.stems[anime_id], *(name.words for name in inferred.names[anime_id])}:
            by_stem[words][group] += 1

    @functools.cache
    def most(inferred_group: int, stem: Words | None) -> int | None:
        """The franchise of most titles of an inferred group, or of those that share a stem."""
        near = by_group[inferred_group]
        votes = near if stem is None else {g: n for g, n in by_stem.get(stem, {}).items() if g in near}
        return max(votes, key=lambda group: (votes[group], -group), default=None)

    result = {}
    for anime_id in inferred.groups.keys() - found.keys():
        group = inferred.groups[anime_id]
        if group in by_group:
            stems = sorted(inferred.stems[anime_id], key=len, reverse=True)
            chosen = (most(group, stem) for stem in (*stems, None))
            result[anime_id] = next(one for one in chosen if one is not None)
    return result
