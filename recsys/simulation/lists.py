"""Fans' lists as arrays: read prepared real lists, write a simulated community."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from recsys.data import manifest
from recsys.data.ratings import load_lists as load_ratings
from recsys.holdout.split import Part, members
from recsys.prepare.pipeline import ROW_GROUP
from recsys.statuses import COMPLETED, PLANNED, WATCHING
from recsys.types import positions_of

Floats = NDArray[np.floating]

#: The manifest's name of the data set. Every file of a simulated community is also marked `"simulated": true`.
DATA_SET = "simulated fans, drawn from distributions fitted to real ones"
EVERYBODY: tuple[Part, ...] = ("train", "validation", "test")
#: Parts of fans' names, which contain a dot: neither MyAnimeList nor AniList allows it, so no real fan has one.
_FIRST = """
amber azure brave breezy bright calm cedar chalk clever cloudy copper coral cosy crimson crystal curious daring dawn
dusty eager early echo ember fabled fern foggy frosty gentle gilded glass golden hidden hollow honey humble indigo
ink ivory jade jolly kind late lilac lively lone lucky lunar maple marble mellow merry midnight mild misty mossy
neon nimble noble ochre odd olive opal paper patient pearl plucky polar proud quiet quick rainy restless river rosy
rustic saffron salty scarlet secret silent silver sleepy snowy solar starry still stormy sunny swift tender thorny
tidal tiny twilight umber velvet violet wandering warm wild winter witty woven zesty
"""
_SECOND = """
acorn alchemist anchor arrow badger beacon bell bonsai brook camellia candle canvas cat cloud comet compass crane
cricket crow daisy dango dolphin dragon drum falcon feather finch flame flute fox frog gardener ginkgo harbor hare
heron hill iris jay kettle kite koi lantern lark leaf lighthouse lotus lynx magpie mochi moon moth newt nightjar oak
onigiri orchid otter owl panda peony petal pilot pine plum pocky poet puffin quill rabbit raven reed robin sailor
salmon scribe shell sparrow spruce squid star stone swallow tanuki teapot thistle thunder tiger toad traveler turtle
umbrella violin wave weaver whale willow wisp wolf wren yuzu zephyr
"""


@dataclass(frozen=True)
class Lists:
    """Fans' lists as four parallel arrays sorted by fan, then title.

    `fans` are numbers from 0, `items` positions in a model's titles, `scores` 1-10, or 0 for an unscored title,
    `statuses` MyAnimeList's numbers; a title with a score is completed.
    """

    fans: NDArray[np.int32]
    items: NDArray[np.int32]
    scores: NDArray[np.uint8]
    statuses: NDArray[np.uint8]
    n_fans: int

    def watched(self, n_items: int) -> NDArray[np.bool_]:
        """The lists as a matrix (n_fans, n_items)."""
        matrix = np.zeros((self.n_fans, n_items), dtype=bool)
        matrix[self.fans, self.items] = True
        return matrix

    def of(self, fan: int) -> tuple[NDArray[np.intp], Floats, NDArray[np.intp]]:
        """One fan's scored titles, their scores, and the unscored titles: the arguments of a model's `fold_in`."""
        first, end = np.searchsorted(self.fans, [fan, fan + 1])
        rows = slice(first, end)
        items, scores = self.items[rows].astype(np.intp), self.scores[rows]
        return items[scores > 0], scores[scores > 0].astype(np.float64), items[scores == 0]

    def take(self, fans: NDArray[np.integer]) -> "Lists":
        """The lists of some fans, renumbered in the given order."""
        number = np.full(self.n_fans, -1, np.int32)
        number[fans] = np.arange(len(fans), dtype=np.int32)
        rows = np.flatnonzero(number[self.fans] >= 0)
        rows = rows[np.lexsort((self.items[rows], number[self.fans[rows]]))]
        return Lists(number[self.fans[rows]], self.items[rows], self.scores[rows], self.statuses[rows], len(fans))

    def only(self, rows: NDArray[np.bool_]) -> "Lists":
        """Some rows, of the same fans."""
        return Lists(self.fans[rows], self.items[rows], self.scores[rows], self.statuses[rows], self.n_fans)

    def begun(self) -> "Lists":
        """Without planned titles."""
        return self.only(self.statuses != PLANNED)

    def shelves(self) -> "Lists":
        """The titles that each fan is watching; fans who watch none are left out."""
        shelf = self.only(self.statuses == WATCHING)
        return shelf.take(np.unique(shelf.fans))

    def lengths(self) -> Floats:
        """Titles on each list, (n_fans,)."""
        return np.bincount(self.fans, minlength=self.n_fans).astype(float)


def joined(parts: Collection[Lists]) -> Lists:
    """The lists of all parts, one after the other."""
    starts = np.cumsum([0, *(part.n_fans for part in parts)])
    fans = [(part.fans + start).astype(np.int32) for part, start in zip(parts, starts[:-1], strict=True)]
    items, scores, statuses = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("items", "scores", "statuses")
    )
    return Lists(np.concatenate(fans), items, scores, statuses, int(starts[-1]))


def moments(
    fans: NDArray[np.integer], scores: NDArray[np.integer], n_fans: int, least: int = 2
) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the scores above 0 of each fan with at least `least` of them."""
    n = np.bincount(fans, scores > 0, n_fans)
    enough = n >= least
    mean = np.bincount(fans, scores, n_fans)[enough] / n[enough]
    square = np.bincount(fans, np.square(scores, dtype=float), n_fans)[enough] / n[enough]
    return mean, np.sqrt(np.maximum(square - mean**2, 0))


def load_lists(
    folder: str | Path, item_ids: NDArray[np.int64], parts: Collection[Part] = EVERYBODY
) -> tuple[Lists, Lists]:
    """The prepared lists in `folder` of the titles `item_ids` (ascending): of fans with scores, and of fans without.

    Only the fans of `parts`, without planned titles. Raises `ArtifactError` if the folder's files are missing or
    damaged.
    """
    read = load_ratings(folder)
    ratings, unscored = read.ratings, read.unscored
    fans = np.concatenate([ratings.users, unscored.users])
    items = positions_of(item_ids, ratings.item_ids)[np.concatenate([ratings.items, unscored.items])]
    scores = np.concatenate([ratings.scores, np.zeros(len(unscored.users))])
    statuses = np.concatenate([np.full(len(ratings.users), COMPLETED), unscored.statuses])
    kept = (items >= 0) & np.any([members(ratings.user_ids, part) for part in parts], axis=0)[fans]
    lists = Lists(
        fans[kept].astype(np.int32),
        items[kept].astype(np.int32),
        scores[kept].astype(np.uint8),
        statuses[kept].astype(np.uint8),
        len(ratings.user_ids),
    )
    scoring = np.unique(lists.fans[lists.scores > 0])
    return lists.take(scoring), lists.take(np.setdiff1d(lists.fans, scoring))


def write_lists(
    lists: Lists, item_ids: np.ndarray, folder: str | Path, rng: np.random.Generator, **described: Any
) -> dict[str, int]:
    """Write users, ratings and unscored titles as Parquet to `folder`, in one step. Return rows by file.

    The lists' items are positions in `item_ids`. `described` is added to the manifest: what the fans were drawn from.
    `title_stats.parquet` does not change: the app shows real scores of titles.
    """
    user_ids = np.arange(1, lists.n_fans + 1, dtype=np.int64)
    scored = lists.scores > 0
    users, titles = user_ids[lists.fans], item_ids[lists.items].astype(np.int32)
    tables = {
        "ratings.parquet": {"user_id": users[scored], "anime_id": titles[scored], "score": lists.scores[scored]},
        "unscored.parquet": {"user_id": users[~scored], "anime_id": titles[~scored], "status": lists.statuses[~scored]},
        "users.parquet": {"user_id": user_ids, "username": draw_names(lists.n_fans, rng)},
    }
    entry = {"data_set": DATA_SET, "licence": "CC0-1.0", "simulated": True, **described}
    with manifest.writing(folder, **entry) as batch:
        for name, columns in tables.items():
            rows = len(columns["user_id"])
            pq.write_table(pa.table(columns), batch.path(name, rows=rows), compression="zstd", row_group_size=ROW_GROUP)
    return {name: len(columns["user_id"]) for name, columns in tables.items()}


def draw_names(n: int, rng: np.random.Generator) -> list[str]:
    """`n` different names such as misty.tanuki or misty.tanuki.42. There are several million."""
    firsts, seconds = _FIRST.split(), _SECOND.split()
    names: dict[str, None] = {}
    while len(names) < n:
        name = f"{firsts[rng.integers(len(firsts))]}.{seconds[rng.integers(len(seconds))]}"
        if rng.random() < 0.4 or name in names:
            name = f"{name}.{rng.integers(2, 1000)}"
        names.setdefault(name)
    return list(names)
