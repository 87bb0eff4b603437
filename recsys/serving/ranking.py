"""From scores to an order. Filters decide who may be in the list, ranking decides the order among those left."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.data.catalogue import Catalogue
from recsys.models.base import F, Model
from recsys.types import Filters, Profile

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Candidates:
    """`allowed` (n_titles,) by catalogue position; `removed` counts the titles that each step took out, in order."""

    allowed: Mask
    removed: dict[str, int]

    def __len__(self) -> int:
        return int(np.count_nonzero(self.allowed))

    def shortage(self, n: int) -> str | None:
        """Why fewer than `n` titles are left, or None when there are enough."""
        left = len(self)
        if left >= n:
            return None
        steps = sorted(((count, name) for name, count in self.removed.items() if count), reverse=True)
        causes = ", ".join(f"{name} ({count:,})" for count, name in steps[:3])
        found = "No title is" if not left else f"Only {left} {'title is' if left == 1 else 'titles are'}"
        return f"{found} left. What took most out: {causes}." if causes else f"{found} left."


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

    `scorable` (n_titles,) marks titles that the model covers, `raters` (n_titles,) their ratings in the training data.
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
        steps.append(("genres wanted", np.logical_and.reduce(_has_genres(catalogue, filters.genres))))
    if filters.without_genres:
        steps.append(("genres unwanted", ~np.logical_or.reduce(_has_genres(catalogue, filters.without_genres))))
    if filters.planned != "show":
        planned = _marked(catalogue, fan.planned)
        only = filters.planned == "only"
        steps.append(("not planned" if only else "planned", planned if only else ~planned))
    if filters.franchise_rules:
        steps.append(("dropped series", ~np.isin(catalogue.franchise_ids, _franchises(catalogue, fan.dropped))))
        steps.append(("an earlier part is not watched yet", startable(catalogue, fan)))
    if filters.continuing:
        steps.append(("not the next part of a series", startable(catalogue, fan) & ~_first_parts(catalogue)))
    if filters.exclude:
        steps.append(("put aside", ~_marked(catalogue, filters.exclude)))
    allowed = np.ones(len(catalogue.ids), dtype=bool)
    removed: dict[str, int] = {}
    for name, keep in steps:
        removed[name] = int(np.count_nonzero(allowed & ~keep))
        allowed &= keep
    return Candidates(allowed, removed)


def startable(catalogue: Catalogue, fan: Profile) -> Mask:
    """Titles whose required earlier parts `fan` has all completed."""
    completed = _marked(catalogue, fan.completed)
    offsets, required = catalogue.requires
    missing = np.concatenate([[0], np.cumsum(~completed[required])])
    return missing[offsets[1:]] == missing[offsets[:-1]]


def _first_parts(catalogue: Catalogue) -> Mask:
    """Titles that require no other."""
    offsets, _ = catalogue.requires
    return offsets[1:] == offsets[:-1]


def _positions(catalogue: Catalogue, anime_ids: Collection[int]) -> NDArray[np.int64]:
    positions = catalogue.positions(np.fromiter(anime_ids, dtype=np.int64, count=len(anime_ids)))
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


def standardise(values: NDArray) -> NDArray:
    """Mean 0, standard deviation 1; all zeros when the values do not vary."""
    spread = values.std()
    return (values - values.mean()) / spread if spread > 0 else np.zeros_like(values)


def chance_to_watch(model: Model[F], folded: F, raters: NDArray[np.int64] | None = None) -> NDArray:
    """The model's own chance to watch, or log(1 + raters) for one that has none; both (n_items,)."""
    watch = model.watch(folded)
    if watch is not None:
        return watch
    if raters is None:
        raise ValueError(f"{model.name} has no chance to watch of its own, so that its titles' raters are needed")
    return np.log1p(raters)


def rank_scores(
    predicted: NDArray, watch: NDArray | None, raters: NDArray[np.int64], *, score_weight: float, discovery: float
) -> NDArray[np.float64]:
    """The order's score of every title that a model covers, (n_items,); higher comes first.

    z(watch) + score_weight x predicted, whose weight training learns on validation fans. `discovery` in
    0..1 takes out what everybody watches, z(log raters), and gives the predicted score more say in return. Without
    `watch` the order is the predicted score's.
    """
    popularity = standardise(np.log1p(raters.astype(np.float64)))
    base = predicted.astype(np.float64) if watch is None else standardise(watch.astype(np.float64))
    if watch is not None:
        base = base + score_weight * predicted
    if not discovery:
        return base
    return base - discovery * popularity + discovery * standardise(predicted.astype(np.float64))


def best(
    rank_score: NDArray[np.float64],
    allowed: Mask,
    n: int,
    groups: NDArray[np.int64] | None = None,
    skip: Callable[[int], bool] | None = None,
) -> NDArray[np.intp]:
    """Positions of the `n` highest allowed scores, best first; at most one of each group (negative: no group), and none
    that `skip` says to leave out."""
    positions = np.flatnonzero(allowed)
    order = positions[np.argsort(-rank_score[positions], kind="stable")]
    if groups is None and skip is None:
        return order[:n]
    chosen: list[int] = []
    taken: set[int] = set()
    for position in order.tolist():
        if len(chosen) == n:
            break
        group = -1 if groups is None else int(groups[position])
        if group in taken or (skip is not None and skip(position)):
            continue
        if group >= 0:
            taken.add(group)
        chosen.append(position)
    return np.array(chosen, dtype=np.intp)


def diversify(
    rank_score: NDArray[np.float64], order: NDArray, features: NDArray[np.bool_], n: int, weight: float
) -> NDArray:
    """`n` of the positions in `order` by maximal marginal relevance (Carbonell & Goldstein 1998), in order of choice.

    Each choice maximises score - weight x spread x (largest Jaccard likeness to what is chosen); `features`
    (len(order), n_features) are the genres, spread is the standard deviation of the scores in `order`, so that `weight`
    means the same for every model. The first is always the best.
    """
    relevance = rank_score[order]
    penalty = weight * relevance.std() if len(order) else 0.0
    likeness = np.zeros(len(order))
    sizes = features.sum(axis=1)
    chosen: list[int] = []
    left = np.ones(len(order), dtype=bool)
    while len(chosen) < min(n, len(order)):
        pick = int(np.argmax(np.where(left, relevance - penalty * likeness, -np.inf)))
        chosen.append(pick)
        left[pick] = False
        shared = (features & features[pick]).sum(axis=1)
        likeness = np.maximum(likeness, shared / np.maximum(sizes + sizes[pick] - shared, 1))
    return order[chosen]
