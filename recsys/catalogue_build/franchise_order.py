"""What to watch before a title, inferred from names, types and dates; and the order that follows from it."""

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import resources

from recsys.catalogue_build.clean import SEASONS
from recsys.catalogue_build.franchise_groups import Inferred
from recsys.catalogue_build.franchise_names import Name, Words, parse
from recsys.types import Title

#: A name that so many series extend, each in its own way, is a brand: none of them requires the others.
_MANY_SERIES = 7
#: What a title requires is no trifle beside the best-known title of its line.
_TRIFLE_SHARE = 0.1
#: A sequel is rarely watched by more people than this many times those who began the series.
_KNOWN_SHARE = 0.5
#: Words that mark a story on the side, which no later season requires.
_ASIDE = frozenset(["gaiden", "alternative", "外伝", "オルタナティブ"])
KINDS = ("main", "special", "recap", "music")
_SERIES = ("TV", "ONA")
_UNDATED = 9999.0


def parents(titles: Mapping[int, Title], groups: Mapping[int, int], inferred: Inferred) -> dict[int, tuple[int, ...]]:
    """Title id -> the title to watch directly before it; titles that can be watched first are left out."""
    world = _World(titles, groups, inferred)
    found = {anime_id: world.parent(title) for anime_id, title in titles.items()}
    result: dict[int, tuple[int, ...]] = {
        anime_id: (parent,) for anime_id, parent in found.items() if parent is not None
    }
    result.update({i: required for i, required in _by_hand().items() if i in titles and set(required) <= titles.keys()})
    return result


def chains(parents: Mapping[int, Sequence[int]]) -> dict[int, tuple[int, ...]]:
    """All that comes before a title, first to last; cycles in stated relations are cut."""

    def collect(anime_id: int, path: tuple[int, ...], found: dict[int, None]) -> None:
        for parent in parents.get(anime_id, ()):
            if parent not in path and parent not in found and len(path) < 200:
                collect(parent, (*path, parent), found)
                found[parent] = None

    result = {}
    for anime_id in parents:
        found: dict[int, None] = {}
        collect(anime_id, (anime_id,), found)
        result[anime_id] = tuple(found)
    return result


def watch_order(titles: Sequence[Title]) -> list[Title]:
    """The titles of one franchise by date, but what a title requires always before it."""
    dates = _dates({title.anime_id: title for title in titles})
    by_id = {title.anime_id: title for title in titles}
    done: dict[int, Title] = {}
    for title in sorted(titles, key=lambda title: (dates[title.anime_id], title.anime_id)):
        for required in title.requires:
            if required in by_id:
                done.setdefault(required, by_id[required])
        done.setdefault(title.anime_id, title)
    return list(done.values())


class _World:
    """All titles, by the lines of their names: a *line* is a name without season numbers. `lines` maps a franchise and
    a line to its titles, `extended` likewise to the titles whose line begins with it."""

    def __init__(self, titles: Mapping[int, Title], groups: Mapping[int, int], inferred: Inferred) -> None:
        self.titles, self.groups, self.inferred = titles, groups, inferred
        self.dates = _dates(titles)
        self.lines: dict[tuple[int, Words], list[int]] = defaultdict(list)
        self.extended: dict[tuple[int, Words], list[int]] = defaultdict(list)
        self.numbered: dict[tuple[int, Words], dict[int, int]] = defaultdict(dict)
        for anime_id, group in inferred.names.items():
            for words in {name.words for name in group}:
                self.lines[groups[anime_id], words].append(anime_id)
            for name in group:
                if name.numbered is not None and name.season is not None:
                    self.numbered[groups[anime_id], name.words[: name.numbered]][anime_id] = name.season
            for stem in dict.fromkeys(inferred.stems[anime_id]):
                self.extended[groups[anime_id], stem].append(anime_id)
        self.brands = self._brands()

    def parent(self, title: Title) -> int | None:
        """The nearest earlier main title of the series that a title's name continues."""
        if kind(title) in ("music", "recap"):
            return None
        group, own = self.groups[title.anime_id], self.inferred.names[title.anime_id]
        for name in own:
            earlier = [i for i in self.lines[group, name.words] if self._numbered_before(i, title, name)]
            if earlier and _rank(name) > (1, 0):
                return max(earlier, key=lambda i: (self._rank_in(i, name.words), self.dates[i]))
            if name.numbered is not None and name.numbered < len(name.words):
                series = self.numbered[group, name.words[: name.numbered]]
                lower = [i for i in series if series[i] < (name.season or 0) and self.titles[i].type == title.type]
                if lower:
                    return max(lower, key=lambda i: series[i])
        if any(name.year for name in own) and title.type in _SERIES:
            return None  # a remake
        for stem in dict.fromkeys(self.inferred.stems[title.anime_id]):
            if (group, stem) in self.brands:
                continue
            line = {*self.lines.get((group, stem), ()), *self.extended.get((group, stem), ())}
            before = [i for i in line if self._main_before(i, title, stem)]
            fame = max((self.titles[i].members for i in before), default=0)
            before = [i for i in before if self.titles[i].members >= _TRIFLE_SHARE * fame or not self.titles[i].members]
            if before:
                return max(before, key=lambda i: self.dates[i])
        return None

    def _numbered_before(self, other: int, title: Title, name: Name) -> bool:
        if other == title.anime_id or (
            self.titles[other].year and title.year and self.dates[other] > self.dates[title.anime_id]
        ):
            return False
        return (
            kind(self.titles[other]) == "main"
            and (self.titles[other].type == title.type or self.titles[other].type in _SERIES)
            and self._rank_in(other, name.words) < _rank(name)
        )

    def _main_before(self, other: int, title: Title, stem: Words) -> bool:
        """Whether another title is a series that one follows: earlier, and hardly less known, as first parts are."""
        candidate = self.titles[other]
        if other == title.anime_id or kind(candidate) != "main" or self.dates[other] >= self.dates[title.anime_id]:
            return False
        if candidate.type not in _SERIES:
            return False
        if any(_ASIDE & set(name.words) - set(stem) for name in self.inferred.names[other]):
            return False
        return title.type not in _SERIES or candidate.members >= _KNOWN_SHARE * title.members

    def _rank_in(self, anime_id: int, words: Words) -> tuple[float, int]:
        return max(_rank(name) for name in self.inferred.names[anime_id] if name.words == words)

    def _brands(self) -> set[tuple[int, Words]]:
        """The stems that too many series extend, or that end with a brand's own words."""
        series: dict[tuple[int, Words], set[str]] = defaultdict(set)
        for (group, stem), ids in self.extended.items():
            for anime_id in ids:
                if self.titles[anime_id].type in _SERIES:
                    extensions = (
                        n.words[len(stem)] for n in self._names_with(anime_id, stem) if len(n.words) > len(stem)
                    )
                    series[group, stem].update(extensions)
        named = {words for brand in self.inferred.brands.words for words in brand}
        return {
            (group, stem)
            for (group, stem), words in series.items()
            if len(words) >= _MANY_SERIES or any(stem[-len(brand) :] == brand for brand in named)
        }

    def _names_with(self, anime_id: int, stem: Words) -> list[Name]:
        return [name for name in self.inferred.names[anime_id] if name.words[: len(stem)] == stem]


def _rank(name: Name) -> tuple[float, int]:
    """Season and part as numbers."""
    return (name.season if name.season is not None else 1, name.part or 0)


def _dates(titles: Mapping[int, Title]) -> dict[int, float]:
    """When each title began, in years; where unknown, about when titles of near ids did."""
    titles = {i: replace(t, year=parse(t.title).year) if not t.year else t for i, t in titles.items()}
    known = sorted((i, _date(title)) for i, title in titles.items() if title.year)
    result = {}
    at = 0
    for anime_id in sorted(titles):
        while at < len(known) and known[at][0] < anime_id:
            at += 1
        title = titles[anime_id]
        if title.year:
            result[anime_id] = _date(title)
        else:
            near = sorted(date for _, date in known[max(0, at - 10) : at + 10])
            result[anime_id] = near[len(near) // 2] if near else _UNDATED + anime_id / 1e6
    return result


def _date(title: Title) -> float:
    quarter = SEASONS.index(title.season) if title.season in SEASONS else 3.5
    return (title.year or 0) + quarter / 4 + title.anime_id / 1e8


def kind(title: Title) -> str:
    """What a title is within its franchise: one of `KINDS`, judged by release type and name."""
    marks = parse(title.title).marks | (parse(title.title_english).marks if title.title_english else frozenset())
    if title.type == "Music" or "promo" in marks:
        return "music"
    if "recap" in marks:
        return "recap"
    if title.type == "Special" or "special" in marks:
        return "special"
    return "main"


def _by_hand() -> dict[int, tuple[int, ...]]:
    """Title id -> what to watch directly before it, where names mislead; from franchise_orders.csv."""
    text = resources.files("recsys.catalogue_build").joinpath("franchise_orders.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {int(row["anime_id"]): tuple(int(i) for i in row["after"].split("|") if i) for row in rows}
