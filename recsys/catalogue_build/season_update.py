"""Bring what a source says of a season's titles into a finished catalogue."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from recsys.catalogue_build import aliases, franchise, franchise_new, franchise_order, shipped
from recsys.catalogue_build.facts import Facts
from recsys.catalogue_build.franchise_brands import known_brands
from recsys.catalogue_build.merge import RULES, letters, merge
from recsys.catalogue_build.season import Listed, Season
from recsys.statuses import AIRING, CANCELLED, NOT_AIRED
from recsys.types import Title

_NAMES = ("title", "title_english", "title_japanese")
#: At once, a source withdraws at most so many titles, or this share of a season.
_FEW, _SHARE = 10, 0.2


@dataclass
class Answer:
    """What a source said. `facts` and `related` are by MyAnimeList id, `ids` maps AniList ids to MyAnimeList ids;
    `skipped` and `unknown` count entries that were left out, by reason, and words that this program does not know."""

    facts: dict[int, Facts] = field(default_factory=dict)
    related: dict[int, Sequence[franchise.Relation]] = field(default_factory=dict)
    ids: dict[int, int | None] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)

    def add(self, listed: Iterable[Listed]) -> None:
        """Add entries; the first of each title counts."""
        for one in listed:
            if one.anilist_id is not None:
                self.ids.setdefault(one.anilist_id, one.facts.anime_id if one.facts else None)
            if one.facts is None:
                self.skipped["no MyAnimeList id"] += 1
            elif one.facts.anime_id in self.facts:
                self.skipped["repeated"] += 1
            else:
                self.facts[one.facts.anime_id] = one.facts
                self.related[one.facts.anime_id] = one.related
                self.unknown.update(one.unknown)


@dataclass(frozen=True)
class Updated:
    """The new catalogue. `moved` maps a title's former id to its id, `withdrawn` are those that their source no longer
    has."""

    titles: list[Title]
    origins: Mapping[int, Mapping[str, str]]
    new: tuple[int, ...]
    moved: Mapping[int, int]
    withdrawn: tuple[int, ...]


def missing(titles: Iterable[Title], season: Season, answer: Answer) -> dict[int, int | None]:
    """Titles that should air in a season but are not in the source's answer for it: MyAnimeList id -> AniList id."""
    return {
        title.anime_id: title.anilist_id
        for title in titles
        if (title.year, title.season) == (season.year, season.name)
        and title.status in (NOT_AIRED, AIRING)
        and title.anime_id not in answer.facts
        and title.anilist_id not in answer.ids
    }


def gone(titles: Iterable[Title], asked: Collection[int], answer: Answer) -> set[int]:
    """The titles of `asked` that the source has under no id; their AniList ids are those of `titles`."""
    anilist_ids = {title.anime_id: title.anilist_id for title in titles}
    return {i for i in asked if i not in answer.facts and anilist_ids[i] not in answer.ids}


def believable(found: Collection[int], answer: Answer) -> bool:
    """Whether so many titles can be gone. If not, the source's answer is more likely to be wrong."""
    return len(found) <= max(_FEW, _SHARE * len(answer.facts))


def update(
    titles: Sequence[Title],
    origins: Mapping[int, Mapping[str, str]],
    answer: Answer,
    *,
    by: str,
    seen: str,
    gone: Collection[int] = (),
    keep: Collection[int] = (),
) -> Updated:
    """The catalogue with the facts of `answer`, which the source `by` gave in the month `seen`.

    Other titles stay as they are.

    `gone` are titles that the source no longer has: those that had not aired become "Cancelled". A title that has
    another MyAnimeList id, but the same AniList id, moves to the new id; its row at the old id is removed, unless it is
    in `keep`, the ids that models know. Titles stay in their franchises, which new titles join.
    """
    before = {title.anime_id: title for title in titles}
    moved = _moved(titles, answer)
    withdrawn = tuple(sorted(i for i in gone if i in before and before[i].status == NOT_AIRED))
    touched = {*answer.facts, *moved, *withdrawn}
    rows: dict[int, list[Facts]] = defaultdict(list)
    for row in shipped.rows((title for title in titles if title.anime_id in touched), origins):
        rows[row.anime_id].append(row)
    for old, new in moved.items():
        rows[new] = [replace(row, anime_id=new) for row in rows[old]]
        before[new] = replace(before[old], anime_id=new)
        if old not in keep:
            del rows[old]
    for anime_id, facts in answer.facts.items():
        rows[anime_id] = _renewed(rows[anime_id], facts, before.get(anime_id))
    for anime_id in withdrawn:
        cancelled = Facts(anime_id=anime_id, by=by, seen=seen, status=CANCELLED)
        fields = ("status", "season", "aired_from", "aired_to")
        rows[anime_id] = [cancelled, *(_without(row, fields) for row in rows[anime_id])]
    hand_made = {i: alias for i, alias in aliases.read().items() if i in rows}
    merged = merge([row for of_title in rows.values() for row in of_title] + list(aliases.facts(hand_made)))
    new = tuple(title.anime_id for title in merged.titles if title.anime_id not in before)
    answer.skipped.update("no name" for anime_id in answer.facts if anime_id not in merged.origins)
    others = [title for title in titles if title.anime_id not in touched]
    placed = _in_franchises([*others, *_spelled(merged.titles, titles)], before, answer, moved)
    return Updated(
        placed,
        {title.anime_id: origins[title.anime_id] for title in others} | dict(merged.origins),
        new,
        moved,
        withdrawn,
    )


def _spelled(changed: Iterable[Title], titles: Iterable[Title]) -> list[Title]:
    """The changed titles with studios and tags spelled as in the catalogue."""
    known = {letters(word): word for title in titles for word in (*title.studios, *title.tags)}

    def spell(words: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(known.get(letters(word), word) for word in words))

    return [replace(title, studios=spell(title.studios), tags=spell(title.tags)) for title in changed]


def _moved(titles: Iterable[Title], answer: Answer) -> dict[int, int]:
    """Former id -> new id, for titles that the source has under another MyAnimeList id."""
    count = Counter(title.anilist_id for title in titles)
    known = {title.anime_id for title in titles}
    return {
        title.anime_id: new
        for title in titles
        if (new := answer.ids.get(title.anilist_id or 0)) is not None
        and count[title.anilist_id] == 1
        and new not in known
        and title.anime_id not in answer.facts
    }


def _renewed(rows: Iterable[Facts], facts: Facts, title: Title | None) -> list[Facts]:
    """The rows of a title with newer facts, and without what these replace, whatever this machine's clock says.

    They replace what the same source said before, what changes with time, and dates that were plans. Other names that
    the title had stay findable, and tags stay.
    """
    known = {name for name in RULES if getattr(facts, name)}
    changing = {name for name in known if RULES[name].newest and facts.by in RULES[name].sources}
    changing |= _old_plans(facts, title) if title else set()
    kept, tags = [], [*facts.tags]
    for row in rows:
        same = row.by == facts.by
        tags += row.tags if same else ()
        names = [name for column in _NAMES if (name := getattr(row, column))]
        row = _without(row, changing | (known if same else set()))
        kept.append(replace(row, synonyms=tuple(dict.fromkeys([*row.synonyms, *names]))))
    return [replace(facts, tags=tuple(dict.fromkeys(tags)) if facts.tags else ()), *kept]


def _old_plans(facts: Facts, title: Title) -> set[str]:
    """The dates of a title that newer facts replace, whichever source they are from."""
    if title.status == AIRING:
        return {"aired_to"} if facts.aired_to else set()
    if title.status not in (NOT_AIRED, CANCELLED):
        return set()
    other_year = facts.year and facts.year != title.year
    other_season = facts.year and facts.season and facts.season != title.season
    if other_year or other_season:
        return {"year", "season", "aired_from", "aired_to"}
    return {name for name in ("aired_from", "aired_to") if getattr(facts, name)}


def _without(row: Facts, fields: Iterable[str]) -> Facts:
    empty: dict[str, Any] = {name: Facts.__dataclass_fields__[name].default for name in fields}
    return replace(row, **empty)


def _in_franchises(
    titles: Sequence[Title], before: Mapping[int, Title], answer: Answer, moved: Mapping[int, int]
) -> list[Title]:
    """The titles with their franchises. Those of a franchise without a title of the answer stay as they were."""
    known = {i: title.franchise_id or i for i, title in before.items()}
    ids = {title.anime_id for title in titles}
    known = {i: group for i, group in known.items() if i in ids}
    related = {i: [r for r in relations if r.other in ids] for i, relations in answer.related.items()}
    related = {i: relations for i, relations in related.items() if relations and i in ids}
    apart = {i for group in known_brands().apart for i in group}
    known |= franchise_new.related_alone(known, related, apart)
    settled = _settled(titles, before, known, moved)
    stated = {i: relations for i, relations in related.items() if i not in settled}
    placed = franchise.annotate(titles, stated, known=known)
    touched = {title.franchise_id for title in placed if title.anime_id in answer.facts}
    required = {title.anime_id: title.requires for title in placed if title.franchise_id in touched}
    lost = {i: settled[i] for i in required.keys() & settled.keys() if required[i] != settled[i]}
    if lost:
        placed = franchise.annotate(titles, stated, orders=franchise_order.corrections() | lost, known=known)
    result = []
    for title in placed:
        old = before.get(title.anime_id)
        if old and title.franchise_id == old.franchise_id and title.franchise_id not in touched:
            title = replace(title, kind=old.kind, watch_order=old.watch_order, requires=old.requires)
        result.append(title)
    return result


def _settled(
    titles: Iterable[Title], before: Mapping[int, Title], known: Mapping[int, int], moved: Mapping[int, int]
) -> dict[int, tuple[int, ...]]:
    """What titles of the catalogue require, as before: all but those with another name, type or franchise.

    A relation that was stated when a title was new is in no file, so names alone might not give it again.
    """
    ids = {title.anime_id for title in titles}
    return {
        title.anime_id: tuple(moved.get(i, i) for i in old.requires if moved.get(i, i) in ids)
        for title in titles
        if (old := before.get(title.anime_id))
        and all(getattr(title, name) == getattr(old, name) for name in ("title", "title_japanese", "type"))
        and known[title.anime_id] == (old.franchise_id or title.anime_id)
    }
