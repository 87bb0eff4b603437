"""What is known and what is hidden of held-out fans."""

import numpy as np

from recsys.holdout.reveal import FanLists


def test_another_order_of_a_list_keeps_the_score_of_each_title():
    lists = FanLists([np.arange(50), np.arange(3)], [np.arange(50) / 5, np.arange(3) / 5])
    first, again, other = (lists.shuffled(draw) for draw in (1, 1, 2))
    for items, scores, n in zip(first.items, first.scores, (50, 3), strict=True):
        assert sorted(items) == list(range(n))
        np.testing.assert_array_equal(scores, items / 5)
    np.testing.assert_array_equal(first.items[0], again.items[0])
    assert (first.items[0] != other.items[0]).any()
    assert lists.shuffled(0) is lists
