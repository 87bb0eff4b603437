"""Build one Profile from the entries of any source, by the rules that all sources share."""

import math
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from recsys.lists.errors import EmptyListError, TooLongError
from recsys.types import MAX_ANIME_ID, MAX_SCORE, MIN_SCORE, Profile

#: More than MyAnimeList has titles.
MAX_ENTRIES = 50_000

#: Ordered by progress, the furthest first.
STATUSES = ("completed", "watching", "on_hold", "dropped", "planned")

#: Words and numbers of MyAnimeList (export and API), AniList and Kitsu, without spaces, dashes and underscores.
_STATUS_NAMES = {
    **dict.fromkeys(("completed", "watched", "seen", "finished", "repeating", "rewatching", "2"), "completed"),
    **dict.fromkeys(("watching", "current", "currentlywatching", "1"), "watching"),
    **dict.fromkeys(("onhold", "paused", "stalled", "3"), "on_hold"),
    **dict.fromkeys(("dropped", "4"), "dropped"),
    **dict.fromkeys(("plantowatch", "planned", "planning", "wanttowatch", "6"), "planned"),
}


def status_of(text: object) -> str | None:
    """The status of `STATUSES` for any source's word or number; None if unknown."""
    return _STATUS_NAMES.get(re.sub(r"[\s_-]", "", text).lower()) if isinstance(text, str) else None


def anime_id_of(value: object) -> int | None:
    """A MyAnimeList id from a number or its text; None if it is not an id."""
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,10}\s*", value):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_ANIME_ID:
        return value
    return None


def as_number(value: object) -> float:
    """A score from a number or its text. 0 for no score (None, empty); NaN if it is not a number."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return 0.0
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return math.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan


def scale_of(scores: Collection[float]) -> int:
    """The highest score of the scale of `scores`: 100 if more than half of those above 0 are above 10, else 10.

    So a single 11 among scores up to 10 counts as a mistake.
    """
    given = [score for score in scores if 0 < score <= 100]
    above = sum(score > MAX_SCORE for score in given)
    return 100 if 2 * above > len(given) else 10


def to_ten(score: float, scale: float) -> float | None:
    """`score` converted in proportion from 0-`scale` to at least 1 and at most 10. None if it is not on the scale."""
    if not 0 < score <= scale:
        return None
    return max(float(MIN_SCORE), round(score * MAX_SCORE / scale, 2))


@dataclass(frozen=True)
class LeftOut:
    """An entry of a list that was left out or not read completely, and why. `row` is its line, or its place from 1."""

    row: int
    text: str
    reason: str


@dataclass(frozen=True)
class ImportedList:
    """A fan's list and what was changed in the import.

    `notes` are sentences for the fan: converted scales, unusable scores, repeated titles, repairs. `skipped` are pairs
    of a reason and the number of entries left out for it.
    """

    profile: Profile
    source: str
    notes: tuple[str, ...] = ()
    skipped: tuple[tuple[str, int], ...] = ()


class ListBuilder:
    """Collects entries one by one; `build` makes the list.

    - A repeated title keeps its furthest status and the last score.
    - A score of 0 or below means not scored (one public data set writes -1). A score above the scale, or not a number,
      is not used; the title still counts as seen.
    - A planned title with a score counts as watched: the models were trained on such scores too.
    - An entry without an id, or without both a known status and a score, is skipped and counted.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        #: Anime id -> rank of its status, score, and the highest score of that score's own scale, if it has one.
        self._entries: dict[int, tuple[int, float, float | None]] = {}
        self._skipped: Counter[str] = Counter()
        #: Skipped and repeated entries, at most `MAX_ENTRIES`.
        self.left_out: list[LeftOut] = []
        self._repeats = 0
        self._count = 0
        self._now = 0, ""

    def __len__(self) -> int:
        return len(self._entries)

    def add(
        self,
        anime_id: object,
        status: str | None,
        score: object,
        *,
        top: float | None = None,
        number: int | None = None,
        text: str = "",
    ) -> None:
        """Add an entry. `status` is one of `STATUSES`, or None if unknown; `top` is the highest score of the scale of
        `score`, if it is not that of the list; `number` and `text` name the entry if it is left out.

        Raises `TooLongError`.
        """
        self._count += 1
        self._now = self._count if number is None else number, text or str(anime_id)[:20]
        if self._count > 4 * MAX_ENTRIES or len(self._entries) >= MAX_ENTRIES:
            raise TooLongError(
                f"This list has more than {MAX_ENTRIES:,} titles, more than there are on MyAnimeList. "
                "Check that it is the anime list of one person."
            )
        value = as_number(score)
        known_id = anime_id_of(anime_id)
        if known_id is None:
            self._skip("no MyAnimeList id")
        elif status is None and not value > 0:
            self._skip("status not understood")
        else:
            self._put(known_id, STATUSES.index(status or "completed"), value, top)

    def _put(self, anime_id: int, rank: int, score: float, top: float | None) -> None:
        if (before := self._entries.get(anime_id)) is not None:
            self._repeats += 1
            self._leave_out("repeats a title: the last score and the furthest status count")
            rank = min(rank, before[0])
            score, top = (score, top) if score > 0 else before[1:]
        self._entries[anime_id] = (rank, score, top)

    def skip(self, reason: str) -> None:
        """Count an entry that is not even added."""
        self._count += 1
        self._now = self._count, ""
        self._skip(reason)

    def _skip(self, reason: str) -> None:
        self._skipped[reason] += 1
        self._leave_out(reason)

    def _leave_out(self, reason: str) -> None:
        if len(self.left_out) < MAX_ENTRIES:
            self.left_out.append(LeftOut(*self._now, reason))

    def entries(self) -> list[tuple[int, str, float]]:
        """Anime id, status and score of every title."""
        return [(anime_id, STATUSES[rank], score) for anime_id, (rank, score, _) in self._entries.items()]

    def build(self, *, name: str = "", scale: float | None = 10, notes: tuple[str, ...] = ()) -> ImportedList:
        """The list. `scale` is the highest possible score; None: 10 or 100, detected from the scores.

        Raises `EmptyListError` if no entry is usable.
        """
        if not self._entries:
            raise EmptyListError(_nothing(self.source, self._skipped))
        if scale is None:
            scale = scale_of([score for _, score, _ in self._entries.values()])
        counts: Counter[str] = Counter()
        scores: dict[int, float] = {}
        sets: dict[str, set[int]] = {status: set() for status in STATUSES}
        for anime_id, (rank, raw, own) in self._entries.items():
            status, top = STATUSES[rank], own or scale
            score = to_ten(raw, top)
            if score is None:
                counts["unusable"] += bool(raw > top or math.isnan(raw))
                counts["negative"] += bool(raw < 0)
                sets[status].add(anime_id)
                continue
            scores[anime_id] = score
            counts["raised"] += raw * MAX_SCORE / top < MIN_SCORE
            counts["converted"] += top == scale
            if status == "planned":
                counts["planned"] += 1
            elif status != "completed":
                sets[status].add(anime_id)
        profile = Profile(scores=scores, seen=sets.pop("completed"), name=name, **sets)
        own_notes = _notes(counts, scale, self._repeats)
        return ImportedList(profile, self.source, notes + own_notes, tuple(self._skipped.most_common()))


def _nothing(source: str, skipped: Counter[str]) -> str:
    if not skipped:
        return f"The {source} list is empty. Add some titles there first, or rate a few here."
    reasons = ", ".join(f"{count:,} with {reason}" for reason, count in skipped.most_common())
    return f"The {source} list has no usable title ({reasons}). Try another way to import it."


def _notes(counts: Counter[str], scale: float, repeats: int) -> tuple[str, ...]:
    top = f"{scale:g}"
    notes = [
        (
            counts["converted"] if scale != MAX_SCORE else 0,
            f"{{}} on a {top}-point scale, converted to 1–10 in proportion.",
        ),
        (counts["raised"], "{} raised to 1, the lowest possible score."),
        (counts["unusable"], f"{{}} not used: above {top} or not a number. Those titles count as not scored."),
        (counts["negative"], "{} below 0, read as not scored."),
        (counts["planned"], "{} on planned titles: those titles count as watched."),
    ]
    sentences = [text.format(plural(count, "score")) for count, text in notes if count]
    if repeats:
        sentences.append(f"{plural(repeats, 'repeated entry', 'repeated entries')} merged: each title counts once.")
    return tuple(sentences)


def plural(count: int, one: str, many: str = "") -> str:
    """`1 score`, `1,204 scores`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
