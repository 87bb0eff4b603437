"""Which titles may be recommended to a fan, and titles scored for a fan, in columns.

Filters come before ranking: they decide which titles may be in the list, `recsys.models.order` in what order.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recsys.data.catalogue import Catalogue
from recsys.serving import choices
from recsys.types import Filters, Profile, positions_of

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Scored:
    """Titles scored for one fan: `anime_ids` ascending, `predicted` (1-10), `rank_score` and MyAnimeList's `members`;
    each (n,)."""

    anime_ids: NDArray[np.int64]
    predicted: NDArray[np.floating]
    rank_score: NDArray[np.float64]
    members: NDArray[np.integer]

    def of(self, chosen: Mask) -> Self:
        """Those that the mask `chosen` (n,) marks."""
        return type(self)(self.anime_ids[chosen], self.predicted[chosen], self.rank_score[chosen], self.members[chosen])

    def predicted_for(self, anime_ids: NDArray[np.integer] | Iterable[int]) -> NDArray[np.floating]:
        """Predicted scores of `anime_ids`, in their order; NaN for a title that is not among the scored ones."""
        positions = positions_of(self.anime_ids, anime_ids)
        result = np.full(len(positions), np.nan)
        result[positions >= 0] = self.predicted[positions[positions >= 0]]
        return result


@dataclass(frozen=True)
class Candidates:
    """`allowed` (n_titles,) by catalogue position; `removed` counts the titles that each filter removed, in order.
    `catalogue` is the one that they are of."""

    allowed: Mask
    removed: dict[str, int]
    catalogue: Catalogue

    def __len__(self) -> int:
        return int(np.count_nonzero(self.allowed))

    def only(self, name: str, keep: Mask) -> Self:
        """Those that `keep` (n_titles,) marks; `name` says why others were removed."""
        allowed = self.allowed & keep
        count = len(self) - int(np.count_nonzero(allowed))
        return replace(self, allowed=allowed, removed={**self.removed, name: count})

    @property
    def without_service(self) -> int:
        """How many of those allowed have no known streaming service."""
        return int(np.count_nonzero(self.allowed & choices.without_service(self.catalogue)))

    def shortage(self, n: int) -> str | None:
        """Why fewer than `n` titles are left, or None when there are enough."""
        left = len(self)
        if left >= n:
            return None
        steps = sorted(((count, name) for name, count in self.removed.items() if count), reverse=True)
        causes = ", ".join(f"{name} ({count:,})" for count, name in steps[:3])
        found = "No title is" if not left else f"Only {left} {'title is' if left == 1 else 'titles are'}"
        return f"{found} left. Most titles were removed by: {causes}." if causes else f"{found} left."


def _between(values: NDArray, low: int | None, high: int | None) -> Mask:
    """Known values (above 0) within the bounds."""
    inside = values > 0
    if low is not None:
        inside &= values >= low
    if high is not None:
        inside &= values <= high
    return inside


def candidates(
    catalogue: Catalogue, fan: Profile, filters: Filters, *, scorable: Mask, raters: NDArray[np.int64], min_raters: int
) -> Candidates:
    """The titles that may be recommended to `fan`.

    `scorable` (n_titles,) marks titles that the model covers, `raters` (n_titles,) their ratings in the data.

    Raises `ProfileError` for a tag that no title has and for an unknown service.
    """
    steps: list[tuple[str, Mask]] = [
        ("not covered by this model", scorable),
        ("already on the list", ~_marked(catalogue, fan.begun)),
        (f"fewer than {min_raters} raters", raters >= min_raters),
    ]
    if not filters.adult:
        steps.append(("adult titles", ~catalogue.adult))
    if filters.types:
        steps.append(("type", np.isin(catalogue.types, filters.types)))
    if filters.year_from is not None or filters.year_to is not None:
        steps.append(("year", _between(catalogue.years, filters.year_from, filters.year_to)))
    if filters.episodes_from is not None or filters.episodes_to is not None:
        steps.append(("episodes", _between(catalogue.episodes, filters.episodes_from, filters.episodes_to)))
    if filters.min_members:
        steps.append((f"fewer than {filters.min_members:,} members", catalogue.members >= filters.min_members))
    if filters.genres:
        steps.append(("genres to include", np.logical_and.reduce(_has_genres(catalogue, filters.genres))))
    if filters.without_genres:
        steps.append(("genres to exclude", ~np.logical_or.reduce(_has_genres(catalogue, filters.without_genres))))
    steps += choices.steps(catalogue, filters)
    if filters.planned != "show":
        planned = _marked(catalogue, fan.planned)
        only = filters.planned == "only"
        steps.append(("not planned" if only else "planned", planned if only else ~planned))
    by_parts = filters.franchise_rules or filters.continuing or filters.new_series
    startable = _startable(catalogue, fan) if by_parts else np.zeros(0, bool)
    if filters.franchise_rules:
        steps.append(("dropped series", ~np.isin(catalogue.franchise_ids, _franchises(catalogue, fan.dropped))))
        steps.append(("an earlier part is not watched yet", startable))
    if filters.continuing or filters.new_series:
        next_parts = startable & ~_first_parts(catalogue)
        if filters.continuing:
            steps.append(("not the next part of a series", next_parts))
        if filters.new_series:
            steps.append(("next parts of series on the list", ~next_parts))
    if filters.exclude:
        steps.append(("hidden titles", ~_marked(catalogue, filters.exclude)))
    left = Candidates(np.ones(len(catalogue), dtype=bool), {}, catalogue)
    for name, keep in steps:
        left = left.only(name, keep)
    return left


def next_seasons(catalogue: Catalogue, positions: NDArray[np.intp], allowed: Mask) -> Mask:
    """The titles `allowed` (n,) without those of the same franchise that a further season, or else a film, goes before;
    they are at `positions` (n,) of the catalogue."""
    types, main = catalogue.types[positions], catalogue.kinds[positions] == "main"
    place = np.select([~main, types == "TV", np.isin(types, ("Movie", "ONA"))], [3, 0, 1], 2)
    _, franchise = np.unique(catalogue.franchise_ids[positions], return_inverse=True)
    first = np.full(len(positions), 3)
    np.minimum.at(first, franchise[allowed], place[allowed])
    return allowed & (place == first[franchise])


def _startable(catalogue: Catalogue, fan: Profile) -> Mask:
    """Titles whose required earlier parts `fan` has all completed."""
    completed = _marked(catalogue, fan.completed)
    offsets, required = catalogue.requires
    missing = np.concatenate([[0], np.cumsum(~completed[required])])
    return missing[offsets[1:]] == missing[offsets[:-1]]


def _first_parts(catalogue: Catalogue) -> Mask:
    """Titles that require no other."""
    offsets, _ = catalogue.requires
    return offsets[1:] == offsets[:-1]


def _positions(catalogue: Catalogue, anime_ids: Collection[int]) -> NDArray[np.intp]:
    """Of those `anime_ids` that the catalogue has."""
    positions = catalogue.positions(anime_ids)
    return positions[positions >= 0]


def _franchises(catalogue: Catalogue, anime_ids: Collection[int]) -> NDArray[np.int64]:
    return catalogue.franchise_ids[_positions(catalogue, anime_ids)]


def _marked(catalogue: Catalogue, anime_ids: Collection[int]) -> Mask:
    mask = np.zeros(len(catalogue.ids), dtype=bool)
    mask[_positions(catalogue, anime_ids)] = True
    return mask


def _has_genres(catalogue: Catalogue, names: tuple[str, ...]) -> list[Mask]:
    """One mask for each name; a genre that no title has is all False."""
    known = {name.casefold(): column for column, name in enumerate(catalogue.genres)}
    absent = np.zeros(len(catalogue.ids), dtype=bool)
    columns = [known.get(name.casefold()) for name in names]
    return [absent if c is None else catalogue.genre_matrix[:, c] for c in columns]
