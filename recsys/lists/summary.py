"""Count the titles of a list."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from recsys.types import Profile


@dataclass(frozen=True)
class Summary:
    """Counts of titles. The five statuses add up to `titles`, as do `scored`, `unscored` and `planned`.

    `known` is the number in the catalogue; None if no catalogue was given.
    """

    titles: int
    scored: int
    unscored: int
    completed: int
    watching: int
    on_hold: int
    dropped: int
    planned: int
    known: int | None = None


def summary(profile: Profile, known: Iterable[int] | None = None) -> Summary:
    """Count the titles of `profile`. `known` are the anime ids of the catalogue (a set, a list or an array of int)."""
    every = profile.begun | profile.planned
    return Summary(
        titles=len(every),
        scored=len(profile.scores),
        unscored=len(profile.begun) - len(profile.scores),
        completed=len(profile.completed),
        watching=len(profile.watching),
        on_hold=len(profile.on_hold),
        dropped=len(profile.dropped),
        planned=len(profile.planned),
        known=None if known is None else len(every.intersection(known)),
    )


def drops_as_dislikes(profile: Profile, score: float) -> Profile:
    """`profile` with the score `score` (1-10) for each title dropped without a score.

    For a fan who dislikes the titles that they dropped. Raises `ProfileError` for a score outside 1-10.
    """
    return replace(profile, scores={**dict.fromkeys(profile.dropped, score), **profile.scores})
