"""Measure models trained on lists of one year with the fans of that year and of later years."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from recsys.data.catalogue import Catalogue
from recsys.data.ratings import Lists, Ratings, Unscored
from recsys.evaluation import watching
from recsys.evaluation.figures import figure, mean
from recsys.evaluation.new_fans import as_served, rating_counts
from recsys.evaluation.protocols import UserResults, jackknife, measure
from recsys.holdout.reveal import FanLists, fan_lists
from recsys.holdout.split import Part, part_of
from recsys.holdout.watching import halves
from recsys.models.base import Model
from recsys.serving.loading import extended
from recsys.types import Title, positions_of

#: Ratings of a fan with scores that are known.
KNOWN = 20


@dataclass(frozen=True)
class Group:
    """Fans of one `year`, and the `parts` of them that are measured: all of those later than training."""

    year: int
    lists: Lists
    parts: tuple[Part, ...]


def only(lists: Lists, chosen: NDArray[np.bool_]) -> Lists:
    """The lists of the fans that `chosen` (n_users,) marks, without the ids of others and of titles that none has."""
    ratings, unscored = lists.ratings, lists.unscored
    scored, begun = chosen[ratings.users], chosen[unscored.users]
    fans, users = np.unique(np.append(ratings.users[scored], unscored.users[begun]), return_inverse=True)
    titles, items = np.unique(np.append(ratings.items[scored], unscored.items[begun]), return_inverse=True)
    users, items, n = users.astype(np.int32), items.astype(np.int32), int(scored.sum())
    return Lists(
        Ratings(ratings.user_ids[fans], ratings.item_ids[titles], users[:n], items[:n], ratings.scores[scored]),
        Unscored(users[n:], items[n:], unscored.statuses[begun]),
    )


def without_reception(title: Title, year: int) -> Title:
    """A title of `year` or later, or of an unknown year, without the mean score and members that it has today."""
    if title.year is not None and title.year < year:
        return title
    return replace(title, mean_score=None, scored_by=0, members=0)


def groups(lists: Lists, years: NDArray[np.int64]) -> list[Group]:
    """The fans of each of `years` (n_users,), the earliest first; 0 is unknown and left out.

    Of the earliest, only the test part is measured: the models are trained and tuned on the other parts.
    """
    found = [int(year) for year in np.unique(years[years > 0])]
    return [Group(year, only(lists, years == year), get_args(Part) if i else ("test",)) for i, year in enumerate(found)]


def evaluate(
    models: Mapping[str, Model], catalogue: Catalogue, then: Catalogue, fans: list[Group], seed: int = 0
) -> dict[str, dict[str, Any]]:
    """The figures of each of `models`, as saved, for each group of `fans`; the first is that of training.

    NDCG@10 over all titles of the catalogue, and among those that any model was trained with, each with the deviation
    between fans; RMSE and interval coverage of fans with scores. `then` is the catalogue without what is known of later
    titles only today; with `catalogue`, a model that places titles by their facts is measured again.
    """
    rows: dict[str, dict[str, Any]] = {}
    trained = part_of(fans[0].lists.ratings, "train")
    trained_ids = np.unique(np.concatenate([model.item_ids for model in models.values()]))
    for name, model in models.items():
        served = {name: extended(model, then)}
        if served[name] is not model:
            served[f"{name}, later titles' members and means of today"] = extended(model, catalogue)
        for label, one in served.items():
            for group in fans:
                if len(group.lists.ratings.scores):
                    row = _scored(one, model, group, trained, trained_ids, seed)
                else:
                    row = _unscored(one, group, catalogue, trained, trained_ids, seed)
                rows[f"{label}, {group.year}"] = row
    return rows


def _scored(
    served: Model, own_titles: Model, group: Group, trained: Ratings, known: NDArray[np.int64], seed: int
) -> dict[str, Any]:
    """Fans with scores, of whom `KNOWN` random ratings are known: for the second NDCG@10, of titles in `known`."""
    ratings = group.lists.ratings
    lists = [fan_lists(ratings, part, ratings.item_ids, seed) for part in group.parts]
    every = FanLists([items for one in lists for items in one.items], [each for one in lists for each in one.scores])
    features = np.zeros((len(ratings.item_ids), 1))

    def measured(model: Model, fans: FanLists) -> UserResults:
        system = as_served(model, rating_counts(trained, model.item_ids))
        counts = rating_counts(trained, ratings.item_ids)
        return measure(system, fans, ratings.item_ids, KNOWN, counts, features)

    results = measured(served, every)
    among_known = measured(own_titles, _at(every, np.isin(ratings.item_ids, known))).means["ndcg10"]
    band = results.means["band"]
    row: dict[str, Any] = _ranking("ndcg10", results.means["ndcg10"]) | _ranking("ndcg10_known", among_known)
    row["fans"] = len(band)
    error = jackknife(lambda kept: float(np.sqrt(results.squares[kept].sum() / results.asked[kept].sum())), len(band))
    row["rmse"] = figure(results.rmse(), error)
    row["band"] = mean(band)
    return row


def _at(fans: FanLists, inside: NDArray[np.bool_]) -> FanLists:
    """`fans` without titles that `inside` (n_items,) does not mark."""
    kept = [inside[items] for items in fans.items]
    pairs = zip(fans.items, fans.scores, kept, strict=True)
    found = [(items[rows], scores[rows]) for items, scores, rows in pairs]
    return FanLists([items for items, _ in found], [scores for _, scores in found])


def _unscored(
    served: Model, group: Group, catalogue: Catalogue, trained: Ratings, known: NDArray[np.int64], seed: int
) -> dict[str, Any]:
    """Fans without scores: half of each list is known, the other half relevant."""
    order = watching.as_served(served, catalogue, rating_counts(trained, catalogue.ids))
    fans = [half for part in group.parts for half in halves(group.lists, part, catalogue.ids, seed)]
    inside = positions_of(known, catalogue.ids) >= 0
    found = watching.measure(order, [fans], inside).values
    row = {**_ranking("ndcg10", found["ndcg10"]), **_ranking("ndcg10_known", found["ndcg10_recent"])}
    return {**row, "fans": len(fans)}


def _ranking(name: str, values: NDArray[np.float64]) -> dict[str, Any]:
    kept = values[~np.isnan(values)]
    return {
        name: mean(kept),
        f"{name}_fans": {"value": len(kept)},
        f"{name}_deviation": figure(kept.std(ddof=1)),
    }
