"""What a fan chooses beyond genres: tags, time to watch, and services; as masks of the titles that pass."""

from collections.abc import Iterator
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from recsys.data import labels, lengths
from recsys.data.catalogue import Catalogue
from recsys.data.labels import Labels
from recsys.data.services import COUNTRIES, serves
from recsys.errors import ProfileError
from recsys.types import Filters

Mask = NDArray[np.bool_]


def steps(catalogue: Catalogue, filters: Filters) -> Iterator[tuple[str, Mask]]:
    """The name of each of these filters that is set, and a mask (n_titles,) of the titles that pass it.

    Raises `ProfileError` for a tag that no title has and for an unknown service.
    """
    if filters.tags:
        yield "tags to include", np.logical_and.reduce(_masks(labels.tags(catalogue), filters.tags))
    if filters.without_tags:
        excluded = _masks(labels.tags(catalogue), filters.without_tags)
        yield "tags to exclude", ~np.logical_or.reduce(excluded)
    if filters.minutes_to is not None:
        yield "time to watch", lengths.minutes(catalogue) <= filters.minutes_to
    if filters.services or filters.country is not None:
        known, wanted = _served(catalogue, filters)
        if not filters.unknown_services:
            yield "no known service", known
        yield "services", wanted | ~known


def without_service(catalogue: Catalogue) -> Mask:
    """Titles of which no streaming service is known, (n_titles,)."""
    mask = np.ones(len(catalogue), bool)
    mask[labels.services(catalogue).titles] = False
    return mask


def service_names(catalogue: Catalogue) -> tuple[str, ...]:
    """The services that any title is on: those of many countries first."""
    found = labels.services(catalogue).names
    order = [*COUNTRIES]
    return tuple(sorted(found, key=lambda name: (order.index(name) if name in order else len(order), name)))


def _served(catalogue: Catalogue, filters: Filters) -> tuple[Mask, Mask]:
    """Titles with any known service, and titles with a wanted one in the wanted country."""
    found = labels.services(catalogue)
    wanted = np.zeros(len(catalogue), bool)
    chosen = {name.casefold() for name in filters.services}
    if unknown := [name for name in filters.services if name not in found and name not in COUNTRIES]:
        raise ProfileError(f"No title is on {unknown[0]!r}. The services are {', '.join(service_names(catalogue))}.")
    for name in found.names:
        if (not chosen or name.casefold() in chosen) and (filters.country is None or serves(name, filters.country)):
            wanted[found.titles_with(name)] = True
    return ~without_service(catalogue), wanted


def _masks(known: Labels, names: tuple[str, ...]) -> list[Mask]:
    """The masks of `names`. Raises `ProfileError` for one that no title has."""
    for name in names:
        if name not in known:
            spelt = {one.casefold(): one for one in known.names}
            similar = [spelt[one] for one in get_close_matches(name.casefold(), spelt)]
            hint = f" Did you mean {' or '.join(similar)}?" if similar else ""
            raise ProfileError(f"No title has the tag {name!r}.{hint}")
    return [known.mask(name) for name in names]
