"""Infer from names which titles belong to one franchise.

A *stem* is a beginning of a name: "sword art online" of "Sword Art Online: Alicization - War of Underworld". A title
joins the stems that look like its series' name, judged by how all other titles use the same beginning. Titles joined by
a stem, directly or through others, are one franchise.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from recsys.catalogue_build import franchise_names as names
from recsys.catalogue_build.franchise_brands import Brands, brands_in
from recsys.catalogue_build.franchise_names import Words
from recsys.catalogue_build.groups import Groups, members, named_by_smallest
from recsys.types import Title

#: Words that may stand before the name of a series: "Shin Tennis no Ouji-sama", "Petit iDOLM@STER".
_MODIFIERS = frozenset(
    ("zoku", "shin", "new", "neo", "chibi", "petit", "puchi", "mini", "sd", "super", "young", "新", "続", "真", "シン")
)
#: Words between the names of two series that meet.
_CROSSOVER = frozenset(["x", "vs", "tai", "meets", "and"])
_NO_BRANDS = Brands()
#: A common word is a series' name only if a title of that name has this many members; "Life!" has not.
_KNOWN = 5_000
#: The least share of a title's members that the series it is named after has.
_FAME_SHARE = 0.3
#: The same where the name is beyond doubt: a remake may be watched more than the original.
_FAME_SHARE_PLAIN = 0.02


class _Stems:
    """How titles use each stem: `anchors` have it as their full name, `cut` have a separator after it, `open_` have
    none. `inside` maps a word to the titles that have it where no series' name begins; `fame` is the largest number of
    members of an anchor."""

    def __init__(
        self, parsed: Mapping[int, Sequence[names.Name]], titles: Mapping[int, Title], collection_of: Mapping[int, str]
    ) -> None:
        self.anchors: dict[Words, set[int]] = defaultdict(set)
        self.cut: dict[Words, set[int]] = defaultdict(set)
        self.open_: dict[Words, set[int]] = defaultdict(set)
        self.inside: dict[str, set[int]] = defaultdict(set)
        self.fame: dict[Words, int] = defaultdict(int)
        self.titles = titles
        self.collection_of = collection_of
        self.first_japanese = {
            i: next(iter(names.parse(title.title_japanese).words), None) if title.title_japanese else None
            for i, title in titles.items()
        }
        # Counted when first asked for, so that a stem of n titles takes no n steps for each of them.
        self._collections: dict[Words, Counter[str | None]] = {}
        self._japanese: dict[Words, tuple[Counter[str], Counter[bool]]] = {}
        self._adult: dict[Words, bool] = {}
        for anime_id, group in parsed.items():
            for name in group:
                self._add(anime_id, name)

    def _add(self, anime_id: int, name: names.Name) -> None:
        words = name.words
        for end in range(1, len(words)):
            kind = self.cut if end in name.cuts else self.open_
            kind[words[:end]].add(anime_id)
            begins = end in name.cuts or words[end - 1] in _MODIFIERS | _CROSSOVER or words[end] == words[0]
            if not begins:
                self.inside[words[end]].add(anime_id)
        title = self.titles[anime_id]
        if words and title.type != "Music":
            self.anchors[words].add(anime_id)
            self.fame[words] = max(self.fame[words], title.members)

    def others(self, kind: Mapping[Words, set[int]], words: Words, anime_id: int) -> int:
        """How many titles other than this one use a stem in this way."""
        found = kind.get(words, ())
        return len(found) - (anime_id in found)

    def known(self, anime_id: int, words: Words, at_cut: bool, numbered: bool) -> bool:
        """Whether a stem of a title's name is the name of its series, judged by the stem alone. A `numbered` title is
        certainly one of several."""
        first = words[0] if words else ""
        anchors, cuts = self.others(self.anchors, words, anime_id), self.others(self.cut, words, anime_id)
        weight = names.weight(words)
        if names.dangles(words[-1]) and not (anchors and (len(words) >= 4 or (at_cut and weight >= 12))):
            return False
        if len(words) > 1:
            if at_cut:
                return anchors >= 1 or (cuts >= 1 and weight >= 8 and self.cohesion(words) > 0.5)
            return weight >= 7 and (anchors >= 1 or (cuts >= 3 and self.cohesion(words) > 0.6))
        if at_cut and anchors:
            distinctive = numbered or self.coined(first) or self.fame[words] >= _KNOWN
            return (weight >= 4 and distinctive) or self.fame[words] > 100_000
        if at_cut:
            coined = self.coined(first) and self.cohesion(words) > 0.7
            enough = 1 if weight >= (6 if numbered else 9) else 3
            return weight >= 4 and ((cuts >= enough and coined) or (cuts >= 8 and self.cohesion(words) > 0.9))
        return anchors >= 1 and weight >= 5 and self.coined(first) and self.same_japanese(anime_id, words)

    def collected(self, anime_id: int, words: Words) -> bool:
        """Whether another title of this one's collection has a name with this beginning."""
        own = self.collection_of.get(anime_id)
        if own is None:
            return False
        if words not in self._collections:
            self._collections[words] = Counter(self.collection_of.get(i) for i in self.cut.get(words, ()))
        return self._collections[words][own] > (anime_id in self.cut.get(words, ()))

    def coined(self, word: str) -> bool:
        """Whether a word occurs almost only at the beginning of a name."""
        return len(self.inside.get(word, ())) <= 2

    def possessive(self, words: Words, particle: str) -> bool:
        """Whether a stem is a proper name that "no" can follow: "Captain Tsubasa no Koutsuu Anzen"."""
        proper = len(words) > 1 and names.weight(words) >= 9 and not any(names.dangles(word) for word in words)
        return particle in ("no", "の", "in", "for") and proper and self.cohesion(words) > 0.5

    def cohesion(self, words: Words) -> float:
        """The share of the names beginning with a stem that end, or have a separator, after it."""
        ends = len(self.anchors.get(words, ())) + len(self.cut.get(words, ()))
        return ends / max(1, ends + len(self.open_.get(words, ())))

    def same_japanese(self, anime_id: int, words: Words) -> bool:
        """Whether a title's Japanese name begins like an anchor's. Where one is unknown: whether the title has members,
        since a new title's name needs this evidence."""
        own = self.first_japanese[anime_id]
        if own is None:
            return self.titles[anime_id].members > 0
        if words not in self._japanese:
            known = [word for a in self.anchors.get(words, ()) if (word := self.first_japanese[a])]
            self._japanese[words] = Counter(word[:2] for word in known), Counter(word >= names.WIDE for word in known)
        begin, wide = self._japanese[words]
        itself = anime_id in self.anchors.get(words, ())
        if wide[own >= names.WIDE] == itself:
            return self.titles[anime_id].members > 0
        return begin[own[:2]] > itself

    def all_adult(self, words: Words) -> bool:
        """Whether all titles of this full name are adult."""
        if words not in self._adult:
            self._adult[words] = all(self.titles[a].adult for a in self.anchors.get(words, ()))
        return self._adult[words]


@dataclass(frozen=True)
class Inferred:
    """`groups` maps a title id to the smallest title id of its franchise, `names` to its parsed names, the best first,
    and `stems` to the series' names that its own names begin with, the longest first."""

    groups: Mapping[int, int]
    names: Mapping[int, Sequence[names.Name]]
    stems: Mapping[int, Sequence[Words]]
    brands: Brands


def infer(
    titles: Iterable[Title], brands: Brands = _NO_BRANDS, collections: Mapping[str, Sequence[int]] | None = None
) -> Inferred:
    """Group titles by their names, corrected by `brands`. A name inside another joins no title whose collection of
    several does not hold it."""
    collections = collections or {}
    collection_of = {i: name for name, ids in collections.items() if len(ids) > 1 for i in ids}
    by_id = {title.anime_id: title for title in titles}
    parsed = {i: [names.parse(name) for name in _names(title)] for i, title in by_id.items()}
    stems = _Stems(parsed, by_id, collection_of)
    groups = Groups()
    linked: dict[int, list[Words]] = {anime_id: [] for anime_id in by_id}
    misnamed = {anime_id for ids in brands.apart for anime_id in ids}
    by_name = {anime_id: group for anime_id, group in parsed.items() if anime_id not in misnamed}
    for anime_id, group in by_name.items():
        for name in group:
            if anime_id in stems.anchors.get(name.words, ()) and not _namesake(anime_id, name, stems):
                groups.join(anime_id, name.words)
            foreign = name is not group[0] and name.words[:1] < (names.WIDE,)
            linked[anime_id].extend(_prefixes(anime_id, name, stems, foreign))
            if name.words[:1] and name.words[0] in _MODIFIERS:
                rest = replace(name, words=name.words[1:], cuts=tuple(cut - 1 for cut in name.cuts if cut > 1))
                linked[anime_id].extend(w for w in _prefixes(anime_id, rest, stems, foreign) if names.weight(w) >= 8)
        for words in linked[anime_id]:
            groups.join(anime_id, words)
    _join_brands(by_name, linked, stems, brands, groups)
    for ids in members(by_name, groups).values():
        own = {collection_of[i] for i in ids if i in collection_of}
        _join_contained(ids, parsed, stems, groups, {i for name in own for i in collections[name]})
    return Inferred(named_by_smallest(members(by_id, groups).values()), parsed, linked, brands)


def _names(title: Title) -> list[str]:
    """The romaji and the Japanese name. English translations add nothing to these and are more often wrong."""
    names_ = (title.title, title.title_japanese if title.title_japanese != title.title else None)
    return [name for name in names_ if name]


def _namesake(anime_id: int, name: names.Name, stems: _Stems) -> bool:
    """Whether a title has the same name as a famous one by chance."""
    title = stems.titles[anime_id]
    unmarked = name.season is None and not name.marks - {"film", "noise"}
    obscure = title.members < 0.005 * stems.fame[name.words] and not title.title_japanese
    return unmarked and obscure and names.weight(name.words) < 16


def _prefixes(anime_id: int, name: names.Name, stems: _Stems, foreign: bool) -> Iterator[Words]:
    """The stems of a name that are its series' names, the longest first. `foreign` marks a translation, whose first
    word alone is no evidence: "Working Buddies!"."""
    words = name.words
    fame = stems.titles[anime_id].members
    enough = 8 if stems.titles[anime_id].type == "Music" else 3
    is_name = stems.others(stems.anchors, words, anime_id) and names.weight(words) >= enough
    is_name = is_name and stems.fame[words] >= fame * _FAME_SHARE_PLAIN
    if words and is_name and not _namesake(anime_id, name, stems):
        yield words
        fame = max(fame, stems.fame[words])
    for end in range(len(words) - 1, 0, -1):
        stem, at_cut = words[:end], end in name.cuts or words[end] == "the"
        if end == 1 and ((foreign and end not in name.cuts) or words[1] == "tai"):
            continue
        second = words[end:] == ("ni",) and stem in stems.anchors
        if not at_cut and names.goes_on(words[end]) and not (second or stems.possessive(stem, words[end])):
            continue
        if not stems.known(anime_id, stem, at_cut, name.season is not None):
            continue
        if end == 1 and name.exclaimed and stem not in stems.anchors and not stems.collected(anime_id, stem):
            continue
        own = stems.fame.get(stem, 0)
        plain = stems.cohesion(stem) > 0.5 and (end > 1 or stems.coined(stem[0]))
        if stem in stems.anchors and own < fame * (_FAME_SHARE_PLAIN if plain else _FAME_SHARE):
            continue
        yield stem
        fame = max(fame, own)


def _join_brands(
    parsed: Mapping[int, Sequence[names.Name]],
    linked: Mapping[int, Sequence[Words]],
    stems: _Stems,
    brands: Brands,
    groups: Groups,
) -> None:
    for ids in (*brands.ids, *brands.apart):
        for anime_id in ids[1:]:
            groups.join(ids[0], anime_id)
    by_first: dict[str, list[tuple[Words, object]]] = defaultdict(list)
    for brand in brands.words:
        for words in brand:
            by_first[words[0][:2]].append((words, brand))
    for anime_id, group in parsed.items():
        brand = next((brand for name in group for brand in brands_in(name, by_first)), None)
        # a title of another series that only mentions the brand stays in its series
        series = [stem for stem in linked[anime_id] if stem in stems.anchors]
        if brand and (not series or any(next(brands_in(names.Name(s, ()), by_first), None) for s in series)):
            groups.join(anime_id, brand)


def _join_contained(
    ids: Sequence[int],
    parsed: Mapping[int, Sequence[names.Name]],
    stems: _Stems,
    groups: Groups,
    collected: AbstractSet[int],
) -> None:
    """Join a group to the well-known series that most of its names contain: "Boruto: Naruto the Movie"."""
    found: Counter[Words] = Counter()
    for anime_id in ids:
        held = {part for name in parsed[anime_id] for part in _contained(anime_id, name, stems)}
        found.update(part for part in held if groups.find(part) != groups.find(anime_id))
    most = max(stems.titles[i].members for i in ids)
    for part, count in sorted(found.items(), key=lambda item: (-item[1], -len(item[0]))):
        if collected and not collected & stems.anchors[part]:
            continue
        if 2 * count >= len(ids) and most <= 4 * stems.fame[part]:
            groups.join(ids[0], part)
            return


def _contained(anime_id: int, name: names.Name, stems: _Stems) -> Iterator[Words]:
    words, adult = name.words, stems.titles[anime_id].adult
    if _CROSSOVER & set(words):
        return
    for start in range(1, len(words)):
        clear = start in name.cuts or words[start - 1] in _MODIFIERS
        for end in range(len(words), start, -1):
            part, first = words[start:end], words[start]
            if stems.fame.get(part, 0) < 10_000 or names.dangles(part[-1]):
                continue
            if end < len(words) and names.goes_on(words[end]):
                continue
            weight = names.weight(part)
            if not clear and names.dangles(words[start - 1]) and weight < 15:
                continue
            if len(part) > 1:
                enough = weight >= (8 if clear else 12)
            else:
                enough = clear and weight >= 6 and end in name.cuts and stems.coined(first)
            if enough and adult == stems.all_adult(part):
                yield part
