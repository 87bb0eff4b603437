"""Measure prediction intervals by harshness of fans and by genre, and intervals and chances jointly for groups."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.catalogue import Catalogue
from recsys.data.ratings import Ratings
from recsys.evaluation.figures import clustered_mean, figure
from recsys.evaluation.odds import reliability
from recsys.holdout.reveal import MAX_HIDDEN, FanLists, fan_lists
from recsys.holdout.split import Part
from recsys.models.base import Floats
from recsys.serving.engine import Engine
from recsys.serving.group_odds import LIKED, all_like
from recsys.serving.loading import Aligned

#: Known ratings of each fan, the share of fans in the two outer groups by harshness, and the sizes of groups.
KNOWN, OUTER, SIZES = 20, 0.2, (2, 3, 4)
HARSHNESS = ("harsh", "usual", "generous")
#: Genres with fewer hidden scores are left out.
MIN_SCORES = 300
#: Fans are divided into groups so many times, at random; of a group, so many titles at most are asked.
ROUNDS, MAX_COMMON = 20, 10


@dataclass(frozen=True)
class Asked:
    """One fan's hidden titles: positions `items`, `scores`, `predicted`, ends `low` and `high` of the intervals, and
    chances `likes` of `LIKED` or more, each (h,). `harshness`: the mean of score less MyAnimeList's mean of the title,
    over all of the fan's scores.
    """

    items: NDArray[np.intp]
    scores: Floats
    predicted: Floats
    low: Floats
    high: Floats
    likes: Floats
    harshness: float

    @property
    def held(self) -> NDArray[np.bool_]:
        return (self.low <= self.scores) & (self.scores <= self.high)


def evaluate(engine: Engine, ratings: Ratings, part: Part = "test", seed: int = 0) -> dict[str, Any]:
    """For each model the share of hidden scores in their intervals, the intervals' width and the RMSE, by harshness of
    fans; for the default model also by genre, and for groups of fans what happened to all of them."""
    rows, found, aligned = {}, [], engine.aligned()
    for name in engine.models:
        aligned = engine.aligned(name)
        found = list(_asked(aligned, engine.catalogue, fan_lists(ratings, part, aligned.model.item_ids, seed)))
        rows |= {f"{name}, {group}": row for group, row in _by_harshness(found).items()}
    genres = engine.catalogue.genre_matrix[aligned.positions]
    joint, curve = _groups(found, seed)
    by_genre = _by_genre(found, genres, engine.catalogue.genres)
    return {"part": part, "rows": rows, "genres": by_genre, "groups": joint, "joint": curve}


def _asked(aligned: Aligned, catalogue: Catalogue, lists: FanLists) -> Iterator[Asked]:
    model, means = aligned.model, catalogue.mean_scores[aligned.positions]
    for reveal in lists.reveal(KNOWN, max_hidden=None):
        folded, items = reveal.fold_in(model), reveal.hidden_items
        predicted = model.predict(folded)[items]
        low, high = model.band(folded, items)
        beyond = np.append(reveal.scores - means[reveal.items], reveal.hidden_scores - means[items])
        likes = aligned.odds.at_least(LIKED, predicted, low, high)
        yield Asked(items, reveal.hidden_scores, predicted, low, high, likes, float(np.nanmean(beyond)))


def _by_harshness(found: Sequence[Asked]) -> dict[str, dict[str, Any]]:
    order, outer = sorted(found, key=lambda one: one.harshness), round(OUTER * len(found))
    rows = {}
    for name, part in zip(HARSHNESS, (slice(outer), slice(outer, -outer), slice(-outer, None)), strict=True):
        some = order[part]
        rows[name] = {"fans": len(some), **_figures(some, [slice(-MAX_HIDDEN, None)] * len(some))}
    return rows


def _by_genre(found: Sequence[Asked], genres: NDArray[np.bool_], names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The genres with `MIN_SCORES` scores, the lowest coverage first; `genres` (n_items, n_genres)."""
    rows = {}
    for column, name in enumerate(names):
        some, chosen = [], []
        for one in found:
            recent = np.arange(max(len(one.items) - MAX_HIDDEN, 0), len(one.items))
            if len(inside := recent[genres[one.items[recent], column]]):
                some.append(one)
                chosen.append(inside)
        if sum(map(len, chosen)) >= MIN_SCORES:
            rows[name] = {"fans": len(some), **_figures(some, chosen)}
    return dict(sorted(rows.items(), key=lambda row: row[1]["band"]["value"]))


def _figures(some: Sequence[Asked], chosen: Sequence[Any]) -> dict[str, Any]:
    """Figures of the `chosen` hidden titles of each fan; standard errors take the scores of a fan as dependent."""
    fans = np.repeat(np.arange(len(some)), [len(one.scores[i]) for one, i in zip(some, chosen, strict=True)])
    pairs = list(zip(some, chosen, strict=True))
    held = np.concatenate([one.held[i] for one, i in pairs]).astype(float)
    width = np.concatenate([(one.high - one.low)[i] for one, i in pairs])
    squares = np.concatenate([np.square(one.predicted - one.scores)[i] for one, i in pairs])
    return {
        "band": clustered_mean(held, fans),
        "width": figure(width.mean()),
        "rmse": figure(np.sqrt(squares.mean())),
        "scores": len(held),
    }


def _groups(found: Sequence[Asked], seed: int) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """Groups of each size, and the reliability curve of the chance that all like a title, of all sizes together."""
    rows, every = {}, []
    for size in SIZES:
        fans, held, alone, chances, liked = _together(found, size, seed)
        chance = all_like(chances)
        happened = liked.all(axis=0).astype(float)
        rows[f"{size} fans"] = {
            "fans": len(found),
            "scores": len(fans),
            "band_all": clustered_mean(held.astype(float), fans),
            "band_alone": figure(alone**size),
            "brier_all": clustered_mean(np.square(chance - happened), fans),
            "brier_all_share": figure(happened.var()),
            "chance": figure(chance.mean()),
            "happened": clustered_mean(happened, fans),
        }
        every.append((chance, happened, fans + 10**6 * size))
    chance, happened, fans = (np.concatenate(column) for column in zip(*every, strict=True))
    return rows, reliability(chance, happened, fans)


def _together(found: Sequence[Asked], size: int, seed: int) -> tuple[NDArray, NDArray, float, NDArray, NDArray]:
    """Of the titles hidden from all of a group: the group (n,), whether all intervals held (n,), the share of single
    intervals that held, chances of `LIKED` or more and whether it was given (size, n)."""
    rng, parts = np.random.default_rng(seed), []
    for number in range(ROUNDS):
        order = rng.permutation(len(found))
        for start in range(0, len(order) - size + 1, size):
            members = [found[i] for i in order[start : start + size]]
            common = members[0].items
            for one in members[1:]:
                common = np.intersect1d(common, one.items)
            common = np.sort(rng.permutation(common)[:MAX_COMMON])
            places = [np.argsort(one.items)[np.searchsorted(np.sort(one.items), common)] for one in members]
            pairs = list(zip(members, places, strict=True))
            held = np.array([one.held[i] for one, i in pairs])
            chances = np.array([one.likes[i] for one, i in pairs])
            liked = np.array([one.scores[i] >= LIKED for one, i in pairs])
            parts.append((np.full(len(common), number * len(found) + start), held, chances, liked))
    groups, held, chances, liked = (np.concatenate(column, axis=-1) for column in zip(*parts, strict=True))
    return groups, np.all(held, axis=0), float(held.mean()), chances, liked
