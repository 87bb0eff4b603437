"""Franchises that names do not tell, listed by hand in franchise_brands.csv beside this module."""

import csv
from dataclasses import dataclass
from importlib import resources

from recsys.catalogue_build.franchise_names import Words, parse


@dataclass(frozen=True)
class Brands:
    """What names do not tell, or tell wrongly. A title with one of the `words` of a brand in a name belongs to it; the
    titles of one tuple of `ids` belong together; those of one tuple of `apart` likewise, but not to what their names
    tell."""

    words: tuple[tuple[Words, ...], ...] = ()
    ids: tuple[tuple[int, ...], ...] = ()
    apart: tuple[tuple[int, ...], ...] = ()


def known_brands() -> Brands:
    """The brands listed by hand in franchise_brands.csv beside this module."""
    text = resources.files("recsys.catalogue_build").joinpath("franchise_brands.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    words = [tuple(parse(w).words for w in row["words"].split("|")) for row in rows if row["words"]]
    ids, apart = (
        tuple(tuple(int(i) for i in row[column].split("|")) for row in rows if row[column])
        for column in ("ids", "apart")
    )
    return Brands(tuple(words), ids, apart)
