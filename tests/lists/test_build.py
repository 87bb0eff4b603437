import math

import numpy as np
import pytest

from recsys import Profile
from recsys.errors import ProfileError
from recsys.lists import build, drops_as_dislikes, summary


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (8, 8), (8.5, 8.5), ("9", 9), (" 7.5 ", 7.5), ("\uff19", 9), (None, 0), ("", 0), ("  ", 0), (-1, -1),
        *((bad, math.nan) for bad in ("x", "8,5", True, [8], {}, b"8", "nan", 10**400)),
    ],
)  # fmt: skip
def test_a_score_from_a_number_or_its_text(value: object, expected: float) -> None:
    assert build.as_number(value) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("scores", "scale"),
    [
        ([], 10), ([0, 0], 10), ([8, 9, 11], 10), ([85, 70, 5], 100), ([10, 20], 10), ([85, 8], 10), ([500, 8], 10),
        ([math.nan], 10),
    ],
)  # fmt: skip
def test_the_scale_is_ten_unless_most_scores_are_above_ten(scores: list[float], scale: int) -> None:
    assert build.scale_of(scores) == scale


@pytest.mark.parametrize(
    ("score", "scale", "expected"),
    [
        (10, 10, 10), (1, 10, 1), (0.5, 10, 1), (85, 100, 8.5), (5, 100, 1), (3, 5, 6), (0, 10, None),
        (-1, 10, None), (11, 10, None), (math.nan, 10, None), (math.inf, 10, None),
    ],
)  # fmt: skip
def test_conversion_to_ten_points(score: float, scale: float, expected: float | None) -> None:
    found = build.to_ten(score, scale)
    assert found == (None if expected is None else pytest.approx(expected))


def test_the_last_score_counts_but_a_missing_one_does_not() -> None:
    builder = build.ListBuilder("test")
    for score in (8, 0, 9, "x"):
        builder.add(1, "completed", score)
    assert builder.build().profile.scores[1] == pytest.approx(9)


def test_the_furthest_status_counts_in_any_order() -> None:
    for order in (build.STATUSES, build.STATUSES[::-1]):
        builder = build.ListBuilder("test")
        for status in order:
            builder.add(1, status, 0)
        profile = builder.build().profile
        assert profile.seen == {1}
        assert not (profile.planned | profile.dropped | profile.on_hold | profile.watching)


def test_summary_counts_each_title_once() -> None:
    profile = Profile(
        scores={1: 9, 2: 8, 3: 7}, seen={4, 5}, watching={2, 6}, on_hold={6, 7}, dropped={3, 7, 8}, planned={8, 9, 10}
    )
    found = summary(profile)
    assert (found.titles, found.scored, found.unscored, found.known) == (10, 3, 5, None)
    counts = (found.completed, found.watching, found.on_hold, found.dropped, found.planned)
    assert counts == (3, 2, 1, 2, 2)
    assert sum(counts) == found.titles
    assert found.scored + found.unscored + found.planned == found.titles


def test_summary_and_profile_agree_on_what_is_completed() -> None:
    profile = Profile(scores={1: 9}, seen={2, 3, 4, 5}, watching={1, 2, 6}, on_hold={3, 6}, dropped={4, 6})
    found = summary(profile)
    assert found.completed == len(profile.completed)
    assert found.completed + found.watching + found.on_hold + found.dropped == found.titles == 6


@pytest.mark.parametrize("known", [{1, 2, 99}, [1, 2, 99], np.array([1, 2, 99]), range(1, 3), {1: "a", 2: "b"}])
def test_known_titles_are_counted_from_any_set_of_ids(known: object) -> None:
    assert summary(Profile(scores={1: 9}, planned={2, 3}), known).known == 2


def test_summary_of_nothing() -> None:
    assert summary(Profile(), {1}).titles == 0


def test_unscored_drops_can_count_as_dislikes() -> None:
    profile = drops_as_dislikes(Profile(scores={1: 9, 2: 4}, dropped={2, 3}, planned={4}, name="fan"), 2)
    assert dict(profile.scores) == pytest.approx({1: 9, 2: 4, 3: 2})
    assert (profile.dropped, profile.planned, profile.name) == ({2, 3}, {4}, "fan")
    with pytest.raises(ProfileError):
        drops_as_dislikes(Profile(dropped={5}), 0)
