"""The titles of each franchise by their names and numbers."""

import functools
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from recsys.catalogue_build.franchise_groups import Inferred
from recsys.catalogue_build.franchise_names import Name, Words
from recsys.types import Title

SERIES = ("TV", "ONA")
#: A name that so many series extend, each in its own way, is a brand: none of them requires the others.
_MANY_SERIES = 7

Rank = tuple[tuple[int, ...], int]
FIRST: Rank = ((1,), 0)


def rank(name: Name) -> Rank:
    """Season and part as numbers. A season 0 says nothing of the order: it may be a prequel that was made later."""
    season = name.season or 1
    return ((season,) if name.series is None else (name.series, season), name.part or 0)


def number(name: Name) -> int:
    """The numeral that ends a head of the name, 0 where there is none."""
    return (name.season if name.series is None else name.series) or 0


def _own(name: Name, title: Title) -> Name:
    """The name of a special without the number of its episode, which is no part of the series."""
    return replace(name, part=None) if title.kind == "special" and "episode" in name.marks else name


class TitleIndex:
    """All titles by franchise and *line*: a line is a name without season numbers.

    `lines` maps a franchise and a line to its titles; `extended` to the titles whose name begins with that line;
    `numbered` to the numbers of titles such as "Kara no Kyoukai 1: Fukan Fuukei". `brands` holds the lines that are
    names of brands.
    """

    def __init__(self, titles: Mapping[int, Title], groups: Mapping[int, int], inferred: Inferred) -> None:
        self.titles, self.groups, self.inferred = titles, groups, inferred
        self.names = {
            anime_id: [_own(name, titles[anime_id]) for name in group] for anime_id, group in inferred.names.items()
        }
        self.years = {anime_id: {name.year for name in group if name.year} for anime_id, group in self.names.items()}
        self.main = {anime_id for anime_id, title in titles.items() if title.kind == "main"}
        self.lines: dict[tuple[int, Words], list[int]] = defaultdict(list)
        self.extended: dict[tuple[int, Words], list[int]] = defaultdict(list)
        self.numbered: dict[tuple[int, Words], dict[int, int]] = defaultdict(dict)
        for anime_id, group in self.names.items():
            for words in dict.fromkeys(name.words for name in group):
                self.lines[groups[anime_id], words].append(anime_id)
            for name in group:
                if name.numbered is not None and number(name):
                    self.numbered[groups[anime_id], name.words[: name.numbered]][anime_id] = number(name)
            for stem in dict.fromkeys(inferred.stems[anime_id]):
                self.extended[groups[anime_id], stem].append(anime_id)
        self.brands = self._brands()
        self.rank_in = functools.cache(self._rank_in)

    def _rank_in(self, anime_id: int, words: Words) -> Rank:
        return max(rank(name) for name in self.names[anime_id] if name.words == words)

    def _brands(self) -> set[tuple[int, Words]]:
        """The lines that too many series extend, or that end with a brand's own words."""
        series: dict[tuple[int, Words], set[str]] = defaultdict(set)
        for (group, stem), ids in self.extended.items():
            for anime_id in ids:
                if self.titles[anime_id].type in SERIES:
                    longer = (n.words for n in self.names[anime_id] if len(n.words) > len(stem))
                    series[group, stem].update(w[len(stem)] for w in longer if w[: len(stem)] == stem)
        named = {words for brand in self.inferred.brands.words for words in brand}
        return {
            (group, stem)
            for (group, stem), words in series.items()
            if len(words) >= _MANY_SERIES or any(stem[start:] in named for start in range(len(stem)))
        }
