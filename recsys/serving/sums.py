"""Sums the effects of a list on a predicted score by what its titles share with the one predicted."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from recsys.data import labels
from recsys.data.catalogue import Catalogue
from recsys.types import Reason, Shared

#: Groups by genre, tag or studio, at most; the fewest titles in a group other than the series.
_GROUPS, _FEWEST = 5, 2


def shared(catalogue: Catalogue, position: int, reasons: Sequence[Reason]) -> tuple[Shared, ...]:
    """`reasons` for the title at a catalogue position, each in one group, so that the groups' effects add up as theirs.

    Titles of its series come first; then of the genres, tags and studios that the title has, always the one whose
    titles left have the largest effect together; then titles of its decade; then all others. The groups are in the
    order of their effects' size, the others last.
    """
    if not reasons:
        return ()
    positions = catalogue.positions([reason.anime_id for reason in reasons])
    effects = np.array([reason.effect for reason in reasons])
    left = np.ones(len(reasons), bool)
    found: list[Shared] = []

    def take(kind: str, label: str, members: NDArray[np.bool_]) -> None:
        chosen = [reasons[i] for i in np.flatnonzero(members & left).tolist()]
        found.append(Shared(kind, label, float(effects[members & left].sum()), tuple(chosen)))
        left[members] = False

    series = catalogue.franchise_ids[positions] == catalogue.franchise_ids[position]
    if series.any():
        take("series", "", series)
    groups = [(kind, name, np.isin(positions, titles)) for kind, name, titles in _labels(catalogue, position)]
    for _ in range(_GROUPS):
        sizes = [
            abs(effects[members & left].sum()) if np.count_nonzero(members & left) >= _FEWEST else 0.0
            for _, _, members in groups
        ]
        if not sizes or not max(sizes):
            break
        take(*groups[int(np.argmax(sizes))])
    decade = int(catalogue.years[position]) // 10 * 10
    same = (catalogue.years[positions] // 10 * 10 == decade) & (decade > 0) & left
    if np.count_nonzero(same) >= _FEWEST:
        take("era", f"{decade}s", same)
    found.sort(key=lambda group: -abs(group.effect))
    if left.any():
        take("other", "", left.copy())
    return tuple(found)


def _labels(catalogue: Catalogue, position: int) -> Iterator[tuple[str, str, NDArray[np.int32]]]:
    """Kind and name of each genre, tag and studio of a title, and the positions of the titles that have it."""
    title = catalogue.title(position)
    genres = dict.fromkeys((*title.genres, *title.themes, *title.demographics))
    names = {name.casefold() for name in genres}
    tags, studios = labels.tags(catalogue), labels.studios(catalogue)
    for kind, known, given in (
        ("genre", tags, genres),
        ("tag", tags, [name for name in title.tags if name.casefold() not in names]),
        ("studio", studios, title.studios),
    ):
        for name in given:
            yield kind, name, known.titles_with(name)
