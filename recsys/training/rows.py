"""The rows of lists, scored or not, in one order: fan by fan."""

import numpy as np

from recsys.data.ratings import Ratings, Unscored
from recsys.statuses import COMPLETED


class Rows:
    """All rows of `ratings` and `unscored` (None: no such row), sorted by fan.

    Attributes: `users`, `items` (n,) positions; `scores` (n,), 0 where there is none; `statuses` (n,) int8, completed
    for scored rows; `bounds` (n_users + 1,): fan u's rows are bounds[u] to bounds[u + 1]; `scoring` (n_users,): whether
    a fan has given any score.
    """

    def __init__(self, ratings: Ratings, unscored: Unscored | None = None) -> None:
        parts = [(ratings.users, ratings.items, ratings.scores, np.full(len(ratings.users), COMPLETED, np.int8))]
        if unscored is not None:
            parts.append((unscored.users, unscored.items, np.zeros(len(unscored.users)), unscored.statuses))
        users, items, scores, statuses = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.argsort(users, kind="stable")
        self.users, self.items = users[order], items[order]
        self.scores, self.statuses = scores[order], statuses[order]
        n_users = len(ratings.user_ids)
        self.bounds = np.searchsorted(self.users, np.arange(n_users + 1))
        self.scoring = np.bincount(ratings.users, minlength=n_users) > 0
