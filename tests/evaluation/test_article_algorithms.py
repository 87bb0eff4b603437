"""Algorithms that are not Surprise's predict held-out scores of the small data set."""

import numpy as np
import pytest

from recsys.evaluation.article_algorithms import Blend, Factors, Neighbours
from recsys.holdout.metrics import rmse
from tests.training import small


@pytest.mark.parametrize("make", [Factors, Neighbours, Blend])
def test_held_out_scores_are_predicted_better_than_by_titles_means(make, tmp_path):
    ratings = small.ratings()
    rng = np.random.default_rng(0)
    rows = rng.permutation(len(ratings.scores))
    train, test = rows[: len(rows) * 4 // 5], rows[len(rows) * 4 // 5 :]
    catalogue = {} if make is Neighbours else {"catalogue": small.write_catalogue(tmp_path / "catalogue.parquet")}
    algorithm = make(ratings, 0, **catalogue)
    algorithm.fit(train)
    _, predicted = algorithm.predict(test)
    means = np.bincount(ratings.items[train], ratings.scores[train]) / np.bincount(ratings.items[train])
    assert predicted.shape == test.shape
    assert rmse(predicted, ratings.scores[test]) < 0.75 * rmse(means[ratings.items[test]], ratings.scores[test])
