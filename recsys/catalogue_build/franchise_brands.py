"""Franchises that cannot be inferred from names, listed by hand in franchise_brands.csv."""

import csv
from dataclasses import dataclass
from importlib import resources

from recsys.catalogue_build.franchise_names import Words, parse


@dataclass(frozen=True)
class Brands:
    """Corrections of what names say. A title with one of a brand's `words` in a name belongs to that brand. The titles
    of a tuple of `ids` belong together, in addition to what their names say; those of a tuple of `apart` belong
    together and to no other series."""

    words: tuple[tuple[Words, ...], ...] = ()
    ids: tuple[tuple[int, ...], ...] = ()
    apart: tuple[tuple[int, ...], ...] = ()


def known_brands() -> Brands:
    """Read franchise_brands.csv."""
    text = resources.files("recsys.catalogue_build").joinpath("franchise_brands.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    words = [tuple(parse(w).words for w in row["words"].split("|")) for row in rows if row["words"]]
    ids, apart = (
        tuple(tuple(int(i) for i in row[column].split("|")) for row in rows if row[column])
        for column in ("ids", "apart")
    )
    return Brands(tuple(words), ids, apart)
