"""Error bands: interpolation by hand, limits, and arrays that are refused."""

import numpy as np
import pytest

from recsys.models.band import Band

BAND = Band(np.array([0.0, 3.0]), np.array([-1.0, -2.0]), np.array([1.0, 1.5]))


@pytest.mark.parametrize(
    ("known", "low", "high"),
    [(0, 4.0, 6.0), (1, 3.5, 6.25), (3, 3.0, 6.5), (1000, 3.0, 6.5)],  # 1 lies halfway from 0 to 3 in log(1 + known)
)
def test_ends_by_hand(known, low, high):
    ends = BAND.ends(known, np.array([5.0]), np.array([1.0]))
    np.testing.assert_allclose(np.ravel(ends), [low, high])


def test_ends_stay_on_the_scale_and_around_the_prediction():
    low, high = BAND.ends(0, np.array([1.2, 9.9]), np.array([3.0, 3.0]))
    np.testing.assert_allclose(low, [1.0, 6.9])
    np.testing.assert_allclose(high, [4.2, 10.0])
    above = Band(np.zeros(1), np.array([0.5]), np.array([1.0]))
    low, high = above.ends(0, np.array([5.0]), np.array([1.0]))
    assert low <= 5 <= high


def test_to_arrays_and_back():
    again = Band.from_arrays(BAND.to_arrays())
    np.testing.assert_array_equal(again.low, BAND.low)


@pytest.mark.parametrize(
    "changed",
    [
        {"band_low": np.zeros(3)},
        {"band_counts": np.array([3.0, 0.0])},
        {"band_counts": np.array([-1.0, 3.0])},
        {"band_low": np.array([2.0, -2.0])},
        dict.fromkeys(("band_counts", "band_low", "band_high"), np.zeros(0)),
        dict.fromkeys(("band_counts", "band_low", "band_high"), np.zeros((1, 1))),
    ],
)
def test_wrong_arrays_are_refused(changed):
    with pytest.raises(ValueError, match="band"):
        Band.from_arrays({**BAND.to_arrays(), **changed})


@pytest.mark.parametrize("name", ["band_counts", "band_low", "band_high"])
def test_missing_arrays_are_refused(name):
    arrays = BAND.to_arrays()
    del arrays[name]
    with pytest.raises(KeyError, match=name):
        Band.from_arrays(arrays)
