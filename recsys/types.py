"""The values that cross the public API. All are immutable.

Two kinds of integer name a title and never mix: an *anime id* is MyAnimeList's own (public), an *item position* indexes
one model's arrays (`numpy.intp` arrays named `items`, private to `recsys`). `positions_of` leads from one to the other.
"""

import math
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recsys import checks
from recsys.errors import ProfileError

MIN_SCORE, MAX_SCORE, MAX_ANIME_ID = checks.MIN_SCORE, checks.MAX_SCORE, checks.MAX_ANIME_ID


def positions_of(ids: NDArray[np.integer], wanted: NDArray[np.integer] | Iterable[int]) -> NDArray[np.intp]:
    """Positions of `wanted` in the ascending `ids` (n,), in the shape of `wanted`; -1 for an id that is not there.

    Raises `ProfileError` if one of `wanted`, other than an array, is not a whole number below 2^63.
    """
    if not isinstance(wanted, np.ndarray):
        wanted = checks.whole_numbers(wanted)
    if not len(ids):
        return np.full(wanted.shape, -1, dtype=np.intp)
    found = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return np.where(ids[found] == wanted, found, -1)


@dataclass(frozen=True)
class Profile:
    """One fan's list.

    `scores` maps anime ids to scores from 1 to 10 (decimals allowed); `seen` are titles watched but not scored;
    `watching`, `on_hold` and `dropped` are titles begun, scored or not; `planned` are titles not begun. A title in
    several sets stays only in the one furthest along, in the order seen, watching, on hold, dropped, planned; a scored
    title in none of the first four is completed. Ids are checked on construction.

    Raises `ProfileError` for a score outside 1-10 or an id that is not a positive integer below 2^31.
    """

    scores: Mapping[int, float] = field(default_factory=dict)
    seen: AbstractSet[int] = frozenset()
    planned: AbstractSet[int] = frozenset()
    dropped: AbstractSet[int] = frozenset()
    on_hold: AbstractSet[int] = frozenset()
    watching: AbstractSet[int] = frozenset()
    name: str = ""

    def __post_init__(self) -> None:
        scores = {checks.anime_id(i): i for i in self.scores}
        checked = {anime_id: checks.score(anime_id, self.scores[key]) for anime_id, key in scores.items()}
        object.__setattr__(self, "scores", MappingProxyType(checked))
        further: frozenset[int] = frozenset()
        for name in ("seen", "watching", "on_hold", "dropped", "planned"):
            if name == "planned":
                further |= checked.keys()
            titles = frozenset(checks.anime_id(i) for i in getattr(self, name)) - further
            object.__setattr__(self, name, titles)
            further |= titles

    def __reduce__(self) -> tuple:
        sets = (self.seen, self.planned, self.dropped, self.on_hold, self.watching)
        return (Profile, (dict(self.scores), *sets, self.name))

    def __hash__(self) -> int:
        sets = (self.seen, self.planned, self.dropped, self.on_hold, self.watching)
        return hash((frozenset(self.scores.items()), *sets, self.name))

    @property
    def begun(self) -> frozenset[int]:
        """Every title that the fan has begun or completed: never recommended."""
        return frozenset(self.scores).union(self.seen, self.dropped, self.on_hold, self.watching)

    @property
    def completed(self) -> frozenset[int]:
        """Every title watched to its end: what a sequel may require."""
        return self.begun - self.dropped - self.on_hold - self.watching

    def without(self, anime_id: int) -> Self:
        """The list as if the title were not on it."""
        scores = {i: score for i, score in self.scores.items() if i != anime_id}
        names = ("seen", "planned", "dropped", "on_hold", "watching")
        return replace(self, scores=scores, **{name: getattr(self, name) - {anime_id} for name in names})

    @property
    def is_empty(self) -> bool:
        return not self.begun and not self.planned


@dataclass(frozen=True)
class Filters:
    """Which titles may be recommended. Applied before ranking, so that a list is short only when few titles pass.

    An empty tuple or None means no restriction. Year and episode bounds are inclusive and leave out titles whose year
    or episode count is unknown. `genres` must all be present; `without_genres` must all be absent. So must `tags` and
    `without_tags`, which may be AniList's tags, and MyAnimeList's themes, demographics and genres, in any capitals; one
    that no title has raises `ProfileError` when the filters are used.

    `minutes_to` bounds the time to watch all episodes, those still to come included. An episode of a TV title of
    unknown length counts as 24 minutes, as most do; other titles whose length or number of episodes is unknown are left
    out.

    `services` are streaming services (`recsys.data.services`), of which any is enough; unknown ones raise
    `ProfileError` when used. `country`, an ISO 3166-1 alpha-2 code such as "DE", leaves only titles on a service that
    can be watched there. Of services of many countries, it is not known which titles they show in which. Titles without
    a known service are left out by either, unless `unknown_services`.

    `min_raters` counts a title's ratings in the data, held-out fans included (None: `Settings.min_raters` where the
    predicted score alone decides, else 0), `min_members` MyAnimeList's members. `planned` is "show", "hide" or "only".
    `franchise_rules` allows one title of a franchise, only when everything that it requires is completed, none of a
    franchise of which the fan dropped a title, and no recap or music video. `continuing` leaves only titles that
    continue what the fan has completed, `new_series` only others. With `franchise_rules` and `continuing`, a
    further season goes before a film, and a film before specials. `exclude` are anime ids that the fan has hidden.
    """

    types: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    without_genres: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    episodes_from: int | None = None
    episodes_to: int | None = None
    min_members: int = 0
    min_raters: int | None = None
    adult: bool = False
    planned: str = "show"
    franchise_rules: bool = False
    continuing: bool = False
    new_series: bool = False
    exclude: AbstractSet[int] = frozenset()
    tags: tuple[str, ...] = ()
    without_tags: tuple[str, ...] = ()
    minutes_to: float | None = None
    services: tuple[str, ...] = ()
    country: str | None = None
    unknown_services: bool = False

    def __post_init__(self) -> None:
        for name in ("types", "genres", "without_genres", "tags", "without_tags", "services"):
            value = getattr(self, name)
            if isinstance(value, str):
                raise ProfileError(f"Filter {name} takes a list of names, not one string: use ({value!r},).")
            object.__setattr__(self, name, tuple(value))
        for name in ("year_from", "year_to", "episodes_from", "episodes_to", "min_members", "min_raters"):
            if (value := getattr(self, name)) is not None:
                object.__setattr__(self, name, checks.whole_number(f"Filter {name}", value))
        if self.planned not in ("show", "hide", "only"):
            raise ProfileError(f"Filter planned is 'show', 'hide' or 'only', not {self.planned!r}.")
        if self.minutes_to is not None:
            checks.number_within("Filter minutes_to", self.minutes_to, 1, math.inf)
        if self.country is not None:
            object.__setattr__(self, "country", checks.country(self.country))


@dataclass(frozen=True)
class Title:
    """One row of the catalogue. Unknown values are None or empty, unknown counts 0.

    `genres`, `themes` and `demographics` are in MyAnimeList's words, `tags` in AniList's. `mean_score` is
    MyAnimeList's, of `scored_by` fans; where it has none, AniList's divided by 10. `status` is one of "Finished
    Airing", "Currently Airing", "Not yet aired" and "Cancelled" (also: gone from its source before it aired).

    Within its franchise, a title has a `kind` (main, special, recap or music), a place in `watch_order` (1 is first)
    and the titles to watch before it (`requires`).
    """

    anime_id: int
    title: str
    title_english: str | None = None
    title_japanese: str | None = None
    synonyms: tuple[str, ...] = ()
    type: str | None = None
    source: str | None = None
    episodes: int | None = None
    duration_min: float | None = None
    year: int | None = None
    season: str | None = None
    status: str | None = None
    aired_from: date | None = None
    aired_to: date | None = None
    genres: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    demographics: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    studios: tuple[str, ...] = ()
    age_rating: str | None = None
    adult: bool = False
    mean_score: float | None = None
    scored_by: int = 0
    members: int = 0
    anilist_id: int | None = None
    kitsu_id: int | None = None
    image_url: str | None = None
    franchise_id: int | None = None
    kind: str = "main"
    watch_order: int = 0
    requires: tuple[int, ...] = ()
    streaming: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Reason:
    """The effect of one title of the list on a prediction, in points on the 1-10 scale. `score` is the fan's, None for
    a title watched without one.

    Under a model whose prediction is linear in the ratings, `baseline + sum(effects) == predicted` before clipping.
    """

    anime_id: int
    title: str
    score: float | None
    effect: float


@dataclass(frozen=True)
class Shared:
    """The titles of the list that share something with the explained one, and their effects' sum. `kind` is "series",
    "genre" (also themes and demographics), "tag", "studio", "era" (a decade) or "other"; `label` its name, if any."""

    kind: str
    label: str
    effect: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Driver:
    """A title of the list for which another is recommended: fans of the one watch the other. `share` (0..1) is its part
    of what the list adds to the chance to watch."""

    anime_id: int
    title: str
    score: float | None
    share: float


@dataclass(frozen=True)
class Explanation:
    """A predicted score in parts: the baseline (the prediction for a fan without ratings) and every rating's effect,
    strongest first. `unclipped` is their sum; `exact` is False when the effects are approximate.

    `groups` sum the same effects by what titles share; each reason is in one of them. `drivers` say why the title is
    recommended, apart from its score; there are none where the model does not tell.
    """

    anime_id: int
    predicted: float
    unclipped: float
    baseline: float
    reasons: tuple[Reason, ...]
    exact: bool
    groups: tuple[Shared, ...] = ()
    drivers: tuple[Driver, ...] = ()


@dataclass(frozen=True)
class Pick:
    """One recommended title. `low` and `high` are the ends of the 80% prediction interval of the fan's score.

    `chance_high` and `chance_low` (0..1) are the chances that the fan gives 8 or more, and 5 or less, in whole points
    of the 1-10 scale. A fan's own scale maps to it as on import: of 100 points, 80; of five stars, four.
    """

    anime_id: int
    title: str
    predicted: float
    low: float
    high: float
    rank_score: float
    reasons: tuple[Reason, ...] = ()
    chance_high: float = math.nan
    chance_low: float = math.nan
    drivers: tuple[Driver, ...] = ()


@dataclass(frozen=True)
class Prediction:
    """One predicted score. `fallback` says why the prediction is not personal, or is None when it is.

    `chance_high` and `chance_low` are those of `Pick`; NaN for a title that the model does not cover.
    """

    anime_id: int
    predicted: float
    low: float
    high: float
    fallback: str | None = None
    chance_high: float = math.nan
    chance_low: float = math.nan
