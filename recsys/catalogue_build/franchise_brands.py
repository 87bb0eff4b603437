"""Franchises that cannot be inferred from names, listed by hand in franchise_brands.csv."""

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from recsys.catalogue_build.facts import own_rows
from recsys.catalogue_build.franchise_names import WIDE, Name, Words, parse

#: Words between the names of two brands that meet.
_MEETING = frozenset(["vs", "tai", "meets"])


@dataclass(frozen=True)
class Brands:
    """Corrections of what names say. A title with one of a brand's `words` in a name belongs to that brand. The titles
    of a tuple of `ids` belong together, in addition to what their names say; those of a tuple of `apart` belong
    together and to no other series."""

    words: tuple[tuple[Words, ...], ...] = ()
    ids: tuple[tuple[int, ...], ...] = ()
    apart: tuple[tuple[int, ...], ...] = ()


@functools.cache
def known_brands() -> Brands:
    """Read franchise_brands.csv."""
    rows = own_rows("franchise_brands.csv")
    words = [tuple(parse(w).words for w in row["words"].split("|")) for row in rows if row["words"]]
    ids, apart = (
        tuple(tuple(int(i) for i in row[column].split("|")) for row in rows if row[column])
        for column in ("ids", "apart")
    )
    return Brands(tuple(words), ids, apart)


def brands_in(name: Name, by_first: Mapping[str, Sequence[tuple[Words, object]]]) -> Iterator[object]:
    """The brands that a name holds, by the first two letters of each brand's words."""
    if _MEETING & set(name.words):
        return
    for start, word in enumerate(name.words):
        if start and name.words[start - 1] == "x":
            continue  # an advertisement: "Schick x Evangelion"
        for words, brand in by_first.get(word[:2], ()):
            is_equal = name.words[start : start + len(words)] == words
            begins = len(words) == 1 and words[0] >= WIDE and word.startswith(words[0])
            if (is_equal or begins) and not any(start < cut < start + len(words) for cut in name.cuts):
                yield brand
