"""The titles of one season: new ones and continuing series, in the order that suits a fan, with marks of sequels."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from recsys.seasons import Season
from recsys.serving import browse
from recsys.serving.airing import Calendar
from recsys.serving.engine import Engine
from recsys.serving.recommending import Scored
from recsys.types import Filters, Profile, positions_of

Sequels = Literal["first", "mixed", "hidden"]
_NOBODY = Profile()
_NEVER = np.datetime64("9999-12-31")


@dataclass(frozen=True)
class Sequel:
    """The place of a title after others: `of` is the last earlier part that the fan has begun, None if there is none;
    `missing` are the earlier parts that the fan has not begun or has put on hold, in watch order. `dropped`: the fan
    dropped an earlier part."""

    of: int | None
    missing: tuple[int, ...]
    dropped: bool

    @property
    def continues(self) -> bool:
        """Whether the title continues what the fan watches or has watched."""
        return self.of is not None and not self.dropped


@dataclass(frozen=True)
class SeasonList:
    """Anime ids of one season's titles, each in order and each title once: `sequels` of what the fan has watched
    (filled only when they come first), `new` titles, and series `continuing` from earlier seasons. `hidden_sequels`
    and `not_wanted` count the titles left out."""

    sequels: tuple[int, ...]
    new: tuple[int, ...]
    continuing: tuple[int, ...]
    hidden_sequels: int = 0
    not_wanted: int = 0

    @property
    def ids(self) -> tuple[int, ...]:
        return self.sequels + self.new + self.continuing


def sequel(engine: Engine, anime_id: int, fan: Profile) -> Sequel | None:
    """What a title continues, or None for a title that requires no other. Raises `UnknownTitleError`."""
    required = [part for part in engine.title(anime_id).requires if engine.has_title(part)]
    if not required:
        return None
    begun = [part for part in required if part in fan.begun]
    return Sequel(
        of=begun[-1] if begun else None,
        missing=tuple(part for part in required if part not in begun or part in fan.on_hold),
        dropped=not fan.dropped.isdisjoint(required),
    )


def titles(
    engine: Engine,
    calendar: Calendar,
    season: Season,
    *,
    fan: Profile = _NOBODY,
    scored: Scored | None = None,
    filters: Filters = Filters(),
    sequels: Sequels = "first",
    unwanted: AbstractSet[int] = frozenset(),
) -> SeasonList:
    """The titles of a season that pass `filters` and are not among the `unwanted`.

    With `scored` (from `Engine.score_all`), in the order in which the fan would want them; titles that the model does
    not cover follow. Those, and all titles without `scored`, are in the order of members, then of the first day.
    Music videos are left out unless `filters.types` asks for them. `sequels` says what happens to new titles that
    continue what the fan has watched and that the fan has not begun.
    """
    new = _listed(engine, calendar, calendar.new_in(season), scored, filters)
    continuing = _listed(engine, calendar, calendar.continuing_in(season), scored, filters)
    left_out = len(unwanted & {*new, *continuing})
    new, continuing = ([i for i in ids if i not in unwanted] for ids in (new, continuing))
    first: set[int] = set()
    if sequels != "mixed":
        offsets, positions = engine.catalogue.requires[0], engine.catalogue.positions(new)
        later = np.array(new, dtype=np.int64)[offsets[positions + 1] > offsets[positions]].tolist()
        marks = {i: sequel(engine, i, fan) for i in later if i not in fan.begun}
        first = {i for i, mark in marks.items() if mark is not None and mark.continues}
    return SeasonList(
        sequels=tuple(i for i in new if i in first) if sequels == "first" else (),
        new=tuple(i for i in new if i not in first),
        continuing=tuple(continuing),
        hidden_sequels=len(first) if sequels == "hidden" else 0,
        not_wanted=left_out,
    )


def _listed(
    engine: Engine, calendar: Calendar, chosen: NDArray[np.bool_], scored: Scored | None, filters: Filters
) -> list[int]:
    catalogue = engine.catalogue
    if "Music" not in filters.types:
        chosen = chosen & (catalogue.kinds != "music")
    positions = np.flatnonzero(chosen)
    ids = catalogue.ids[positions]
    rank = np.full(len(ids), -np.inf)
    if scored is not None:
        at = positions_of(scored.anime_ids, ids)
        rank[at >= 0] = scored.rank_score[at[at >= 0]]
    starts = np.where(np.isnat(calendar.starts), _NEVER, calendar.starts)[positions]
    order = np.lexsort((ids, starts, -catalogue.members[positions], -rank))
    return browse.keep(engine, ids[order].tolist(), filters)
