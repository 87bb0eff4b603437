"""The split of fans never changes: models, intervals and metrics depend on it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.data.ratings import Lists, Ratings, Unscored
from recsys.holdout import split

IDS = np.arange(100_000, dtype=np.int64)


def test_the_hash_is_splitmix64() -> None:
    # The first outputs of SplitMix64 seeded with 0 and with 1234567, as published with its reference code.
    mixed = split._mix(np.array([0, 1234567], dtype=np.uint64))
    assert mixed.tolist() == [0xE220A8397B1DCDAF, 6457827717110365317]


def test_every_fan_is_in_exactly_one_part() -> None:
    assert np.array_equal(sum(split.members(IDS, part).astype(int) for part in split.SHARES), np.ones(len(IDS)))


@pytest.mark.parametrize("part", list(split.SHARES))
def test_shares_are_as_stated(part: split.Part) -> None:
    assert split.members(IDS, part).mean() == pytest.approx(split.SHARES[part] / 100, abs=0.005)


def test_parts_of_neighbouring_ids_are_independent() -> None:
    test = split.members(IDS, "test")
    assert (test[1:] & test[:-1]).mean() == pytest.approx(0.01, abs=0.002)


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, unique=True), st.randoms())
def test_a_fans_part_does_not_depend_on_the_others(ids: list[int], random: object) -> None:
    shuffled = ids.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for part in split.SHARES:
        together = dict(zip(shuffled, split.members(np.array(shuffled, np.int64), part), strict=True))
        assert all(split.members(np.array([i], np.int64), part)[0] == together[i] for i in ids)


def test_a_parts_lists_are_those_of_its_fans() -> None:
    fans, items = np.arange(50, dtype=np.int32), np.arange(50, dtype=np.int32) % 7
    ratings = Ratings(np.arange(100, 150), np.arange(7), fans, items, (items + 1).astype(np.float64))
    lists = Lists(ratings, Unscored(fans[::2], items[::2], (items[::2] % 4 + 1).astype(np.int8)))
    seen = []
    for name in split.SHARES:
        part, chosen = split.lists_of(lists, name), np.flatnonzero(split.members(ratings.user_ids, name))
        assert part.ratings.user_ids is ratings.user_ids
        assert part.ratings.users.tolist() == chosen.tolist()
        assert part.ratings.scores.tolist() == (chosen % 7 + 1).tolist()
        even = chosen[chosen % 2 == 0]
        assert part.unscored.users.tolist() == even.tolist()
        assert part.unscored.items.tolist() == (even % 7).tolist()
        assert part.unscored.statuses.tolist() == (even % 7 % 4 + 1).tolist()
        seen += even.tolist()
    assert sorted(seen) == fans[::2].tolist()


def test_every_fan_but_those_of_the_test_part_is_a_validation_fan_in_one_turn() -> None:
    """Each fan's list tells who it is."""
    fans = np.arange(2000, dtype=np.int32)
    ratings = Ratings(fans * 7 - 5000, np.arange(2001), *_two_each(fans), np.arange(4000) % 10 + 1.0)
    lists = Lists(ratings, Unscored(fans, fans, (fans % 4 + 1).astype(np.int8)))
    assert np.array_equal(_owners(split.turned(lists, 0), "validation"), _owners(lists, "validation"))
    asked = []
    for turn in range(split.TURNS):
        other = split.turned(lists, turn)
        assert (np.diff(other.ratings.user_ids) > 0).all()
        assert (np.diff(other.ratings.users * 2001.0 + other.ratings.items) > 0).all()
        assert np.array_equal(_owners(other, "test"), _owners(lists, "test"))
        asked.append(_owners(other, "validation"))
        by_owner = np.argsort(other.ratings.items[::2])
        assert np.array_equal(other.ratings.scores.reshape(-1, 2)[by_owner], ratings.scores.reshape(-1, 2))
        assert np.array_equal(other.unscored.items, other.ratings.items[::2])
        assert np.array_equal(other.unscored.statuses, other.unscored.items % 4 + 1)
    others = np.setdiff1d(fans, _owners(lists, "test"))
    assert np.array_equal(np.sort(np.concatenate(asked)), others)


def _two_each(fans: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The fans and titles of two ratings each: fan i rated titles i and i + 1."""
    return np.repeat(fans, 2), (fans[:, None] + np.arange(2, dtype=np.int32)).ravel()


def _owners(lists: Lists, part: split.Part) -> np.ndarray:
    """Whose lists those of `part` are, by the first title of each, ascending."""
    return np.sort(split.part_of(lists.ratings, part).items[::2])


def test_an_unknown_part_is_an_error() -> None:
    with pytest.raises(ValueError, match="train, validation, test"):
        split.members(IDS, "holdout")  # type: ignore[arg-type]
