"""Finds the titles of the catalogue with a label: a genre, theme, demographic or tag, a studio or a service."""

import functools
from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recsys.data.catalogue import Catalogue

#: The columns whose words are tags for filters.
_TAG_COLUMNS = ("genres", "themes", "demographics", "tags")


@dataclass(frozen=True)
class Labels:
    """`names` (n_labels,) in alphabetical order; the positions of the titles with label i are
    `titles[bounds[i] : bounds[i + 1]]`, ascending. Names that differ only in capitals are one label."""

    names: tuple[str, ...]
    bounds: NDArray[np.intp]
    titles: NDArray[np.int32]
    n_titles: int

    @classmethod
    def of(cls, positions: NDArray[np.intp], names: pa.Array, n_titles: int) -> Self:
        """From the `positions` (n,) of titles and a label of each, `names` (n,); of two spellings, the first is
        kept."""
        encoded = names.dictionary_encode()
        spellings = encoded.dictionary.to_pylist()
        spelt = {name.casefold(): name for name in reversed(spellings)}
        places = {key: place for place, key in enumerate(sorted(spelt))}
        place_of = np.array([places[name.casefold()] for name in spellings], np.int64)
        pairs = np.unique(place_of[encoded.indices.to_numpy()] * n_titles + positions)
        bounds = np.searchsorted(pairs, np.arange(len(places) + 1) * n_titles)
        titles = (pairs % max(n_titles, 1)).astype(np.int32)
        for array in (bounds, titles):
            array.setflags(write=False)
        return cls(tuple(spelt[key] for key in places), bounds, titles, n_titles)

    @functools.cached_property
    def _places(self) -> dict[str, int]:
        return {name.casefold(): place for place, name in enumerate(self.names)}

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._places

    def titles_with(self, name: str) -> NDArray[np.int32]:
        """Positions (m,) of the titles with a label, in whatever capitals. Raises KeyError for an unknown one."""
        place = self._places[name.casefold()]
        return self.titles[self.bounds[place] : self.bounds[place + 1]]

    def mask(self, name: str) -> NDArray[np.bool_]:
        """A mask (n_titles,) of the titles with a label. Raises KeyError for an unknown one."""
        mask = np.zeros(self.n_titles, bool)
        mask[self.titles_with(name)] = True
        return mask


@functools.lru_cache(maxsize=2)
def tags(catalogue: Catalogue) -> Labels:
    """Genres, themes, demographics and tags alike; kept for the latest catalogues."""
    rows, words = zip(*(catalogue.words(name) for name in _TAG_COLUMNS), strict=True)
    return Labels.of(np.concatenate(rows), pa.concat_arrays(words), len(catalogue))


@functools.lru_cache(maxsize=2)
def studios(catalogue: Catalogue) -> Labels:
    """Studios; kept for the latest catalogues."""
    return Labels.of(*catalogue.words("studios"), len(catalogue))


@functools.lru_cache(maxsize=2)
def services(catalogue: Catalogue) -> Labels:
    """Streaming services; kept for the latest catalogues."""
    rows, links = catalogue.words("streaming")
    return Labels.of(rows, links.field("site"), len(catalogue))
