"""The article's table has Surprise's folds and figures, and the algorithms that are not Surprise's predict well."""

import numpy as np
import pytest
import surprise
from surprise.model_selection import KFold

from recsys.evaluation import article
from recsys.evaluation.article import ALGORITHMS, Blend, Factors, Neighbours
from recsys.evaluation.baselines import RatingsData
from recsys.holdout.metrics import rmse
from tests.training import small


@pytest.mark.parametrize("n_folds", [2, 5, 7])
def test_folds_are_those_of_surprises_kfold(n_folds):
    ratings = small.ratings()
    data = RatingsData(ratings)
    folds = list(article.folds(len(ratings.scores), n_folds, seed=4))
    expected = list(KFold(n_folds, random_state=4).split(data))
    assert len(folds) == len(expected)
    for (train, test), (trainset, testset) in zip(folds, expected, strict=True):
        assert [(u, i, r) for u, i, r, _ in (data.raw_ratings[row] for row in test)] == testset
        users, items = ratings.users[train].tolist(), ratings.items[train].tolist()
        assert [trainset.to_raw_uid(row) for row in range(trainset.n_users)] == list(dict.fromkeys(users))
        assert [trainset.to_raw_iid(row) for row in range(trainset.n_items)] == list(dict.fromkeys(items))


def test_figures_are_those_of_cross_validate():
    ratings = small.ratings()
    expected = surprise.model_selection.cross_validate(
        surprise.SVD(random_state=2), RatingsData(ratings), cv=KFold(3, random_state=2), verbose=False
    )
    table = article.cross_validate(ratings, "svd", n_folds=3, seed=2)
    np.testing.assert_allclose(table.folds[0], expected["test_rmse"], atol=1e-9)
    np.testing.assert_allclose(table.folds[1], expected["test_mae"], atol=1e-9)
    assert table.means[0] == pytest.approx(np.mean(expected["test_rmse"]))
    assert table.deviations[0] == pytest.approx(np.std(expected["test_rmse"]))


@pytest.fixture(scope="module")
def normal():
    return article.cross_validate(small.ratings(), "normal", n_folds=2, seed=0)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_algorithm_gives_finite_errors_and_times(algorithm, normal):
    seen = []
    table = article.cross_validate(small.ratings(), algorithm, n_folds=2, seed=0, done=lambda *fold: seen.append(fold))
    assert table.folds.shape == (len(article.MEASURES), 2)
    assert (table.folds > 0).all()
    assert [fold for fold, _ in seen] == [0, 1]
    assert algorithm == "normal" or table.means[0] < normal.means[0]


@pytest.mark.parametrize("make", [Factors, Neighbours, Blend])
def test_held_out_scores_are_predicted_better_than_by_titles_means(make, tmp_path):
    ratings = small.ratings()
    rng = np.random.default_rng(0)
    rows = rng.permutation(len(ratings.scores))
    train, test = rows[: len(rows) * 4 // 5], rows[len(rows) * 4 // 5 :]
    catalogue = {} if make is Neighbours else {"catalogue": small.write_catalogue(tmp_path / "catalogue.parquet")}
    algorithm = make(ratings, 0, **catalogue)
    algorithm.fit(train)
    predicted = algorithm.predict(test)
    means = np.bincount(ratings.items[train], ratings.scores[train]) / np.bincount(ratings.items[train])
    assert predicted.shape == test.shape
    assert rmse(predicted, ratings.scores[test]) < 0.75 * rmse(means[ratings.items[test]], ratings.scores[test])
