"""Our SVD and Surprise's have the same parameters, predictions and edge cases."""

from itertools import repeat

import numpy as np
import pytest
import surprise
from hypothesis import given, settings
from hypothesis import strategies as st
from surprise.dataset import Dataset
from surprise.model_selection import GridSearchCV, cross_validate

from recsys.training import sgd_pipeline
from recsys.training.svd import PRESETS, SVD, SVDConfig

SMALL = {"n_factors": 5, "n_epochs": 4, "random_state": 3}


class Data(Dataset):
    """Ratings in a given order, as a Surprise data set."""

    def __init__(self, rows) -> None:
        super().__init__(surprise.Reader(rating_scale=(1, 10)))
        users, items, scores = zip(*rows, strict=True)
        self.raw_ratings = list(zip(users, items, map(float, scores), repeat(None)))

    def trainset(self):
        return self.construct_trainset(self.raw_ratings)

    def arrays(self):
        users, items, scores, _ = zip(*self.raw_ratings, strict=True)
        return np.array(users, np.int32), np.array(items, np.int32), np.array(scores)


@pytest.fixture(scope="module")
def data() -> Data:
    rng = np.random.default_rng(0)
    users, items = rng.integers(0, 40, 600).tolist(), rng.integers(0, 30, 600).tolist()
    return Data(zip(users, items, rng.integers(1, 11, 600).tolist(), strict=True))


def assert_same_parameters(ours: SVD, theirs: surprise.SVD, tolerance: float = 1e-9) -> None:
    for name in ("pu", "qi", "bu", "bi"):
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=0, atol=tolerance)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"biased": False},
        {"init_mean": 0.2, "init_std_dev": 0.3},
        {"lr_all": 0.01, "reg_all": 0.1},
        {"lr_bu": 0.001, "lr_bi": 0.002, "lr_pu": 0.003, "lr_qi": 0.004},
        {"reg_bu": 0.1, "reg_bi": 0.2, "reg_pu": 0.3, "reg_qi": 0.4},
        {"n_epochs": 0},
        {"n_factors": 0},
    ],
    ids=str,
)
def test_parameters_equal_surprises(data, changed):
    config = {**SMALL, **changed}
    assert_same_parameters(SVD(**config).fit(data.trainset()), surprise.SVD(**config).fit(data.trainset()))


def test_a_shared_generator_is_drawn_from_as_surprise_does(data):
    ours, theirs = np.random.RandomState(8), np.random.RandomState(8)
    SVD(n_factors=5, n_epochs=1, random_state=ours).fit(data.trainset())
    surprise.SVD(n_factors=5, n_epochs=1, random_state=theirs).fit(data.trainset())
    assert ours.randint(10**9) == theirs.randint(10**9)


@pytest.mark.parametrize("biased", [True, False])
@pytest.mark.parametrize(("user", "item"), [(0, 0), ("who", 0), (0, "what"), ("who", "what")])
def test_unknown_users_and_titles(data, biased, user, item):
    ours = SVD(**SMALL, biased=biased).fit(data.trainset()).predict(user, item, r_ui=4)
    theirs = surprise.SVD(**SMALL, biased=biased).fit(data.trainset()).predict(user, item, r_ui=4)
    assert ours.est == pytest.approx(theirs.est, abs=1e-9)
    assert ours.details == theirs.details


def test_predictions_are_clipped_to_the_scale_by_default():
    data = Data([(0, item, 10) for item in range(5)] + [(1, item, 10) for item in range(5)] + [(2, 0, 1)])
    model = SVD(n_factors=2, n_epochs=200, lr_all=0.05, reg_all=0, random_state=0).fit(data.trainset())
    unclipped = [model.predict(0, item, clip=False).est for item in range(5)]
    assert max(unclipped) > 10
    assert max(model.predict(0, item).est for item in range(5)) == 10
    users, items = np.zeros(5, np.int32), np.arange(5, dtype=np.int32)
    np.testing.assert_allclose(model.predict_arrays(users, items, clip=False), unclipped, atol=1e-9)
    assert model.predict_arrays(users, items).max() == 10


@pytest.mark.parametrize("rows", [[(7, 7, 4)], [(0, item, 1 + item) for item in range(6)]], ids=["rating", "user"])
def test_one_rating_and_one_user(rows):
    data = Data(rows)
    ours, theirs = SVD(**SMALL).fit(data.trainset()), surprise.SVD(**SMALL).fit(data.trainset())
    assert_same_parameters(ours, theirs)
    assert ours.predict(rows[0][0], rows[0][1]).est == pytest.approx(theirs.predict(rows[0][0], rows[0][1]).est)


def test_verbose_prints_epochs(data, capsys):
    SVD(**SMALL, verbose=True).fit(data.trainset())
    assert capsys.readouterr().out.splitlines() == [f"Processing epoch {epoch}" for epoch in range(4)]


def test_in_cross_validate(data):
    folds = surprise.model_selection.KFold(3, random_state=5)
    ours = cross_validate(SVD(**SMALL), data, cv=folds, verbose=False)
    theirs = cross_validate(surprise.SVD(**SMALL), data, cv=folds, verbose=False)
    for measure in ("test_rmse", "test_mae"):
        np.testing.assert_allclose(ours[measure], theirs[measure], atol=1e-9)


def test_in_grid_search(data):
    grid = {"n_epochs": [1, 6], "n_factors": [3], "random_state": [0]}
    folds = surprise.model_selection.KFold(2, random_state=0)
    searches = [GridSearchCV(algorithm, grid, cv=folds) for algorithm in (SVD, surprise.SVD)]
    for search in searches:
        search.fit(data)
    assert searches[0].best_score["rmse"] == pytest.approx(searches[1].best_score["rmse"], abs=1e-9)
    assert searches[0].best_params["rmse"]["n_epochs"] == searches[1].best_params["rmse"]["n_epochs"]


ROWS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(1, 10)), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, biased=st.booleans())
def test_arrays_equal_surprise_on_any_ratings(rows, biased):
    """In any order, with repeated ratings, and with positions that no rating has."""
    data = Data(rows)
    theirs = surprise.SVD(**SMALL, biased=biased).fit(data.trainset())
    ours = SVD(**SMALL, biased=biased).fit_arrays(*data.arrays(), n_users=9, n_items=9)
    assert_same_parameters(ours, theirs)
    users, items = (grid.ravel().astype(np.int32) for grid in np.meshgrid(np.arange(-1, 10), np.arange(-1, 10)))
    expected = [theirs.predict(user, item).est for user, item in zip(users.tolist(), items.tolist(), strict=True)]
    np.testing.assert_allclose(ours.predict_arrays(users, items), expected, atol=1e-9)


def test_threads_come_close(data):
    exact = SVD(**SMALL).fit_arrays(*data.arrays())
    threads = SVD(**SMALL, n_threads=2).fit_arrays(*data.arrays())
    np.testing.assert_allclose(threads.pu, exact.pu, atol=0.1)


def in_one_order(rows, order) -> Data:
    """The rows fan by fan, each fan's titles in the given order."""
    return Data(sorted(rows, key=lambda row: (row[0], order.index(row[1]))))


@settings(max_examples=40, deadline=None)
@given(rows=ROWS, n_threads=st.integers(1, 4), biased=st.booleans())
def test_threads_are_exact_where_lists_are_in_one_order(rows, n_threads, biased):
    ordered = in_one_order(rows, list(range(7)))
    one = SVD(**SMALL, biased=biased).fit_arrays(*ordered.arrays())
    for several in (
        SVD(**SMALL, biased=biased, n_threads=n_threads).fit_arrays(*ordered.arrays()),
        SVD(**SMALL, biased=biased, n_threads=n_threads).fit(ordered.trainset()),
    ):
        assert_same_parameters(several, one, tolerance=0)


@pytest.mark.parametrize("n_threads", [1, 2, 3])
def test_threads_are_exact_on_many_ratings(n_threads):
    """So many that threads do work at the same time, and wait for each other."""
    rng = np.random.default_rng(4)
    users, items = np.nonzero(rng.random((3000, 60)) < 0.4)
    arrays = (users.astype(np.int32), items.astype(np.int32), rng.integers(1, 11, len(users)).astype(float))
    models = [SVD(n_epochs=3, random_state=0, n_threads=n).fit_arrays(*arrays) for n in (1, n_threads)]
    assert_same_parameters(models[1], models[0], tolerance=0)


def test_lists_in_several_orders_are_recognised():
    starts, order = np.array([0, 2, 4]), np.arange(2)
    alike, unlike = np.array([0, 1, 0, 1], np.int32), np.array([0, 1, 1, 0], np.int32)
    assert sgd_pipeline.split(starts, alike, order, 2).tolist() == [[0, 2], [1, 3], [2, 4]]
    assert sgd_pipeline.split(starts, unlike, order, 2) is None
    assert sgd_pipeline.split(starts, alike, order[::-1], 2) is None


def test_same_seed_same_parameters(data):
    again = [SVD(**SMALL).fit_arrays(*data.arrays()).pu for _ in range(2)]
    np.testing.assert_array_equal(*again)


@pytest.mark.parametrize(
    ("users", "items", "scores", "names"),
    [
        ([], [], [], "needs ratings"),
        ([0], [0, 1], [5.0], "needs ratings"),
        ([-1], [0], [5.0], "users holds positions"),
        ([0], [3], [5.0], "items holds positions"),
    ],
)
def test_bad_arrays_are_refused(users, items, scores, names):
    arrays = np.array(users, np.int32), np.array(items, np.int32), np.array(scores)
    with pytest.raises(ValueError, match=names):
        SVD().fit_arrays(*arrays, n_users=2, n_items=2)


def test_less_than_one_thread_is_refused():
    with pytest.raises(ValueError, match="n_threads"):
        SVD(n_threads=0)


def test_the_articles_preset_is_surprises_default():
    ours, theirs = SVD.from_config(PRESETS["article"]), surprise.SVD()
    shared = vars(theirs).keys() - {"bsl_options", "sim_options"}
    assert {name: getattr(ours, name) for name in shared} == {name: getattr(theirs, name) for name in shared}
    assert PRESETS["article"] == SVDConfig()
