"""The tags that a page offers, genres, themes and demographics among them, and groups of titles by them."""

import functools

import numpy as np

from recsys.data import labels
from recsys.data.catalogue import Catalogue
from recsys.serving.taste import Facet

#: A tag of fewer titles, adult ones apart, is not offered: it would leave too few to choose from.
_ENOUGH = 10


@functools.lru_cache(maxsize=2)
def offered(catalogue: Catalogue) -> Facet:
    """Tags of at least `_ENOUGH` titles, of which most are not adult, in alphabetical order, and their titles. Kept for
    the latest catalogues."""
    known = labels.tags(catalogue)
    counts = np.diff(known.bounds)
    groups = np.repeat(np.arange(len(known.names)), counts)
    suitable = np.bincount(groups[~catalogue.adult[known.titles]], minlength=len(known.names))
    keep = (suitable >= _ENOUGH) & (2 * suitable > counts)
    renumbered = np.cumsum(keep) - 1
    chosen = keep[groups]
    names = tuple(name for name, kept in zip(known.names, keep.tolist(), strict=True) if kept)
    return Facet("Tag", names, known.titles[chosen], renumbered[groups[chosen]].astype(np.int32))
