"""The SVD by blocks: every rating once in an epoch, blocks of a stratum apart, errors close to the exact SVD's."""

import numpy as np
import pytest

from recsys.errors import DataError
from recsys.holdout.metrics import rmse
from recsys.training import dsgd
from recsys.training.svd import SVD, SVDConfig
from tests.training import small

RATINGS = small.ratings()
N_USERS, N_ITEMS = len(RATINGS.user_ids), len(RATINGS.item_ids)
CONFIG = SVDConfig(n_factors=8, n_epochs=15)
TEST = np.random.default_rng(0).random(len(RATINGS.scores)) < 0.2


def columns(rows):
    return RATINGS.users[rows], RATINGS.items[rows], RATINGS.scores[rows]


def divided(n_blocks, rows=~TEST, config=CONFIG, seed=0):
    return dsgd.divide(*columns(rows), N_USERS, N_ITEMS, config, n_blocks, seed)


def error(svd):
    users, items, scores = columns(TEST)
    return rmse(svd.predict_arrays(users, items), scores)


@pytest.mark.parametrize("n_blocks", [1, 2, 7])
def test_every_rating_is_in_one_block(n_blocks):
    plan, blocks = divided(n_blocks)
    fans, titles = np.argsort(plan.user_rows), {}
    for item, row in enumerate(plan.item_rows):
        titles[plan.title_blocks[row], plan.title_places[row]] = item
    found = []
    for number, own in enumerate(blocks):
        for other, block in enumerate(own):
            users = fans[plan.fans[number] + np.repeat(np.arange(len(block.starts) - 1), np.diff(block.starts))]
            items = [titles[other, place] for place in block.items]
            found += zip(users.tolist(), items, block.scores.tolist(), strict=True)
    assert sorted(found) == sorted(zip(*(column.tolist() for column in columns(~TEST)), strict=True))


def test_blocks_of_fans_have_about_the_same_number_of_ratings():
    _, blocks = divided(6)
    sizes = [sum(len(block.scores) for block in own) for own in blocks]
    assert max(sizes) < 1.2 * min(sizes)


def test_an_epoch_pairs_each_block_of_fans_with_each_block_of_titles_once():
    plan, _ = divided(5)
    assert [sorted(plan.strata(epoch)) for epoch in range(3)] == [list(range(5))] * 3
    assert plan.strata(0) != plan.strata(1) or plan.strata(1) != plan.strata(2)


@pytest.mark.parametrize("n_blocks", [1, 4])
def test_errors_are_close_to_those_of_the_exact_svd(n_blocks):
    exact = SVD.from_config(CONFIG, random_state=0).fit_arrays(*columns(~TEST), N_USERS, N_ITEMS)
    found = dsgd.fit(*divided(n_blocks))
    users, items, scores = columns(TEST)
    guessed = rmse(np.full(len(scores), exact.global_mean), scores)
    assert error(exact) < 0.7 * guessed
    assert error(found) == pytest.approx(error(exact), rel=0.05)
    predicted, expected = (svd.predict_arrays(users, items) for svd in (found, exact))
    assert np.corrcoef(predicted, expected)[0, 1] > 0.98


def test_the_seed_decides_the_result():
    first, again, other = (dsgd.fit(*divided(3, seed=seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.qi, again.qi)
    assert not np.array_equal(first.qi, other.qi)


def test_fans_and_titles_without_ratings_have_no_row():
    kept = (RATINGS.users > 3) & (RATINGS.items != 7)
    svd = dsgd.fit(*divided(3, kept))
    assert svd.item_rows[7] == -1
    assert (svd.user_rows[:4] == -1).all()
    assert len(svd.qi) == N_ITEMS - 1
    predicted = svd.predict_arrays(np.zeros(1, np.int32), np.array([7], np.int32))
    assert predicted[0] == pytest.approx(svd.global_mean)


def test_as_many_blocks_as_titles():
    assert np.isfinite(dsgd.fit(*divided(N_ITEMS, config=SVDConfig(n_factors=2, n_epochs=2))).qi).all()


@pytest.mark.parametrize("n_blocks", [0, N_ITEMS + 1])
def test_too_many_blocks_are_an_error(n_blocks):
    with pytest.raises(DataError, match=f"cannot be divided into {n_blocks} blocks"):
        divided(n_blocks)
