"""Finds the titles of the catalogue with a label: a genre, theme, demographic or tag, a studio or a service."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
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
    titles: NDArray[np.intp]
    n_titles: int

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, str]], n_titles: int) -> Self:
        """From pairs of a title's position and a label of it; of two spellings, the first is kept."""
        spelt: dict[str, str] = {}
        found: dict[str, set[int]] = {}
        for position, name in pairs:
            key = name.casefold()
            spelt.setdefault(key, name)
            found.setdefault(key, set()).add(position)
        keys = sorted(found)
        bounds = np.concatenate([[0], np.cumsum([len(found[key]) for key in keys], dtype=np.intp)]).astype(np.intp)
        titles = np.array([position for key in keys for position in sorted(found[key])], np.intp)
        for array in (bounds, titles):
            array.setflags(write=False)
        return cls(tuple(spelt[key] for key in keys), bounds, titles, n_titles)

    @functools.cached_property
    def _places(self) -> dict[str, int]:
        return {name.casefold(): place for place, name in enumerate(self.names)}

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._places

    def titles_with(self, name: str) -> NDArray[np.intp]:
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
    columns = (catalogue.words(name) for name in _TAG_COLUMNS)
    pairs = (pair for rows, words in columns for pair in zip(rows.tolist(), words.to_pylist(), strict=True))
    return Labels.of(pairs, len(catalogue))


@functools.lru_cache(maxsize=2)
def studios(catalogue: Catalogue) -> Labels:
    """Studios; kept for the latest catalogues."""
    rows, words = catalogue.words("studios")
    return Labels.of(zip(rows.tolist(), words.to_pylist(), strict=True), len(catalogue))


@functools.lru_cache(maxsize=2)
def services(catalogue: Catalogue) -> Labels:
    """Streaming services; kept for the latest catalogues."""
    rows, links = catalogue.words("streaming")
    return Labels.of(zip(rows.tolist(), links.field("site").to_pylist(), strict=True), len(catalogue))
