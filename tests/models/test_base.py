"""Half precision, converted exactly."""

import numpy as np
import pytest

from recsys.models.base import to_float32


def test_every_finite_half_is_converted_as_numpy_does():
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16)
    halves = halves[np.isfinite(halves)]
    got = to_float32(halves)
    assert got.dtype == np.float32
    np.testing.assert_array_equal(got, halves.astype(np.float32))
    np.testing.assert_array_equal(np.signbit(got), np.signbit(halves))  # of zero too


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_any_precision_and_layout(dtype):
    table = np.asfortranarray(np.arange(12).reshape(3, 4) / 8 - 1, dtype)
    got = to_float32(table)
    np.testing.assert_array_equal(got, table)
    got += 1  # a copy
    assert table[0, 0] == -1
