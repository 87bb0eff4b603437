"""Finds titles by any of their names: English, romaji, Japanese, synonyms, abbreviations; tolerates typing errors.

Two steps. An inverted index of character n-grams (three Latin letters or two Chinese or Japanese characters) finds the
names that share the most with the query, weighted by idf; then edit similarity orders these names, and popularity
decides between names of almost equal similarity.
"""

import re
import threading
import unicodedata
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from recsys.data.catalogue import Catalogue
from recsys.types import Title, positions_of

_CANDIDATES = 300
_MAX_QUERY = 100
#: How much ten times the members count, where 1 is the difference between a perfect match and none.
_POPULARITY = 0.03
_MIN_QUALITY = 0.55
#: What a name with other numbers, such as another season's, matches at most: less than lists take without asking.
_OTHER_NUMBER = 0.85
#: How well a special, promotion or song matches the name that its series has too.
_NAMESAKE = 0.94
#: Share of a namesake's members below which a title of the same franchise is not what a list means.
_LITTLE_KNOWN = 0.1
#: Names are indexed in portions of this many, to save memory.
_PORTION = 4096
_WIDE = 0x2E80  # from here on, a character is about a syllable or a word

_NOT_WORD = re.compile(r"[^\w]+|_+")
_ACCENTS = re.compile("[\u0300-\u036f]")
_ORDINALS = {word: str(n) for n, word in enumerate(("first", "second", "third", "fourth", "fifth", "sixth"), 1)}
_SEASON = re.compile(
    rf"\b(\d+)(?:st|nd|rd|th) season\b|\b(?:season |s)0?(\d{{1,2}})\b|\b({'|'.join(_ORDINALS)}) season\b"
)
_NUMERALS = {word: str(n) for n, word in enumerate(("ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"), 2)}
_DIGITS = re.compile(r"\b\d+\b")
_NO_NUMBERS = hash(frozenset())
#: A lone "v" or "x" is a numeral at the end of a name only: "Spy x Family".
_NUMERAL = re.compile(r"(?<=\S )(?:(?:ii|iii|iv|vi|vii|viii|ix)\b|[vx]$)")
_LONG_VOWELS = (("ou", "o"), ("oo", "o"), ("uu", "u"), (" wo ", " o "))
_SYMBOLS = str.maketrans(
    {"×": "x", "∀": "turn a ", "&": " and ", "'": None, "’": None, "`": None, "★": " ", "☆": " ", "ー": None}
)
_KATAKANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}


def normalise(name: str) -> str:
    """A name without what people type differently: case, accents, punctuation, long vowels; katakana as hiragana,
    Roman numerals, "2nd Season" and "S2" as a number; a leading "The"."""
    name = unicodedata.normalize("NFKC", name).casefold().translate(_SYMBOLS)
    if not name.isascii():
        apart = unicodedata.normalize("NFD", name)
        name = unicodedata.normalize("NFC", _ACCENTS.sub("", apart)).translate(_KATAKANA)
    name = f" {_NOT_WORD.sub(' ', name).strip()} "
    for long, short in _LONG_VOWELS:
        name = name.replace(long, short)
    name = _SEASON.sub(lambda match: match[1] or match[2] or _ORDINALS[match[3]], name).strip()
    name = _NUMERAL.sub(lambda match: _NUMERALS[match[0]], name)
    return name.removeprefix("the ")


def _grams(names: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
    """Hashed n-grams of all names and the index of the name that each belongs to, repetitions included."""
    text = "".join(f"  {name}  " for name in names)
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    owner = np.repeat(np.arange(len(names), dtype=np.int32), [len(name) + 4 for name in names])
    first, second, third = codes[:-2], codes[1:-1], codes[2:]
    wide = (first >= _WIDE) | (second >= _WIDE)
    hashed = first * np.uint32(0x9E3779B1) ^ second * np.uint32(0x85EBCA6B)
    hashed ^= np.where(wide, np.uint32(0), third * np.uint32(0xC2B2AE35))
    inside = (owner[:-2] == owner[2:]) & ~((first == 32) & (second == 32) & (third == 32))
    return hashed[inside], owner[:-2][inside]


def _pairs(names: Sequence[str]) -> NDArray[np.uint64]:
    """The distinct n-grams of every name: n-gram << 32 | index of the name, ascending."""
    portions = []
    for start in range(0, len(names), _PORTION):
        grams, owners = _grams(names[start : start + _PORTION])
        portions.append(np.unique(grams.astype(np.uint64) << np.uint64(32) | (owners + start).astype(np.uint64)))
    pairs = np.concatenate(portions) if portions else np.empty(0, dtype=np.uint64)
    pairs.sort()
    return pairs


class _Index:
    """`names` (n,) normalised, `positions` (n,) of their titles; the postings of `grams[g]` are
    `postings[starts[g]:starts[g + 1]]`, indices into `names`; `weights` (n_grams,) are idf; `totals` (n,) sums the
    weights of a name. Arrow keeps the names in a third of the memory that Python's texts take."""

    def __init__(self, catalogue: Catalogue) -> None:
        names, self.positions = _all_names(catalogue)
        self.names = pa.array(names, pa.string())
        self.numbers = np.array([_numbers(name) for name in names], dtype=np.int64)
        pairs = _pairs(names)
        self.postings = (pairs & np.uint64(0xFFFFFFFF)).astype(np.min_scalar_type(len(names)))
        grams = (pairs >> np.uint64(32)).astype(np.uint32)
        del pairs
        starts = np.flatnonzero(np.diff(grams, prepend=~grams[:1]))
        self.grams = grams[starts]
        self.starts = np.append(starts, len(grams)).astype(np.int32)
        self.weights = np.log1p(len(self.names) / np.diff(self.starts)).astype(np.float32)
        weights = np.repeat(self.weights, np.diff(self.starts))
        self.totals = np.bincount(self.postings, weights=weights, minlength=len(self.names)).astype(np.float32)
        self.popularity = (_POPULARITY * np.log10(catalogue.members + 10.0))[self.positions].astype(np.float32)

    def candidates(self, query: str) -> NDArray[np.intp]:
        """The names that share the most n-grams with a normalised query."""
        wanted = np.unique(_grams([query])[0])
        at = positions_of(self.grams, wanted)
        at = at[at >= 0]
        if not len(at):
            return np.empty(0, dtype=np.intp)
        spans = [self.postings[self.starts[g] : self.starts[g + 1]] for g in at]
        weights = np.repeat(self.weights[at], [len(span) for span in spans])
        shared = np.bincount(np.concatenate(spans), weights=weights, minlength=len(self.names))
        whole = float(np.log1p(len(self.names)) * (len(wanted) - len(at)) + self.weights[at].sum())
        # First how much of the query a name covers, then how similar the full names are, then popularity.
        score = shared / whole + 0.3 * shared / (self.totals + whole - shared) + self.popularity * (shared > 0)
        count = min(_CANDIDATES, int((shared > 0).sum()))
        return np.argpartition(-score, count - 1)[:count]

    def quality(self, query: str, candidates: NDArray[np.intp]) -> NDArray[np.float32]:
        """How well each of these names matches the query: about 1 for the name itself, less the more they differ."""

        names = self.names.take(pa.array(candidates)).to_pylist()

        def ratios(scorer, choices: Sequence[str]) -> NDArray[np.float32]:
            return process.cdist([query], choices, scorer=scorer, dtype=np.float32)[0] / 100

        whole = ratios(fuzz.ratio, names)
        start = ratios(fuzz.ratio, [name[: len(query)] for name in names])
        words = ratios(fuzz.token_sort_ratio, names)
        part = ratios(fuzz.partial_ratio, names)
        asked = set(query.split())
        among = np.array([asked <= set(name.split()) for name in names], dtype=np.float32)
        exact = np.array([name == query for name in names], dtype=np.float32)
        near = np.maximum.reduce([0.95 * whole, 0.9 * start, 0.92 * words, 0.82 * part, 0.86 * among])
        other = self.numbers[candidates] != _numbers(query)
        near = np.where(other, np.minimum(near, _OTHER_NUMBER), near)
        return (near + 0.15 * exact).astype(np.float32)


class TitleSearch:
    """Search over a catalogue; the index is built on first use. Safe to share between threads."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._index: _Index | None = None
        self._lock = threading.Lock()

    def find(self, query: str, n: int = 10) -> list[int]:
        """Positions of the titles that a query may mean, best first, at most `n`; empty when no name is similar."""
        return [position for position, _ in self.match(query, n)]

    def match(self, query: str, n: int = 10) -> list[tuple[int, float]]:
        """As `find`, each with how well its best name matches the query: 1 for the name itself, 0 for no similarity."""
        asked = query[:_MAX_QUERY]
        query = normalise(asked)
        if not query or n < 1:
            return []
        index = self._ready()
        candidates = index.candidates(query)
        if not len(candidates):
            return []
        quality = index.quality(query, candidates)
        score = quality + index.popularity[candidates]
        order = np.lexsort((candidates, -score))
        order = order[quality[order] >= _MIN_QUALITY]
        best: dict[int, float] = {}
        for position, sure in zip(index.positions[candidates[order]].tolist(), quality[order].tolist(), strict=True):
            best[position] = max(best.get(position, 0.0), min(sure, 1.0))
        return self._with_namesakes(asked, list(best.items()))[:n]

    def _with_namesakes(self, asked: str, found: list[tuple[int, float]]) -> list[tuple[int, float]]:
        """The same titles, those with exactly the name that was asked for in order: as it was typed first, then by
        the franchise's members, in it the series before its specials, promotions and songs.

        Less sure than the first are those whose name is written otherwise, and of the same franchise those that few
        know, whose own title is another, or of which it is only a synonym."""
        exact = [position for position, sure in found if sure >= 1]
        if len(exact) < 2:
            return found
        catalogue = self._catalogue
        franchises, main = catalogue.franchise_ids[exact], catalogue.kinds[exact] == "main"
        members = catalogue.members[exact]
        _, group = np.unique(franchises, return_inverse=True)
        fame, has_main = np.zeros(len(exact), members.dtype), np.zeros(len(exact), bool)
        np.maximum.at(fame, group, members)
        np.logical_or.at(has_main, group, main)
        titles = [catalogue.title(position) for position in exact]
        typed = np.array([_has_name(title, asked) for title in titles])
        own = np.array([title.title.casefold() == asked.casefold() for title in titles])
        name = normalise(asked)
        main_name = np.array([name in map(normalise, (one.title, one.title_english or "")) for one in titles])
        order = np.lexsort((-members, ~main, franchises, np.negative(fame[group]), ~typed))
        ranked = []
        first = order[0]
        for i in order.tolist():
            is_aside = not main[i] and has_main[group[i]]
            related = franchises[i] == franchises[first]
            little_known = members[i] < _LITTLE_KNOWN * members[first]
            by_synonym = any(names[first] and not names[i] for names in (own, main_name))
            less = (typed[first] and not typed[i]) or (related and (little_known or by_synonym))
            ranked.append((exact[i], _NAMESAKE if is_aside or (i != first and less) else 1.0))
        rest = iter(ranked)
        return [next(rest) if sure >= 1 else (position, sure) for position, sure in found]

    def _ready(self) -> _Index:
        with self._lock:
            if self._index is None:
                self._index = _Index(self._catalogue)
            return self._index


def _numbers(name: str) -> int:
    """A key for the numbers in a normalised name; a first season has none."""
    return hash(frozenset(_DIGITS.findall(name)) - {"1"}) if _DIGITS.search(name) else _NO_NUMBERS


def _has_name(title: Title, name: str) -> bool:
    names = (title.title, title.title_english, title.title_japanese, *title.synonyms)
    return name.casefold() in {known.casefold() for known in names if known}


def _all_names(catalogue: Catalogue) -> tuple[list[str], NDArray[np.int32]]:
    """Every normalised name, each once per title, and the position of its title."""
    names: list[str] = []
    positions: list[int] = []
    columns = [catalogue.column(name) for name in ("title", "title_english", "title_japanese", "synonyms")]
    for position, (title, english, japanese, synonyms) in enumerate(zip(*columns, strict=True)):
        known = {normalise(name): None for name in (title, english, japanese, *(synonyms or ())) if name}
        known.pop("", None)
        names.extend(known)
        positions.extend([position] * len(known))
    return names, np.array(positions, dtype=np.int32)
