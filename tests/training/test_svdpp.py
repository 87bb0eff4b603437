"""SVD++ beside Surprise's."""

import numpy as np
import pytest
import surprise

from recsys.training.reference import RatingsData
from recsys.training.svdpp import SVDpp
from tests.training import small

CONFIG = {"n_factors": 4, "n_epochs": 3, "random_state": 1}


def test_parameters_and_predictions_equal_surprises():
    ratings = small.ratings()
    data = RatingsData(ratings)
    theirs = surprise.SVDpp(**CONFIG).fit(data.construct_trainset(data.raw_ratings))
    shape = len(ratings.user_ids), len(ratings.item_ids)
    ours = SVDpp(**CONFIG).fit_arrays(ratings.users, ratings.items, ratings.scores, *shape)
    for name in ("bu", "bi", "pu", "qi", "yj"):
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=0, atol=1e-9)
    users, items = np.array([0, 0, 5, -1, 9999]), np.array([0, -1, 7, 3, 9999])
    expected = [theirs.predict(user, item).est for user, item in zip(users.tolist(), items.tolist(), strict=True)]
    np.testing.assert_allclose(ours.predict_arrays(users, items), expected, atol=1e-9)


def test_a_repeated_rating_is_refused():
    twice = np.zeros(2, np.int32)
    with pytest.raises(ValueError, match="twice"):
        SVDpp().fit_arrays(twice, twice, np.ones(2), 1, 1)
